#!/usr/bin/python3
"""Writes the seeds of the fuzz targets into tests/infer/corpus: tiny whole files of each format. Run by hand."""
import os
import struct

HERE = os.path.dirname(os.path.abspath(__file__))
U32, F32, BOOL, STRING, ARRAY, I32 = 4, 6, 7, 8, 9, 5
# type -> id, weights per block, bytes per block
TYPES = {"F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q8_0": (8, 32, 34), "BF16": (30, 1, 2)}


def string(text):
    raw = text if isinstance(text, bytes) else text.encode()
    return struct.pack("<Q", len(raw)) + raw


def value(kind, data):
    if kind == STRING:
        return struct.pack("<I", kind) + string(data)
    if kind == ARRAY:
        item, items = data
        packed = b"".join(string(i) if item == STRING else struct.pack("<f" if item == F32 else "<i", i) for i in items)
        return struct.pack("<IIQ", kind, item, len(items)) + packed
    return struct.pack("<I", kind) + struct.pack({U32: "<I", F32: "<f", BOOL: "<?"}[kind], data)


def weights(n, seed):
    return [((i * 7919 + seed * 104729) % 2001 - 1000) / 8000 for i in range(n)]


def tensor(shape, kind, seed):
    count = 1
    for dimension in shape:
        count *= dimension
    if kind == "F32":
        return struct.pack(f"<{count}f", *weights(count, seed))
    number, block, size = TYPES[kind]
    if block == 1:
        return b"".join(struct.pack("<H", 0x2c00 + i * 37 % 512) for i in range(count))
    return b"".join(struct.pack("<H", 0x2000) + bytes((i * 31 + j * 7 + seed) % 256 for j in range(size - 2))
                    for i in range(count // block))


def gguf(metadata, tensors):
    """tensors: name -> (dims in GGUF's order, type)"""
    head = b"GGUF" + struct.pack("<IQQ", 3, len(tensors), len(metadata))
    head += b"".join(string(key) + value(*item) for key, item in metadata.items())
    data = b""
    for seed, (name, (dims, kind)) in enumerate(tensors.items()):
        data += b"\0" * (-len(data) % 32)
        head += string(name) + struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims, TYPES[kind][0], len(data))
        data += tensor(dims, kind, seed)
    return head + b"\0" * (-len(head) % 32) + data


def spm_tokens():
    tokens = ["<unk>", "<s>", "</s>"] + [f"<0x{b:02X}>" for b in (0x61, 0xc3, 0xa9)] + ["\u2581", "a", "b", "\u2581a", "ab", "\u2581ab"]
    kinds = [2, 3, 3] + [6] * 3 + [1] * 6
    return tokens, [-float(i) for i in range(len(tokens))], kinds


def llama_gguf(kind, relu=False):
    tokens, scores, kinds = spm_tokens()
    prefix = {"block_count": 1, "embedding_length": 32, "attention.head_count": 4, "attention.head_count_kv": 2,
              "feed_forward_length": 32, "context_length": 16}
    metadata = {"general.architecture": (STRING, "llama"), **{f"llama.{k}": (U32, v) for k, v in prefix.items()},
                "tokenizer.ggml.model": (STRING, "llama"), "tokenizer.ggml.tokens": (ARRAY, (STRING, tokens)),
                "tokenizer.ggml.scores": (ARRAY, (F32, scores)), "tokenizer.ggml.token_type": (ARRAY, (I32, kinds)),
                "tokenizer.ggml.add_bos_token": (BOOL, True)}
    if relu:
        metadata["powerinfer.sparse_threshold"] = (F32, 0.0)
    square = ([32, 32], kind)
    tensors = {"token_embd.weight": ([32, len(tokens)], kind), "output_norm.weight": ([32], "F32"),
               "blk.0.attn_norm.weight": ([32], "F32"), "blk.0.attn_q.weight": square, "blk.0.attn_k.weight": ([32, 16], kind),
               "blk.0.attn_v.weight": ([32, 16], kind), "blk.0.attn_output.weight": square,
               "blk.0.ffn_norm.weight": ([32], "F32"), "blk.0.ffn_gate.weight": square, "blk.0.ffn_up.weight": square,
               "blk.0.ffn_down.weight": square}
    return gguf(metadata, tensors)


def bpe_vocabulary():
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [b for b in range(256) if b not in printable]
    tokens = [chr(b) for b in printable] + [chr(256 + i) for i in range(len(others))]
    merges = ["a b", "ab a", "\u0120 a"]
    return tokens + ["ab", "aba", "\u0120a", "<|endoftext|>"], merges


def gpt2_gguf():
    tokens, merges = bpe_vocabulary()
    metadata = {"general.architecture": (STRING, "gpt2"), "gpt2.block_count": (U32, 1), "gpt2.embedding_length": (U32, 32),
                "gpt2.attention.head_count": (U32, 2), "gpt2.feed_forward_length": (U32, 32), "gpt2.context_length": (U32, 8),
                "tokenizer.ggml.model": (STRING, "gpt2"), "tokenizer.ggml.pre": (STRING, "gpt-2"),
                "tokenizer.ggml.tokens": (ARRAY, (STRING, tokens)), "tokenizer.ggml.merges": (ARRAY, (STRING, merges))}
    tensors = {"token_embd.weight": ([32, len(tokens)], "Q4_0"), "position_embd.weight": ([32, 8], "F16")}
    for name, size in (("output_norm", 32), ("blk.0.attn_norm", 32), ("blk.0.ffn_norm", 32)):
        tensors[name + ".weight"] = tensors[name + ".bias"] = ([size], "F32")
    for name, rows in (("attn_qkv", 96), ("attn_output", 32), ("ffn_up", 32), ("ffn_down", 32)):
        tensors[f"blk.0.{name}.weight"] = ([32, rows], "Q4_0")
        tensors[f"blk.0.{name}.bias"] = ([rows], "F32")
    return gguf(metadata, tensors)


def llmc(version):
    context, vocab, layers, heads, width, padded = 4, 6, 1, 2, 4, 8
    head = struct.pack("<8i", 20240326, version, context, vocab, layers, heads, width, padded) + b"\0" * (1024 - 32)
    count = padded * width + context * width + layers * (12 * width * width + 13 * width) + 2 * width
    if version == 3:
        return head + struct.pack(f"<{count}f", *weights(count, 1))
    return head + b"".join(struct.pack("<f", w)[2:] for w in weights(count, 1))


def llama2c(version):
    width, ffn, layers, heads, kv_heads, vocab, context = 8, 16, 2, 2, 1, 12, 8
    seven = struct.pack("<7i", width, ffn, layers, heads, kv_heads, -vocab if version == 0 else vocab, context)
    matrices = [vocab * width] + [n for n in (width * width, width * width // 2, width * width // 2, width * width,
                                              *[width * ffn] * 3) for _ in range(layers)] + [vocab * width]
    if version == 2:
        head = (struct.pack("<Ii", 0x616b3432, 2) + seven + b"\0" + struct.pack("<i", 4)).ljust(256, b"\0")
        norms = struct.pack(f"<{(2 * layers + 1) * width}f", *weights((2 * layers + 1) * width, 2))
        return head + norms + b"".join(bytes(i * 5 % 256 for i in range(n)) + struct.pack(f"<{n // 4}f", *weights(n // 4, n))
                                       for n in matrices)
    head = seven if version == 0 else (struct.pack("<Ii", 0x616b3432, 1) + seven).ljust(256, b"\0")
    rope = context * width // heads if version == 0 else 0
    count = sum(matrices) + (2 * layers + 1) * width + rope
    return head + struct.pack(f"<{count}f", *weights(count, 3))


def llmc_tokenizer(version):
    tokens = [bytes([b]) for b in range(256)] + [b"ab", b"aba", b"<|endoftext|>"]
    head = struct.pack("<4I", 20240328, version, len(tokens), 258 if version == 2 else 0).ljust(1024, b"\0")
    return head + b"".join(bytes([len(token)]) + token for token in tokens)


def llama2c_tokenizer():
    tokens, scores, _ = spm_tokens()
    return struct.pack("<I", 6) + b"".join(struct.pack("<fI", score, len(raw)) + raw for score, raw in
                                           ((s, t.replace("\u2581", " ").encode()) for t, s in zip(tokens, scores)))


def main():
    files = {"gguf/llama-f32": llama_gguf("F32"), "gguf/llama-q8_0-relu": llama_gguf("Q8_0", True),
             "gguf/llama-bf16": llama_gguf("BF16"), "gguf/gpt2-q4_0": gpt2_gguf(), "llmc/fp32": llmc(3), "llmc/bf16": llmc(5),
             "llama2c/v0": llama2c(0), "llama2c/v1": llama2c(1), "llama2c/v2": llama2c(2),
             "tokenizer_llmc/v2": llmc_tokenizer(2), "tokenizer_llama2c/small": llama2c_tokenizer()}
    for name, raw in files.items():
        path = os.path.join(HERE, "corpus", name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        with open(path, "wb") as file:
            file.write(raw)


if __name__ == "__main__":
    main()
