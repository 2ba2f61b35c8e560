#!/usr/bin/python3
# timeout: 1800
"""Tests of the inference engine on the host: units, kernels, decoder, tokenizers, hostile files, options, a short fuzz."""
import glob
import os
import random
import struct
import subprocess
import sys
import tempfile

sys.dont_write_bytecode = True
sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))

import fuzz  # noqa: E402
import make_corpus  # noqa: E402
from bpe_reference import Reference, read_llama2c_tokenizer, spm_encode  # noqa: E402
from hosttools import RACES, ROOT, Results, compile_app, compile_test, data_file, run, synth  # noqa: E402

from modellib import gguf  # noqa: E402

SMALL = {"gpt2": ("--shape", "gpt2-tiny"), "llama": ("--shape", "llama-tiny"),
         "relu": ("--shape", "llama-tiny", "--relu", "--untied")}
TYPES = ("F32", "F16", "BF16", "Q8_0", "Q4_0")
K_TYPES = ("Q4_K", "Q6_K")  # rows of 256
FUZZ_INPUTS, FUZZ_SEED = 2500, 1

# GPT-2's own encoder gives these.
GPT2_VECTORS = {
    "Hello, world!": [15496, 11, 995, 0], "hello world": [31373, 995], "The quick brown fox": [464, 2068, 7586, 21831],
    "I'm": [40, 1101], "\u4f60\u597d": [19526, 254, 25001, 121], "<|endoftext|>": [50256], "": [],
}
TRICKY = ["", " ", "  ", "\n", "a", " a", "a ", "  a  b  ", "x\n\n\ny", "\t\tz", "don't won't I'LL", "'s", "''s", "1234567 89.5",
          "\u00bd \u0664\u0665", "na\u00efve caf\u00e9", "\u05e9\u05dc\u05d5\u05dd \u05e2\u05d5\u05dc\u05dd",
          "\u65e5\u672c\u8a9e\u3000text", "\U0001f600\U0001f468\u200d\U0001f469", "e\u0301 a\u0300", "\u00a0nbsp\u2003em", "a\u2028b",
          "\x00\x01\x7f", "!!!???...",
          "foo_bar(baz[3]) == -1;", "aaaaaaaaaaaaaaaaaaaaaaaa", " \u00e9", "\ufeffbom", "\u0130\u0131\u017f's"]


def models(folder):
    """Synthetic models of each architecture, type and format; their paths."""
    made = [synth(folder, f"{arch}-{kind}", *options, "--type", kind) for arch, options in SMALL.items() for kind in TYPES]
    for kind in K_TYPES:
        made.append(synth(folder, f"llama-{kind}", "--shape", "llama-test", "--layers", 1, "--type", kind))
    for kind in ("F32", "BF16"):
        made.append(synth(folder, f"llmc-{kind}", "--format", "llmc", "--shape", "gpt2-tiny", "--type", kind))
    for version in (0, 1, 2):
        made.append(synth(folder, f"llama2c-v{version}", "--format", "llama2c", "--shape", "llama-tiny", "--llama2c-version", version))
    return made


def report(results, name, words):
    """Runs a program that prints TEST lines; what it prints besides is the reason of a failure."""
    done = run(words)
    lines = done.stdout.decode(errors="replace").splitlines()
    print("\n".join(line for line in lines if line.startswith("TEST ")), flush=True)
    results.failed += sum(": FAIL" in line for line in lines)

    def ended_well():
        assert done.returncode in (0, 1), f"status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"
        assert done.returncode == 0 or any(": FAIL" in line for line in lines), "failed without a FAIL line"
    results.check(name, ended_well)


def races(folder, models):
    """The workers, and decoders that use them, under ThreadSanitizer: its report ends a program with status 66."""
    for name, arguments in (("par", []), ("decoder", models)):
        program = compile_test(folder, name, *RACES, output=f"{name}.races")
        done = subprocess.run([program, *arguments], capture_output=True, timeout=600)
        assert done.returncode == 0, f"{name}: status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"


# --- tokenizers -----------------------------------------------------------------------------------

def tokenize(program, arguments, texts):
    """[(ids, text that comes back)] of each text (str or bytes)."""
    raw = [text if isinstance(text, bytes) else text.encode() for text in texts]
    done = run([program, *arguments], b"".join(text.hex().encode() + b"\n" for text in raw))
    assert done.returncode == 0, done.stderr.decode()[:300]
    lines = done.stdout.decode().split("\n")
    return [([int(i) for i in lines[2 * n].split()], bytes.fromhex(lines[2 * n + 1])) for n in range(len(raw))]


def random_texts(count):
    generator = random.Random(1)
    alphabet = "aabbccdeehiilmnoorsttuw   '',.\n\t013" + "\u00e9\u00df\u4f60\u597d\u05d0\u0661\U0001f600\u3000"
    return ["".join(generator.choices(alphabet, k=generator.randrange(60))) for _ in range(count)]


def gpt2_tokenizer(program):
    path = data_file("ggml-vocab-gpt-2.gguf")
    texts = [*GPT2_VECTORS, *TRICKY, *random_texts(300)]
    got = tokenize(program, [path], texts)
    metadata = gguf.read(path).metadata
    reference = Reference([str(t) for t in metadata["tokenizer.ggml.tokens"]], [str(m) for m in metadata["tokenizer.ggml.merges"]])
    for text, (ids, back) in zip(texts, got):
        right = GPT2_VECTORS[text] if text in GPT2_VECTORS else reference.encode(text)
        assert ids == right, f"{text!r}: {ids}, not {right}"
        assert back == (b"" if text == "<|endoftext|>" else text.encode()), f"{text!r} comes back as {back!r}"
    return f"{len(texts)} texts"


def invalid_utf8(program):
    texts = [b"\xff\xfe ok", b"\xe2\x82", b"a\xc3", b"\xf0\x9f\x98 x", bytes(range(256))]
    for text, (ids, back) in zip(texts, tokenize(program, [data_file("ggml-vocab-gpt-2.gguf")], texts)):
        assert ids and back == text, f"{text!r} comes back as {back!r}"


def llama3_rules(program, folder):
    """GPT-2's vocabulary under Llama 3's splitting: the rules are what is tested."""
    source = gguf.read(data_file("ggml-vocab-gpt-2.gguf"))
    path = os.path.join(folder, "llama3-rules.gguf")
    gguf.write(path, {**source.metadata, "tokenizer.ggml.pre": "llama-bpe", "tokenizer.ggml.add_bos_token": False}, [])
    reference = Reference([str(t) for t in source.metadata["tokenizer.ggml.tokens"]],
                          [str(m) for m in source.metadata["tokenizer.ggml.merges"]], llama3=True)
    texts = [*TRICKY, *random_texts(300)]
    for text, (ids, _) in zip(texts, tokenize(program, [path], texts)):
        assert ids == reference.encode(text), f"{text!r}: {ids}, not {reference.encode(text)}"
    return f"{len(texts)} texts"


def llmc_tokenizer(program, folder):
    """llm.c's file made from GPT-2's vocabulary: ids by rank equal ids by merges."""
    path, out = data_file("ggml-vocab-gpt-2.gguf"), os.path.join(folder, "gpt2_tokenizer.bin")
    metadata = gguf.read(path).metadata
    alphabet = {c: b for b, c in Reference([], []).alphabet.items()}
    tokens = [str(t) for t in metadata["tokenizer.ggml.tokens"]]
    raw = [bytes(alphabet[c] for c in t) if i != len(tokens) - 1 else t.encode() for i, t in enumerate(tokens)]
    with open(out, "wb") as file:
        file.write(struct.pack("<4I", 20240328, 2, len(raw), len(raw) - 1).ljust(1024, b"\0"))
        file.writelines(bytes([len(t)]) + t for t in raw)
    texts = [*TRICKY, *random_texts(200)]
    assert tokenize(program, [out], texts) == tokenize(program, [path], texts), "llm.c's and GGUF's tokenizers differ"


def spm_tokenizer(program):
    path = data_file("tok512.bin")
    vocabulary = read_llama2c_tokenizer(path, 512)
    texts = ["Once upon a time", *TRICKY, *random_texts(200), "\u2581a", b"\xff"]
    got = tokenize(program, [path, "512"], texts)
    assert got[0][0] == [1, 403, 407, 261, 378], got[0]
    for text, (ids, back) in zip(texts, got):
        wanted = (text.encode() if isinstance(text, str) else text).replace("\u2581".encode(), b" ")
        assert back == wanted, f"{text!r} comes back as {back!r}"
        if isinstance(text, str):
            right = spm_encode(vocabulary, text.replace("\u2581", " "))
            assert ids == right, f"{text!r}: {ids}, not {right}"
    return f"{len(texts)} texts"


# --- programs -------------------------------------------------------------------------------------

def llm(program, *arguments, stdin=b"", status=0):
    done = run([program, *map(str, arguments)], stdin)
    assert done.returncode == status, f"status {done.returncode}: {done.stderr.decode(errors='replace')[:300]}"
    return done.stdout, done.stderr.decode()


def known_text(program):
    with open(data_file("stories260K.greedy.txt"), "rb") as file:
        right = file.read()
    for model in ("stories260K.bin", "stories260K.v1.bin"):
        for batch, threads in (("1", "1"), ("128", "1"), ("128", "4")):
            out, err = llm(program, "-m", data_file(model), "--tokenizer", data_file("tok512.bin"), "-n", "200", "--temp", "0",
                           "-b", batch, "-t", threads, "--work")
            assert out == right, f"{model}, blocks of {batch}, {threads} threads: {out[-60:]!r}"
            assert f"{threads} workers, the busiest did 1.0" in err, err


def sensible(program):
    common = ("-m", data_file("stories260K.bin"), "--tokenizer", data_file("tok512.bin"), "--temp", "0")
    out, _ = llm(program, *common, "-n", "5", "-p", "")
    assert out.startswith(b"Once upon"), out
    out, _ = llm(program, *common, "-n", "3", "-p", b"caf\xff\xc3".decode("utf-8", "surrogateescape"))
    assert out.startswith(b"caf\xff\xc3"), out
    _, err = llm(program, *common, "-c", "16", "-p", "a long prompt that does not fit into the context", status=1)
    assert "prompt = " in err and "-c 16" in err and err.count("\n") == 1, err
    _, err = llm(program, *common, "-c", "16", "-n", "-1", "--ignore-eos")
    assert "context of 16 positions is full" in err, err
    out, _ = llm(program, *common, "-i", "-n", "4", stdin=b"Once upon a time\n\nthere was\n")
    assert out.count(b"> ") == 4, out
    one, _ = llm(program, "-m", common[1], "--tokenizer", common[3], "-n", "40", "-s", "7")
    two, _ = llm(program, "-m", common[1], "--tokenizer", common[3], "-n", "40", "-s", "7")
    other, _ = llm(program, "-m", common[1], "--tokenizer", common[3], "-n", "40", "-s", "8")
    assert one == two != other, "the same seed gives the same text"


def bad_options(program):
    for words, part in ((["--frob"], "--frob"), (["-n"], "-n"), (["--top-p", "1.5"], "--top-p 1.5"),
                        (["-n", "x"], "--n-predict x: must be a whole number from -1 to 2147483647\n"),
                        (["-s", "-1"], "--seed -1: must be a whole number from 0 to 18000000000000000000\n"),
                        (["--temp", "-1"], "--temp -1: must be a number from 0 to 1000\n"),
                        (["-t", "0"], "--threads 0"), (["-t", "65"], "--threads 65"),
                        (["-p", "a", "-f", "b"], "-p and -f"),
                        (["-c", "99999999999999999999"], "--ctx-size")):
        _, err = llm(program, *words, status=2)
        assert part in err and err.count("\n") == 1, f"{words}: {err}"
    _, err = llm(program, "-m", "/nonexistent/model", status=1)
    assert "/nonexistent/model" in err and err.count("\n") == 1, err
    out, _ = llm(program, "--help")
    assert all(option in out for option in (b"--repeat-penalty", b"--perplexity", b"--logits", b"--top-k")), out


def gpt_ids(program, folder):
    model = os.path.join(folder, "llmc-F32")
    out, _ = llm(program, "-m", model, 31, 12)
    again, _ = llm(program, "-m", model, "--recompute", 31, 12)
    for threads in (2, 4, 8):
        many, _ = llm(program, "-m", model, "-t", threads, "--recompute", 31, 12)
        assert many == out, f"{threads} threads: {many}, not {out}"
    ids = [int(line) for line in out.split()]
    assert out == again and len(ids) == 10 and ids[:2] == [31, 12], (out, again)
    for words, part, status in (([], "token ids", 2), (["7x"], "7x", 2), (["320"], "token id 320", 1), (["-n", "0", "1"], "-n 0", 2)):
        _, err = llm(program, "-m", model, *words, status=status)
        assert part in err and err.count("\n") == 1, err


def perplexity(program, folder):
    path = os.path.join(folder, "text")
    with open(path, "w") as file:
        file.write("Once upon a time, there was a little girl named Lily. She loved to play outside in the park.\n" * 8)
    out, _ = llm(program, "-m", data_file("stories260K.bin"), "--tokenizer", data_file("tok512.bin"), "--perplexity", path)
    value = float(out.split()[1])
    assert 1.0 < value < 12.0, out
    return out.decode().strip()


# --- hostile files --------------------------------------------------------------------------------

def broken_files():
    """name -> (bytes, what the line must name)"""
    llama, gpt2 = make_corpus.llama_gguf("F32"), make_corpus.gpt2_gguf()
    tokens, _, _ = make_corpus.spm_tokens()

    def at(raw, key, skip, packed):
        position = raw.index(key) + len(key) + skip
        return raw[:position] + packed + raw[position + len(packed):]
    huge = struct.pack("<Q", 2 ** 64 - 1)
    return {
        "empty-header": (b"GGUF", "too short"),
        "version": (b"GGUF" + struct.pack("<I", 9) + llama[8:], "version = 9"),
        "tensor-count": (llama[:8] + huge + llama[16:], "tensors = 18446744073709551615"),
        "key-count": (llama[:16] + huge + llama[24:], "metadata keys = 18446744073709551615"),
        "key-length": (llama[:24] + huge + llama[32:], "key 0"),
        "value-type": (at(llama, b"llama.block_count", 0, struct.pack("<I", 77)), "llama.block_count: value of type 77"),
        "wrong-value-type": (at(llama, b"llama.block_count", 0, struct.pack("<I", 6)), "llama.block_count: value type = 6"),
        "zero-heads": (at(llama, b"llama.attention.head_count", 4, struct.pack("<I", 0)), "head_count = 0"),
        "kv-heads": (at(llama, b"llama.attention.head_count_kv", 4, struct.pack("<I", 3)), "key/value heads = 3"),
        "zero-layers": (at(llama, b"llama.block_count", 4, struct.pack("<I", 0)), "layers = 0"),
        "many-layers": (at(llama, b"llama.block_count", 4, struct.pack("<I", 2)), "tensor blk.1.attn_norm.weight: missing"),
        "width": (at(llama, b"llama.embedding_length", 4, struct.pack("<I", 64)), "dimensions = 32 x 12"),
        "architecture": (llama.replace(b"\5\0\0\0\0\0\0\0llama", b"\5\0\0\0\0\0\0\0lambs", 1), "general.architecture = 'lambs'"),
        "tensor-type": (at(llama, b"blk.0.attn_q.weight", 20, struct.pack("<I", 99)), "blk.0.attn_q.weight: type = 99"),
        "tensor-dims": (at(llama, b"blk.0.attn_q.weight", 0, struct.pack("<I", 9)), "blk.0.attn_q.weight: dimensions = 9"),
        "tensor-rows": (at(llama, b"blk.0.attn_q.weight", 4, huge), "blk.0.attn_q.weight"),
        "tensor-offset": (at(llama, b"blk.0.attn_q.weight", 24, struct.pack("<Q", 2 ** 63)), "offset = 9223372036854775808"),
        "tensor-alignment": (at(llama, b"blk.0.attn_q.weight", 24, struct.pack("<Q", 33)), "offset = 33"),
        "truncated": (llama[:-64], "run beyond the file's"),
        "merge-missing": (gpt2.replace(b"ab a", b"ab q"), "tokenizer.ggml.merges[1] = 'ab q'"),
        "merge-twice": (gpt2.replace(b"\6\0\0\0\0\0\0\0\xc4\xa0 a".replace(b"\6", b"\4"), b"\4\0\0\0\0\0\0\0ab a"), "merges[2]"),
        "no-merges": (gpt2.replace(b"ggml.merges", b"ggml.mergez"), "tokenizer.ggml.merges: missing"),
        "no-tokenizer": (llama.replace(b"tokenizer.ggml.model", b"tokenizer.ggml.modem"), "tokenizer.ggml.model: missing"),
        "pre": (gpt2.replace(b"gpt-2", b"gpt-9"), "tokenizer.ggml.pre = 'gpt-9'"),
        "escape": (llama.replace(b"\5\0\0\0\0\0\0\0llama", b"\5\0\0\0\0\0\0\0\x1b[2Jx", 1), "general.architecture = '?[2Jx'"),
        "llmc-version": (struct.pack("<2i", 20240326, 4).ljust(1024, b"\0"), "llm.c version = 4"),
        "llmc-heads": (struct.pack("<8i", 20240326, 3, 4, 6, 1, 0, 4, 8).ljust(4096, b"\0"), "heads = 0"),
        "llmc-padded": (struct.pack("<8i", 20240326, 3, 4, 6, 1, 2, 4, 5).ljust(4096, b"\0"), "padded vocabulary = 5"),
        "llmc-truncated": (make_corpus.llmc(3)[:-8], "tensor lnfb"),
        "llmc-negative": (struct.pack("<8i", 20240326, 3, -4, 6, 1, 2, 4, 8).ljust(4096, b"\0"), "context length = "),
        "llama2c-version": (struct.pack("<Ii", 0x616b3432, 3).ljust(4096, b"\0"), "llama2.c version = 3"),
        "llama2c-group": (make_corpus.llama2c(2)[:37] + struct.pack("<I", 3) + make_corpus.llama2c(2)[41:], "group size = 3"),
        "llama2c-truncated": (make_corpus.llama2c(1)[:-4], "tensor wcls"),
        "text": (b"This is a text and not a model at all, as anyone can see who looks at it.\n" * 9, "no model"),
    }


def hostile(program, folder):
    path = os.path.join(folder, "hostile.bin")
    for name, (raw, part) in broken_files().items():
        with open(path, "wb") as file:
            file.write(raw)
        _, err = llm(program, "-m", path, "-n", "1", status=1)
        assert "hostile.bin" in err and part in err and err.count("\n") == 1, f"{name}: {err}"
    return f"{len(broken_files())} files"


def every_truncation(program, folder):
    """No prefix of a model is accepted, whatever it is cut in."""
    path = os.path.join(folder, "cut.bin")
    whole = {"gguf": make_corpus.llama_gguf("Q8_0"), "llmc": make_corpus.llmc(5), "llama2c": make_corpus.llama2c(2)}
    for name, raw in whole.items():
        for n in sorted({1, 3, 7, 8, 24, 100, 255, 256, 257, 1023, 1024, len(raw) // 2, len(raw) - 33, len(raw) - 1}):
            if n >= len(raw):
                continue
            with open(path, "wb") as file:
                file.write(raw[:n])
            _, err = llm(program, "-m", path, "-n", "1", status=1)
            assert err.count("\n") == 1, f"{name} cut at {n}: {err}"


def short_fuzz(target):
    with tempfile.TemporaryDirectory() as folder:
        program = fuzz.build_alone(folder, target)
        done = subprocess.run([program, str(FUZZ_INPUTS), str(FUZZ_SEED), *fuzz.seeds(target)], capture_output=True,
                              env={**fuzz.ENVIRONMENT, "SCRATCH": folder})
        assert done.returncode == 0, done.stderr.decode(errors="replace")[:400]
    return f"{FUZZ_INPUTS} inputs"


def main():
    results = Results()
    with tempfile.TemporaryDirectory() as folder:
        for name in ("unit", "kernels", "par"):
            results.check(f"{name}-builds", lambda n=name: compile_test(folder, n) and None)
            report(results, f"{name}-ends", [os.path.join(folder, name)])
        results.check("synthetic-models", lambda: models(folder) and None)
        shipped = sorted(glob.glob(os.path.join(ROOT, "models", "*.gguf")))
        results.check("decoder-builds", lambda: compile_test(folder, "decoder") and None)
        paths = sorted(path for path in glob.glob(os.path.join(folder, "*-*")) if os.path.isfile(path))
        report(results, "decoder-ends", [os.path.join(folder, "decoder"), *paths, *shipped])
        results.check("races", races, folder, [os.path.join(folder, name) for name in ("gpt2-Q8_0", "llama-F32", "relu-Q4_0")])
        results.check("tokenize-builds", lambda: compile_test(folder, "tokenize") and None)
        program = os.path.join(folder, "tokenize")
        results.check("tokenizer-gpt2", gpt2_tokenizer, program)
        results.check("tokenizer-llama3-rules", llama3_rules, program, folder)
        results.check("tokenizer-llmc", llmc_tokenizer, program, folder)
        results.check("tokenizer-spm", spm_tokenizer, program)
        results.check("tokenizer-invalid-utf8", invalid_utf8, program)
        for name in ("llm", "gpt"):
            results.check(f"{name}-builds", lambda n=name: compile_app(folder, n) and None)
        program = os.path.join(folder, "llm")
        results.check("llm-known-text", known_text, program)
        results.check("llm-sensible", sensible, program)
        results.check("llm-options", bad_options, program)
        results.check("llm-perplexity", perplexity, program, folder)
        results.check("llm-hostile", hostile, program, folder)
        results.check("llm-truncated", every_truncation, program, folder)
        results.check("gpt-ids", gpt_ids, os.path.join(folder, "gpt"), folder)
    for target in fuzz.TARGETS:
        results.check(f"fuzz-{target}", short_fuzz, target)
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
