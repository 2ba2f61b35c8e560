"""Tokenizer files in GGUF's words: reads llm.c's, llama2.c's, scripts/train's and a GGUF's, writes the first two.

A vocabulary is a dict of the metadata keys tokenizer.*. Errors are gguf.GGUFError, one line.
"""
import struct

import numpy as np

from modellib import gguf
from trainlib.tokenizer import END_OF_TEXT, Tokenizer, byte_alphabet

LLMC_MAGIC, LLMC_HEADER = 20240328, 1024
NORMAL, UNKNOWN, CONTROL, BYTE = 1, 2, 3, 6     # tokenizer.ggml.token_type
SPACE = "\u2581"        # how SentencePiece writes a space
LLAMA_BYTES = 3         # id of byte 0 in a SentencePiece vocabulary

TO_PRINTABLE = byte_alphabet()
TO_BYTE = {character: byte for byte, character in TO_PRINTABLE.items()}


def read(path, size):
    """The tokenizer of a file: a GGUF, llm.c's, scripts/train's, or llama2.c's tokenizer.bin with `size` tokens."""
    with open(path, "rb") as file:
        data = file.read()
    if data[:4] == gguf.MAGIC:
        keys = {key: value for key, value in gguf.read(path).metadata.items() if key.startswith("tokenizer.")}
        if not keys:
            raise gguf.GGUFError(f"{path}: holds no tokenizer")
        return keys
    if int.from_bytes(data[:4], "little") == LLMC_MAGIC:
        return _read_llmc(path, data)
    if data[:1] == b"{":
        trained = Tokenizer.load(path)
        keys = gpt2_metadata(trained.raw + [END_OF_TEXT.encode()], trained.end,
                             [(trained.raw[left], trained.raw[right]) for left, right in trained.merges])
        return {**keys, "tokenizer.ggml.add_bos_token": True}      # each story began with end-of-text in training
    return _read_llama2c(path, data, size)


# --- GPT-2's ----------------------------------------------------------------------------------------------------

def printable(token):
    """A token's bytes in GPT-2's printable alphabet, as GGUF stores them."""
    return "".join(TO_PRINTABLE[byte] for byte in token)


def raw_bytes(text):
    """The bytes of a token in the printable alphabet; of one with other characters (a control token), its UTF-8."""
    if all(character in TO_BYTE for character in text):
        return bytes(TO_BYTE[character] for character in text)
    return text.encode()


def _read_llmc(path, data):
    if len(data) < LLMC_HEADER:
        raise gguf.GGUFError(f"{path}: {len(data)} bytes, the header alone has {LLMC_HEADER}")
    _, version, count, end = struct.unpack_from("<4I", data)
    if version not in (1, 2):
        raise gguf.GGUFError(f"{path}: tokenizer version {version}; 1 and 2 are read")
    tokens, at = [], LLMC_HEADER
    for number in range(count):
        if at >= len(data) or at + 1 + data[at] > len(data):
            raise gguf.GGUFError(f"{path}: token {number} of {count} lies beyond the end")
        tokens.append(data[at + 1:at + 1 + data[at]])
        at += 1 + data[at]
    if version == 1:
        end = count - 1
    if end >= count:
        raise gguf.GGUFError(f"{path}: end-of-text is {end}, the vocabulary has {count} tokens")
    return gpt2_metadata(tokens, end)


def gpt2_metadata(tokens, end, merges=None):
    """Metadata of a byte-level BPE; `tokens` are bytes, `end` is an id, merges are pairs of bytes.

    Without merges the ids must be in the order of the merges, as GPT-2's are; they are recovered.
    """
    types = np.full(len(tokens), NORMAL, np.int32)
    types[end] = CONTROL
    text = [printable(token) for token in tokens]
    text[end] = tokens[end].decode("utf-8", "replace")
    lines = [f"{printable(left)} {printable(right)}" for left, right in merges or _merges(tokens, end)]
    return {
        "tokenizer.ggml.model": "gpt2", "tokenizer.ggml.pre": "gpt-2", "tokenizer.ggml.tokens": text,
        "tokenizer.ggml.token_type": types, "tokenizer.ggml.merges": lines,
        "tokenizer.ggml.bos_token_id": end, "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.add_bos_token": False,
    }


def _merges(tokens, end):
    """The pair that makes each longer token, in order: what merging with the earlier ones alone leaves of it."""
    ranks = {}
    for number, token in enumerate(tokens):
        if number != end:
            ranks.setdefault(token, number)
    for number, token in enumerate(tokens):
        if len(token) < 2 or number == end:
            continue
        parts = [token[at:at + 1] for at in range(len(token))]
        while len(parts) > 2:
            best = min(range(len(parts) - 1), key=lambda i: ranks.get(parts[i] + parts[i + 1], number))
            if ranks.get(parts[best] + parts[best + 1], number) >= number:
                break
            parts[best:best + 2] = [parts[best] + parts[best + 1]]
        if len(parts) == 2:
            yield parts


def bpe(metadata):
    """A Tokenizer (of scripts/train) for a GPT-2 vocabulary; GGUFError for one whose ids are not in merge order."""
    if metadata.get("tokenizer.ggml.model") != "gpt2":
        raise gguf.GGUFError(f"the tokenizer is {metadata.get('tokenizer.ggml.model', 'missing')}, not GPT-2's")
    ids = {text: number for number, text in enumerate(metadata["tokenizer.ggml.tokens"])}
    try:
        pairs = [tuple(ids[part] for part in merge.split(" ")) for merge in metadata["tokenizer.ggml.merges"]]
    except KeyError as error:
        raise gguf.GGUFError(f"the merge of {error} makes no token") from None
    tokenizer = Tokenizer(pairs)
    for number in range(tokenizer.end):
        if tokenizer.printable(number) != metadata["tokenizer.ggml.tokens"][number]:
            raise gguf.GGUFError(f"token {number} is not what merge {number - 256} makes: not in GPT-2's order")
    return tokenizer


def write_llmc(path, metadata):
    """Writes a GPT-2 vocabulary as llm.c's tokenizer file, version 2."""
    end = int(metadata["tokenizer.ggml.eos_token_id"])
    tokens = [raw_bytes(text) for text in metadata["tokenizer.ggml.tokens"]]
    tokens[end] = metadata["tokenizer.ggml.tokens"][end].encode()
    with gguf.replacing(path) as file:
        file.write(struct.pack("<4I", LLMC_MAGIC, 2, len(tokens), end).ljust(LLMC_HEADER, b"\0"))
        for token in tokens:
            if len(token) > 255:
                raise gguf.GGUFError(f"a token of {len(token)} bytes; llm.c's file takes at most 255")
            file.write(bytes([len(token)]) + token)


# --- llama's ----------------------------------------------------------------------------------------------------

def _read_llama2c(path, data, size):
    """tokenizer.bin: longest token's length, then score, length and bytes of each; spaces are plain spaces."""
    if size < LLAMA_BYTES + 256:
        raise gguf.GGUFError(f"{path}: llama2.c's tokenizer has at least {LLAMA_BYTES + 256} tokens, the model {size}")
    tokens, scores, at = [], np.empty(size, np.float32), 4
    for number in range(size):
        if at + 8 > len(data):
            raise gguf.GGUFError(f"{path}: token {number} of {size} lies beyond the end: no tokenizer of a known format")
        scores[number], length = struct.unpack_from("<fI", data, at)
        if at + 8 + length > len(data):
            raise gguf.GGUFError(f"{path}: token {number} has {length} bytes, the file ends before: no known format")
        tokens.append(data[at + 8:at + 8 + length].decode("utf-8", "surrogateescape").strip("\n") if number in (1, 2)
                      else data[at + 8:at + 8 + length].decode("utf-8", "surrogateescape"))
        at += 8 + length
    return llama_metadata([token.replace(" ", SPACE) for token in tokens], scores)


def llama_metadata(tokens, scores):
    """Metadata of a SentencePiece vocabulary: ids 0 to 2 are unknown, begin and end, then the 256 bytes."""
    types = np.full(len(tokens), NORMAL, np.int32)
    types[0], types[1:3], types[LLAMA_BYTES:LLAMA_BYTES + 256] = UNKNOWN, CONTROL, BYTE
    return {
        "tokenizer.ggml.model": "llama", "tokenizer.ggml.pre": "default", "tokenizer.ggml.tokens": list(tokens),
        "tokenizer.ggml.scores": np.asarray(scores, np.float32), "tokenizer.ggml.token_type": types,
        "tokenizer.ggml.bos_token_id": 1, "tokenizer.ggml.eos_token_id": 2, "tokenizer.ggml.unknown_token_id": 0,
        "tokenizer.ggml.add_bos_token": True, "tokenizer.ggml.add_space_prefix": True,
    }


def write_llama2c(path, metadata):
    """Writes a SentencePiece vocabulary as llama2.c's tokenizer.bin."""
    texts = list(metadata["tokenizer.ggml.tokens"])
    texts[1:3] = (f"\n{text}\n" for text in texts[1:3])
    tokens = [text.replace(SPACE, " ").encode("utf-8", "surrogateescape") for text in texts]
    with gguf.replacing(path) as file:
        file.write(struct.pack("<I", max(map(len, tokens))))
        for token, score in zip(tokens, metadata["tokenizer.ggml.scores"]):
            file.write(struct.pack("<fI", score, len(token)) + token)
