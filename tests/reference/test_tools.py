#!/usr/bin/python3
"""Check scripts/modellib, convert, inspect and synth-model: types, formats there and back, layout, bad input.

Decoders are checked against plain loops written from the format's description. Prints TEST lines; status 1 on failure.
"""
import json
import math
import os
import resource
import struct
import sys
import tempfile

from checks import Results, Skip, data_file, read_bytes, script

import numpy as np

from modellib import gguf, modelfile, vocabulary

PAGE = 4096
# Root-mean-square error of encoding normally distributed weights, relative to their deviation: at most this.
WORST_ERROR = {"F32": 0, "F16": 3e-4, "BF16": 2e-3, "Q8_0": 0.006, "Q6_K": 0.021, "Q4_K": 0.085, "Q4_0": 0.095}


def half(raw, at):
    return struct.unpack_from("<e", raw, at)[0]


def loop_q4_k(raw):
    """One block of 144 bytes, written from the format's description."""
    d, dmin, b, out = half(raw, 0), half(raw, 2), raw[4:16], []
    for j in range(8):
        if j < 4:
            sc, mn = b[j] & 63, b[j + 4] & 63
        else:
            sc, mn = (b[j + 4] & 15) + 16 * (b[j - 4] >> 6), (b[j + 4] >> 4) + 16 * (b[j] >> 6)
        for i in range(32):
            byte = raw[16 + 32 * (j // 2) + i]
            out.append(d * sc * (byte >> 4 if j % 2 else byte & 15) - dmin * mn)
    return out


def loop_q6_k(raw):
    """One block of 210 bytes, likewise."""
    ql, qh, scales, d = raw[:128], raw[128:192], raw[192:208], half(raw, 208)
    out = [0.0] * 256
    for part in range(2):
        for group in range(4):
            for i in range(32):
                low = ql[64 * part + 32 * (group % 2) + i]
                low = low >> 4 if group >= 2 else low & 15
                top = qh[32 * part + i] >> (2 * group) & 3
                scale = scales[8 * part + 2 * group + i // 16]
                out[128 * part + 32 * group + i] = d * (scale - 256 * (scale > 127)) * ((low | top << 4) - 32)
    return out


def loop_q8_0(raw):
    return [half(raw, 0) * (byte - 256 * (byte > 127)) for byte in raw[2:]]


def loop_q4_0(raw):
    return [half(raw, 0) * ((byte >> shift & 15) - 8) for shift in (0, 4) for byte in raw[2:]]


LOOPS = {"Q8_0": loop_q8_0, "Q4_0": loop_q4_0, "Q4_K": loop_q4_k, "Q6_K": loop_q6_k}


def decode_matches_loops(type_name):
    """Random bytes as blocks: every field, sign and packing takes every value."""
    random, size = np.random.default_rng(7), gguf.type_info(type_name)[1]
    raw = random.integers(0, 256, (40, size), dtype=np.uint8)
    for at in {"Q4_K": (0, 2), "Q6_K": (208,)}.get(type_name, (0,)):
        raw[:, at:at + 2] = random.standard_normal(40).astype("<f2").reshape(-1, 1).view(np.uint8)
    expected = np.concatenate([LOOPS[type_name](block.tobytes()) for block in raw])
    got = gguf.decode(raw, type_name)
    worst = np.abs(got - expected).max() / np.abs(expected).max()
    assert worst < 1e-6, f"differs by {worst} of the largest weight"


def encode_is_close(type_name):
    random = np.random.default_rng(3)
    weights = (random.standard_normal((64, 512)) * 0.05).astype(np.float32)
    weights[0], weights[1, :32], weights[2] = 0, 0.01, np.abs(weights[2])
    decoded = gguf.decode(gguf.encode(weights, type_name), type_name).reshape(weights.shape)
    error = math.sqrt(np.mean((decoded - weights) ** 2)) / weights.std()
    assert error <= WORST_ERROR[type_name], f"error {error:.4f}"
    assert not decoded[0].any(), "zeros do not stay zeros"
    return f"error {error:.4f}"


def metadata_round_trip(folder):
    path = os.path.join(folder, "m.gguf")
    metadata = {"general.architecture": "gpt2", "a": 3, "b": np.uint64(1 << 40), "c": -1.5, "d": True, "e": "Ġ\u2581\U0001f600",
                "f": ["x", "", "\udcff"], "g": np.arange(3, dtype=np.int32), "h": np.float64(0.1), "i": np.int8(-3)}
    nested = [[["a", "b"], np.arange(2, dtype=np.uint16)], ["c"]]
    tensors = [gguf.Tensor.from_array("t", np.arange(64.).reshape(2, 32), "Q8_0"), gguf.Tensor.from_array("v", np.arange(3.), "F32")]
    gguf.write(path, {**metadata, "n": nested}, tensors)
    model = gguf.read(path)
    shown = json.loads(script("inspect", "--json", path)[0])["metadata"]["n"]
    assert shown == [[["a", "b"], [0, 1]], ["c"]], f"arrays in arrays: {shown}"
    for key, value in metadata.items():
        assert np.array_equal(model.metadata[key], value), f"{key}: {model.metadata[key]!r}"
    again = os.path.join(folder, "again.gguf")
    gguf.write(again, model.metadata, model.tensors.values())
    assert read_bytes(path) == read_bytes(again), "written again it is not the same"


def damaged_gguf_is_refused(folder):
    """Cut anywhere or with a byte changed, a file is read or refused with one line; never another exception."""
    path = os.path.join(folder, "small.gguf")
    script("synth-model", "--shape", "gpt2-tiny", "--layers", 1, "--vocab", 300, path)
    raw, broken, refused = read_bytes(path), os.path.join(folder, "broken.gguf"), 0
    random = np.random.default_rng(1)
    header = len(raw) - sum(tensor.nbytes for tensor in gguf.read(path).tensors.values())
    for trial in range(300):
        data = bytearray(raw)
        if trial % 3 == 0:
            data = data[:random.integers(header * 2)]
        else:
            data[random.integers(100 if trial % 3 == 1 else header)] = random.integers(256)
        with open(broken, "wb") as file:
            file.write(data)
        try:
            gguf.read(broken)
        except gguf.GGUFError as error:
            assert "\n" not in str(error), repr(str(error))
            refused += 1
    return f"{refused} of 300 refused"


def foreign_metadata_is_refused(folder):
    """Values of another kind than the key's: one line that names it."""
    plain, path = os.path.join(folder, "kinds.gguf"), os.path.join(folder, "other-kinds.gguf")
    script("synth-model", "--shape", "gpt2-tiny", plain)
    model = gguf.read(plain)
    for key, value in (("general.architecture", 3), ("tokenizer.ggml.model", np.arange(2)), ("tokenizer.ggml.tokens", np.arange(320)),
                       ("tokenizer.ggml.merges", [["a b"]]), ("tokenizer.ggml.token_type", "x"), ("tokenizer.ggml.eos_token_id", "x"),
                       ("gpt2.block_count", "2")):
        gguf.write(path, {**model.metadata, key: value}, model.tensors.values())
        _, said = script("convert", path, path + ".bin", "--to", "llmc", status=1)
        assert f"{key}: expected " in said and said.count("\n") == 1, said
        assert key.startswith("gpt2.") or script("inspect", "--json", path, status=1)[1] == said.replace("convert:", "inspect:"), said


def llama2c_round_trip(folder):
    """The known model, as version 1 and 0 again and with its tokenizer: byte for byte."""
    v0, v1, tok = data_file("stories260K.bin"), data_file("stories260K.v1.bin"), data_file("tok512.bin")
    out = os.path.join(folder, "x.bin")
    script("convert", v0, out, "--to", "llama2c", "--llama2c-version", 1)
    assert read_bytes(out) == read_bytes(v1), "version 1 differs"
    script("convert", v1, out, "--to", "llama2c")
    assert read_bytes(out)[:4 * 260039] == read_bytes(v0)[:4 * 260039], "version 0 differs before its tables"
    vocabulary.write_llama2c(out, vocabulary.read(tok, 512))
    assert read_bytes(out) == read_bytes(tok), "the tokenizer differs"


def gpt2_vocabulary_round_trip(folder):
    """GPT-2's vocabulary through llm.c's format, which has no merges: all 50,000 come back."""
    original, out = vocabulary.read(data_file("ggml-vocab-gpt-2.gguf"), 0), os.path.join(folder, "tok.bin")
    vocabulary.write_llmc(out, original)
    back = vocabulary.read(out, 0)
    for key, value in original.items():
        assert np.array_equal(back[key], value), key
    ids = vocabulary.bpe(back).encode("Hello world, it's  fun")
    assert ids == [15496, 995, 11, 340, 338, 220, 1257], ids


def synthetic_formats(folder, arch):
    """The same seed in every format gives the same weights; GGUF made of them too."""
    shape = arch + "-tiny"
    reference = os.path.join(folder, "ref.gguf")
    script("synth-model", "--shape", shape, reference)
    want = gguf.read(reference)
    for version in ("F32", "BF16") if arch == "gpt2" else (0, 1, 2):
        path, tok = os.path.join(folder, "f.bin"), os.path.join(folder, "f.tok")
        extra = ("--format", "llmc", "--type", version) if arch == "gpt2" else ("--format", "llama2c", "--llama2c-version", version)
        script("synth-model", "--shape", shape, *extra, path, "--tokenizer-out", tok)
        out = os.path.join(folder, "f.gguf")
        script("convert", path, out, "--tokenizer", tok, "--type", "F32")
        got, worst = gguf.read(out), {"BF16": 2 ** -8, 2: 2 ** -6}.get(version, 0)
        assert set(got.tensors) == set(want.tensors), set(got.tensors) ^ set(want.tensors)
        for name, tensor in want.tensors.items():
            weights = tensor.decode()
            error = np.abs(got.tensors[name].decode() - weights).max() / np.abs(weights).max()
            assert error <= worst, f"{version}: {name}: error {error}"
        key = "tokenizer.ggml.tokens"
        assert got.metadata[key] == want.metadata[key], f"{version}: tokens differ"


def torch_module():
    try:
        import torch
    except ImportError:
        raise Skip("python3-torch is not installed") from None
    torch.manual_seed(0)
    return torch


class Planted:
    """An object whose unpickling would leave a trace."""

    def __reduce__(self):
        return os.mkdir, (Planted.trace,)


def train_checkpoint(folder):
    """A checkpoint of scripts/train: its names stay, its ReLU is said, and no code that its pickle names is run."""
    torch, path, Planted.trace = torch_module(), os.path.join(folder, "checkpoint.pt"), os.path.join(folder, "trace")
    config = {"arch": "llama", "vocab": 300, "context": 32, "width": 64, "layers": 1, "heads": 2, "kv_heads": 1, "ffn": 128}
    params = {"token_embd.weight": torch.randn(300, 64), "output_norm.weight": torch.randn(64)}
    torch.save({"config": config, "params": params, "opt": Planted()}, path)
    model = modelfile.open_model(path)
    assert not os.path.exists(Planted.trace), "code of the checkpoint was run"
    assert model.metadata["powerinfer.sparse_threshold"] == 0 and model.parameter("attention.head_count_kv") == 1
    for name, want in params.items():
        assert np.array_equal(model.tensors[name].decode(), want.numpy()), name


def pytorch_gpt2(folder):
    """HF's names and transposed matrices; tied output; masks left out."""
    torch = torch_module()
    c, path = 64, os.path.join(folder, "model.pt")
    state = {"transformer.wte.weight": torch.randn(90, c), "transformer.wpe.weight": torch.randn(32, c)}
    for name, rows, cols in (("attn.c_attn", c, 3 * c), ("attn.c_proj", c, c), ("mlp.c_fc", c, 4 * c), ("mlp.c_proj", 4 * c, c)):
        state[f"transformer.h.0.{name}.weight"] = torch.randn(rows, cols)
        state[f"transformer.h.0.{name}.bias"] = torch.randn(cols).half()
    for name in ("h.0.ln_1", "h.0.ln_2", "ln_f"):
        state[f"transformer.{name}.weight"], state[f"transformer.{name}.bias"] = torch.randn(c).bfloat16(), torch.randn(c)
    state["transformer.h.0.attn.bias"] = torch.ones(1, 1, 32, 32, dtype=torch.uint8)
    state["lm_head.weight"] = state["transformer.wte.weight"]
    torch.save(state, path)
    tensors = modelfile.open_model(path).tensors
    assert len(tensors) == 16 and "output.weight" not in tensors, list(tensors)
    for ours, theirs in (("ffn_down.weight", "mlp.c_proj.weight"), ("attn_norm.weight", "ln_1.weight"), ("ffn_up.bias", "mlp.c_fc.bias")):
        want = state[f"transformer.h.0.{theirs}"].float().numpy()
        assert np.array_equal(tensors["blk.0." + ours].decode(), want.T), ours


def pytorch_llama(folder, head_width=8):
    """HF's halves of a head become pairs: rotating either way gives the same product of query and key."""
    random, path = np.random.default_rng(2), os.path.join(folder, "model.safetensors")
    c, heads = 32, 4
    all_heads, kv = heads * head_width, 2 * head_width
    shapes = {"embed_tokens": (90, c), "norm": (c,), "layers.0.input_layernorm": (c,), "layers.0.post_attention_layernorm": (c,),
              "layers.0.self_attn.q_proj": (all_heads, c), "layers.0.self_attn.k_proj": (kv, c), "layers.0.self_attn.v_proj": (kv, c),
              "layers.0.self_attn.o_proj": (c, all_heads), "layers.0.mlp.gate_proj": (64, c), "layers.0.mlp.up_proj": (64, c),
              "layers.0.mlp.down_proj": (c, 64)}
    weights = {f"model.{name}.weight": random.standard_normal(shape).astype("<f4") for name, shape in shapes.items()}
    header, at = {}, 0
    for name, array in weights.items():
        header[name] = {"dtype": "F32", "shape": array.shape, "data_offsets": [at, at + array.nbytes]}
        at += array.nbytes
    text = json.dumps(header).encode()
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(text)) + text + b"".join(array.tobytes() for array in weights.values()))
    config = {"num_attention_heads": heads, "num_key_value_heads": 2, "max_position_embeddings": 64, "intermediate_size": 64}
    with open(os.path.join(folder, "config.json"), "w") as file:
        json.dump(config | ({"head_dim": head_width} if head_width != c // heads else {}), file)
    model = modelfile.open_model(path)
    tensors = model.tensors
    assert model.metadata.get("llama.attention.key_length", c // heads) == head_width
    q = weights["model.layers.0.self_attn.q_proj.weight"]
    got = tensors["blk.0.attn_q.weight"].decode()
    for head in range(heads):
        first, half_width = head * head_width, head_width // 2
        for i in range(half_width):
            assert np.array_equal(got[first + 2 * i], q[first + i]) and np.array_equal(got[first + 2 * i + 1], q[first + half_width + i])
    assert np.array_equal(tensors["blk.0.attn_v.weight"].decode(), weights["model.layers.0.self_attn.v_proj.weight"])


def pytorch_configs(folder):
    """What a config.json lacks, or is instead, is said in a line. The weights are pytorch_llama's."""
    heads = {"num_attention_heads": 4, "num_key_value_heads": 2, "max_position_embeddings": 64, "intermediate_size": 64}
    for text, wanted in (("[1]", "no JSON object"), ("{", "Expecting property name"), ("{}", "num_attention_heads"),
                         (json.dumps({"num_attention_heads": 4}), "max_position_embeddings"),
                         (json.dumps(heads | {"head_dim": 10}), "attn_q has 48 rows; the config says 4 heads of 10")):
        with open(os.path.join(folder, "config.json"), "w") as file:
            file.write(text)
        try:
            modelfile.open_model(os.path.join(folder, "model.safetensors"))
            said = "nothing"
        except gguf.GGUFError as error:
            said = str(error)
        assert wanted in said, f"{text}: {said}"


def run_layout(folder, arch, extra):
    """Page-aligned, vectors first, then one ascending run of matrices in a token's order; nothing else changed."""
    plain, laid = os.path.join(folder, "plain.gguf"), os.path.join(folder, "laid.gguf")
    script("synth-model", "--shape", arch + "-tiny", *extra, plain)
    script("convert", plain, laid, "--layout", "run", "--type", "Q8_0")
    model = gguf.read(laid)
    assert model.alignment == PAGE and all(tensor.offset % PAGE == 0 for tensor in model.tensors.values())
    names = [tensor.name for tensor in sorted(model.tensors.values(), key=lambda tensor: tensor.offset) if len(tensor.shape) > 1]
    inner = ["attn_qkv", "attn_output", "ffn_up", "ffn_down"] if arch == "gpt2" else \
        ["attn_q", "attn_k", "attn_v", "attn_output", "ffn_gate", "ffn_up", "ffn_down"]
    layers = [f"blk.{layer}.{name}.weight" for layer in range(2) for name in inner]
    start = ["position_embd.weight"] if arch == "gpt2" else []
    expected = ["token_embd.weight", *layers, "output.weight"] if extra else [*start, *layers, "token_embd.weight"]
    assert names == expected, names
    beyond = gguf.Tensor.from_array("mtp.weight", np.ones((2, 32)), "F32")
    gguf.write(plain, model.metadata, [beyond, *gguf.read(plain).tensors.values()])
    script("convert", plain, laid, "--layout", "run", "--type", "Q8_0")
    model = gguf.read(laid)
    assert list(model.tensors)[-1] == "mtp.weight", "what no token uses does not stand behind"
    for name, tensor in gguf.read(plain).tensors.items():
        want = tensor.to_type("Q8_0" if len(tensor.shape) > 1 and name != "position_embd.weight" else "F32").raw()
        assert np.array_equal(model.tensors[name].raw(), want), f"{name} changed"


def types_that_do_not_fit(folder):
    """Rows of 172 take no block of 32: F16 instead, and convert says so."""
    plain, out = os.path.join(folder, "odd.gguf"), os.path.join(folder, "odd8.gguf")
    script("synth-model", "--shape", "llama-tiny", "--ffn", 172, plain)
    _, said = script("convert", plain, out, "--type", "Q4_K")
    types = {name: tensor.type for name, tensor in gguf.read(out).tensors.items()}
    assert types["blk.0.ffn_down.weight"] == "F16" and types["blk.0.attn_q.weight"] == "Q4_0", types
    assert "blk.*.ffn_down.weight" in said and "F16" in said, said


def bad_input(folder):
    """Each ends with status 1 and one line that names the program and the file."""
    empty, text, tiny = (os.path.join(folder, name) for name in ("empty", "text", "tiny.gguf"))
    open(empty, "w").close()
    with open(text, "w") as file:
        file.write("hello, I am no model\n" * 50)
    script("synth-model", "--shape", "gpt2-tiny", tiny)
    out = os.path.join(folder, "out")
    for arguments in ((empty, out), (text, out), (os.path.join(folder, "missing"), out), (tiny, os.path.join(folder, "no/such")),
                      (tiny, out, "--to", "llama2c"), (tiny, out, "--tokenizer", text), (tiny, tiny)):
        _, said = script("convert", *arguments, status=1)
        assert said.startswith("convert: ") and said.count("\n") == 1, repr(said)
        assert not os.path.exists(out), "an output was left behind"


def many_layers(folder):
    """Headers of files that would be huge are refused before anything is made for each of their layers."""
    path, began = os.path.join(folder, "many.bin"), os.times().children_user
    for form, shape, at, layers in (("llmc", "gpt2-tiny", 16, 1 << 30), ("llama2c", "llama-tiny", 8, 1 << 24)):
        script("synth-model", "--format", form, "--shape", shape, path)
        with open(path, "r+b") as file:
            file.seek(at)
            file.write(layers.to_bytes(4, "little"))
        _, said = script("inspect", path, status=1)
        assert "its header makes" in said and said.count("\n") == 1, said
    script("synth-model", "--shape", "gpt2-tiny", path)
    model = gguf.read(path)
    gguf.write(path, {**model.metadata, "gpt2.block_count": 1 << 30}, model.tensors.values())
    _, said = script("convert", path, path + ".bin", "--to", "llmc", status=1)
    assert "gpt2.block_count is 1073741824" in said, said
    assert os.times().children_user - began < 60, "too slow"


def what_no_format_says(folder):
    """What llm.c's and llama2.c's files cannot say is not left out in silence."""
    path, out = os.path.join(folder, "odd.gguf"), os.path.join(folder, "out.bin")
    for arch, to, metadata, changed, name in (
            ("llama", "llama2c", {"llama.rope.freq_base": 5e5}, {}, "llama.rope.freq_base is 500000;"),
            ("llama", "llama2c", {}, {"rope_freqs.weight": np.ones(8)}, "rope_freqs.weight:"),
            ("gpt2", "llmc", {"gpt2.block_count": np.float32(5)}, {}, "gpt2.block_count is 5.0; this format holds whole"),
            ("gpt2", "llmc", {"gpt2.context_length": np.uint64(1 << 63)}, {}, "gpt2.context_length is 9223372036854775808; this format"),
            ("gpt2", "llmc", {}, {"output.weight": np.ones((320, 64))}, "output.weight:"),
            ("gpt2", "llmc", {}, {"blk.1.ffn_up.weight": np.ones((96, 64))}, "blk.1.ffn_up.weight:")):
        script("synth-model", "--shape", f"{arch}-tiny", path)
        model = gguf.read(path)
        model.metadata.update(metadata)
        model.tensors.update((key, gguf.Tensor.from_array(key, array, "F32")) for key, array in changed.items())
        gguf.write(path, model.metadata, model.tensors.values())
        _, said = script("convert", path, out, "--to", to, status=1)
        assert said.startswith(f"convert: {name} ") and said.count("\n") == 1, said


def places(folder):
    """What is no file is not replaced by one, a link stays one; a full disk and a wrong number are said with their names."""
    pipe, link, model = (os.path.join(folder, name) for name in ("pipe", "link.gguf", "linked.gguf"))
    os.mkfifo(pipe)
    os.symlink("linked.gguf", link)
    for place in (pipe, folder):
        _, said = script("synth-model", "--shape", "gpt2-tiny", place, status=1)
        assert said == f"synth-model: {place}: is there, and is no file\n", said
    script("synth-model", "--shape", "gpt2-tiny", link)
    script("convert", link, "--type", "F16", link + ".f16")
    assert os.path.islink(link) and os.path.getsize(model) > os.path.getsize(link + ".f16"), "the link, or its target"
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100000, limits[1]))  # as full as a disk
    try:
        _, said = script("convert", link, model + ".copy", status=1)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert said == f"convert: {model}.copy: File too large\n", said
    for words, name in ((["--seed", "-1"], "--seed -1"), (["--layers", "0"], "--layers 0"), (["--format", "onnx"], "--format")):
        _, said = script("synth-model", *words, model, status=2)
        assert said.startswith(f"synth-model: {name}") and said.count("\n") == 1, said


def inspect_agrees(folder):
    """Offsets that inspect prints are where the data are, in a format that is not GGUF too."""
    path = os.path.join(folder, "g.bin")
    script("synth-model", "--shape", "gpt2-tiny", "--format", "llmc", path)
    what = json.loads(script("inspect", "--json", path)[0])
    raw, tensors = read_bytes(path), modelfile.open_model(path).tensors
    assert what["pages"] == -(-len(raw) // PAGE) and len(what["tensors"]) == len(tensors)
    for entry in what["tensors"]:
        assert raw[entry["offset"]:entry["offset"] + entry["bytes"]] == tensors[entry["name"]].raw().tobytes(), entry["name"]
    assert "one token reads" in script("inspect", path)[0]


def same_seed_same_bytes(folder):
    paths = [os.path.join(folder, f"{name}.gguf") for name in "abc"]
    for path, seed in zip(paths, (5, 5, 6)):
        script("synth-model", "--shape", "gpt2-tiny", "--type", "Q4_0", "--seed", seed, path)
    first, second, third = map(read_bytes, paths)
    assert first == second and first != third


def main():
    results = Results()
    for name in LOOPS:
        results.check(f"decode-{name}", decode_matches_loops, name)
    for name in gguf.ENCODERS:
        results.check(f"encode-{name}", encode_is_close, name)
    with tempfile.TemporaryDirectory() as folder:
        for function in (metadata_round_trip, damaged_gguf_is_refused, foreign_metadata_is_refused,
                         llama2c_round_trip, gpt2_vocabulary_round_trip, train_checkpoint, pytorch_gpt2,
                         pytorch_llama, types_that_do_not_fit, bad_input, many_layers, what_no_format_says, places,
                         inspect_agrees, same_seed_same_bytes):
            results.check(function.__name__.replace("_", "-"), function, folder)
        results.check("pytorch-llama-wide-heads", pytorch_llama, folder, 12)
        results.check("pytorch-configs", pytorch_configs, folder)
        for arch in ("gpt2", "llama"):
            results.check(f"synthetic-formats-{arch}", synthetic_formats, folder, arch)
            results.check(f"run-layout-{arch}", run_layout, folder, arch, ())
        results.check("run-layout-untied", run_layout, folder, "llama", ("--untied",))
    return results.status()


if __name__ == "__main__":
    sys.exit(main())
