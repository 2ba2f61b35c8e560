"""GPT-2's and Llama 3's byte-level tokenizers, slowly, from the published definitions: what the engine must agree with.

Splitting uses Python's `re`, which has no \\p{L}: the text is matched beside a string of its characters' classes.
"""
import re
import struct
import unicodedata

# What a class string may hold: L, N, S (white space), R (carriage return or newline), O, and ' ' itself as B.
GPT2 = re.compile(r"B?L+|B?N+|B?O+|[SRB]+(?![^SRB])|[SRB]+")
LLAMA3 = re.compile(r"[^RLN]?L+|N{1,3}|B?O+R*|[SRB]*R+|[SRB]+(?![^SRB])|[SRB]+")
CONTRACTION = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d")
CONTRACTION_ANY_CASE = re.compile(r"'[sS]|'[tT]|'[rR][eE]|'[vV][eE]|'[mM]|'[lL][lL]|'[dD]")
WHITE_SPACE = set("\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000") | {chr(c) for c in range(0x2000, 0x200b)}


def character_class(c):
    if c in "\r\n":
        return "R"
    if c == " ":
        return "B"
    if c in WHITE_SPACE:
        return "S"
    return {"L": "L", "N": "N"}.get(unicodedata.category(c)[0], "O")


def split(text, llama3=False):
    """The pieces of a text."""
    classes = "".join(map(character_class, text))
    pieces, at = [], 0
    while at < len(text):
        match = (CONTRACTION_ANY_CASE if llama3 else CONTRACTION).match(text, at) or (LLAMA3 if llama3 else GPT2).match(classes, at)
        pieces.append(text[at:match.end()])
        at = match.end()
    return pieces


def byte_alphabet():
    """byte -> the character that stands for it."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    return {**{b: chr(b) for b in printable}, **{b: chr(256 + i) for i, b in enumerate(others)}}


class Reference:
    def __init__(self, tokens, merges, llama3=False):
        self.ids = {token: i for i, token in enumerate(tokens)}
        self.ranks = {tuple(merge.split(" ")): i for i, merge in enumerate(merges)}
        self.alphabet, self.llama3 = byte_alphabet(), llama3

    def piece(self, piece):
        symbols = [self.alphabet[b] for b in piece.encode()]
        if self.llama3 and "".join(symbols) in self.ids:
            return [self.ids["".join(symbols)]]
        while len(symbols) > 1:
            rank, at = min((self.ranks.get(pair, 1 << 60), i) for i, pair in enumerate(zip(symbols, symbols[1:])))
            if rank == 1 << 60:
                break
            symbols[at:at + 2] = [symbols[at] + symbols[at + 1]]
        return [self.ids[symbol] for symbol in symbols]

    def encode(self, text):
        return [i for piece in split(text, self.llama3) for i in self.piece(piece)]


def read_llama2c_tokenizer(path, count):
    """[(token, score)] of a tokenizer.bin."""
    with open(path, "rb") as file:
        raw = file.read()
    found, at = [], 4
    for _ in range(count):
        score, size = struct.unpack_from("<fI", raw, at)
        found.append((raw[at + 8:at + 8 + size], score))
        at += 8 + size
    return found


def spm_encode(vocabulary, text):
    """Ids by SentencePiece's rule as llama2.c applies it: a space before, the pair with the best score joined first."""
    ids = {}
    for i, (token, _) in enumerate(vocabulary):
        ids.setdefault(token, i)
    found = [1]
    for c in (" " + text if text else ""):
        found += [ids[c.encode()]] if c.encode() in ids else [b + 3 for b in c.encode()]
    while True:
        pairs = [(-vocabulary[ids[joined]][1], n) for n, joined in enumerate(vocabulary[a][0] + vocabulary[b][0]
                 for a, b in zip(found, found[1:])) if joined in ids]
        if not pairs:
            return found
        n = min(pairs)[1]
        found[n:n + 2] = [ids[vocabulary[found[n]][0] + vocabulary[found[n + 1]][0]]]
