"""Byte-level BPE as GPT-2 has it: splitting rule, byte alphabet, training, encoding.

Ids: 0..255 the bytes in the order of GPT-2's alphabet, then one id per merge in
the order in which the merges were learnt, last the end-of-text token.
"""
import collections
import heapq
import json
import re
import sys
import unicodedata

END_OF_TEXT = "<|endoftext|>"


def byte_alphabet():
    """Map byte -> printable character, in GPT-2's order (dict of 256)."""
    keep = (list(range(0x21, 0x7F)) + list(range(0xA1, 0xAD)) + list(range(0xAE, 0x100)))
    table = {b: chr(b) for b in keep}
    spare = 256
    for b in range(256):
        if b not in table:
            table[b] = chr(spare)
            spare += 1
    return table


def _char_class(letter):
    """Body of a regex class with every character of general category letter*."""
    parts, start = [], None
    for cp in range(sys.maxunicode + 2):
        inside = cp <= sys.maxunicode and unicodedata.category(chr(cp))[0] == letter
        if inside and start is None:
            start = cp
        elif not inside and start is not None:
            parts.append("\\U%08x-\\U%08x" % (start, cp - 1))
            start = None
    return "".join(parts)


_splitter = None


def split(text):
    """Cut text into the pieces that BPE never joins: GPT-2's rule."""
    global _splitter
    if _splitter is None:
        letters, numbers = _char_class("L"), _char_class("N")
        _splitter = re.compile(
            "'s|'t|'re|'ve|'m|'ll|'d| ?[" + letters + "]+| ?[" + numbers + "]+"
            "| ?[^\\s" + letters + numbers + "]+|\\s+(?!\\S)|\\s+")
    return _splitter.findall(text)


class Tokenizer:
    """merges: list of (left, right) id pairs; merge i makes id 256 + i."""

    def __init__(self, merges):
        self.merges = [tuple(m) for m in merges]
        alphabet = byte_alphabet()
        self.alphabet = alphabet
        order = sorted(alphabet, key=lambda b: (ord(alphabet[b]) >= 256, b))
        self.byte_id = {b: i for i, b in enumerate(order)}
        self.raw = [bytes([b]) for b in order]
        for left, right in self.merges:
            self.raw.append(self.raw[left] + self.raw[right])
        self.rank = {pair: i for i, pair in enumerate(self.merges)}
        self.end = len(self.raw)
        self.size = self.end + 1
        self.cache = {}

    def _encode_piece(self, piece):
        ids = [self.byte_id[b] for b in piece.encode("utf-8", "replace")]
        while len(ids) > 1:
            best = min(range(len(ids) - 1),
                       key=lambda i: self.rank.get((ids[i], ids[i + 1]), 1 << 30))
            pair = (ids[best], ids[best + 1])
            rank = self.rank.get(pair)
            if rank is None:
                break
            out, i = [], 0
            while i < len(ids):
                if i + 1 < len(ids) and (ids[i], ids[i + 1]) == pair:
                    out.append(256 + rank)
                    i += 2
                else:
                    out.append(ids[i])
                    i += 1
            ids = out
        return ids

    def encode(self, text):
        """Text -> list of ids (no end-of-text added)."""
        out = []
        for piece in split(text):
            ids = self.cache.get(piece)
            if ids is None:
                ids = self.cache[piece] = self._encode_piece(piece)
            out.extend(ids)
        return out

    def decode(self, ids):
        """Ids -> text; the end-of-text token is dropped."""
        return b"".join(self.raw[i] for i in ids if i < self.end).decode("utf-8", "replace")

    def printable(self, token):
        """One id in the printable byte alphabet, as GGUF stores it."""
        if token == self.end:
            return END_OF_TEXT
        return "".join(self.alphabet[b] for b in self.raw[token])

    def save(self, path):
        with open(path, "w") as out:
            json.dump({"merges": self.merges}, out)

    @staticmethod
    def load(path):
        with open(path) as src:
            return Tokenizer(json.load(src)["merges"])


def train(texts, vocab):
    """Learn merges on an iterable of texts until the vocabulary has `vocab` ids."""
    counts = collections.Counter()
    for text in texts:
        counts.update(split(text))
    byte_id = Tokenizer([]).byte_id
    words = [[byte_id[b] for b in w.encode("utf-8")] for w in counts]
    freq = list(counts.values())
    pairs, where = collections.Counter(), collections.defaultdict(set)
    for i, word in enumerate(words):
        for pair in zip(word, word[1:]):
            pairs[pair] += freq[i]
            where[pair].add(i)
    heap = [(-n, p) for p, n in pairs.items()]
    heapq.heapify(heap)
    merges = []
    while heap and len(merges) < vocab - 257:
        n, pair = heapq.heappop(heap)
        if pairs[pair] != -n or n == 0:
            continue
        new = 256 + len(merges)
        merges.append(pair)
        changed = _merge(words, freq, pairs, where, pair, new)
        for p in changed:
            if pairs[p] > 0:
                heapq.heappush(heap, (-pairs[p], p))
    return Tokenizer(merges)


def _merge(words, freq, pairs, where, pair, new):
    """Replace pair by new in every word that has it; return the pairs whose counts moved."""
    changed = set()
    for i in list(where[pair]):
        old = words[i]
        word, k = [], 0
        while k < len(old):
            if k + 1 < len(old) and (old[k], old[k + 1]) == pair:
                word.append(new)
                k += 2
            else:
                word.append(old[k])
                k += 1
        for p in zip(old, old[1:]):
            pairs[p] -= freq[i]
            where[p].discard(i)
            changed.add(p)
        for p in zip(word, word[1:]):
            pairs[p] += freq[i]
            where[p].add(i)
            changed.add(p)
        words[i] = word
    return changed
