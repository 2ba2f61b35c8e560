"""PyTorch's files and safetensors in GGUF's words, without PyTorch: HF's gpt2 and llama, and scripts/train's own.

A .pt file is a zip with a pickle; only the names that a state dict needs are resolved, everything else becomes an
inert object, so that opening a file runs none of its code. Errors are gguf.GGUFError, one line.
"""
import collections
import json
import os
import pickle
import re
import struct
import zipfile

import numpy as np

from modellib import gguf, modelfile

# torch storage or safetensors dtype -> (numpy dtype of the bytes, GGUF type)
STORED = {
    "FloatStorage": ("<f4", "F32"), "HalfStorage": ("<f2", "F16"), "BFloat16Storage": ("<u2", "BF16"),
    "DoubleStorage": ("<f8", "F32"),
    "F32": ("<f4", "F32"), "F16": ("<f2", "F16"), "BF16": ("<u2", "BF16"), "F64": ("<f8", "F32"),
}

# HF's or nanoGPT's name -> GGUF's; "#" is the layer. What matches neither is left out, as the causal masks are.
GPT2_NAMES = {
    "wte": "token_embd", "wpe": "position_embd", "h.#.ln_1": "blk.#.attn_norm", "h.#.attn.c_attn": "blk.#.attn_qkv",
    "h.#.attn.c_proj": "blk.#.attn_output", "h.#.ln_2": "blk.#.ffn_norm", "h.#.mlp.c_fc": "blk.#.ffn_up",
    "h.#.mlp.c_proj": "blk.#.ffn_down", "ln_f": "output_norm", "lm_head": "output",
}
LLAMA_NAMES = {
    "embed_tokens": "token_embd", "layers.#.input_layernorm": "blk.#.attn_norm",
    "layers.#.self_attn.q_proj": "blk.#.attn_q", "layers.#.self_attn.k_proj": "blk.#.attn_k",
    "layers.#.self_attn.v_proj": "blk.#.attn_v", "layers.#.self_attn.o_proj": "blk.#.attn_output",
    "layers.#.post_attention_layernorm": "blk.#.ffn_norm", "layers.#.mlp.gate_proj": "blk.#.ffn_gate",
    "layers.#.mlp.up_proj": "blk.#.ffn_up", "layers.#.mlp.down_proj": "blk.#.ffn_down", "norm": "output_norm",
    "lm_head": "output",
}


class Stored:
    """A tensor in a file: `array` (of any strides, dtype as in STORED) and its GGUF type."""

    def __init__(self, array, kind):
        self.array, self.kind = array, kind

    def tensor(self, name, rows=None, transposed=False):
        """A gguf.Tensor of this; `rows` reorders the rows, `transposed` swaps the dimensions first."""
        array, kind = (self.array.T if transposed else self.array), self.kind
        flat = array.reshape(1, -1) if array.ndim == 1 else array

        def load(start, stop):
            part = np.ascontiguousarray(flat[start:stop] if rows is None else flat[rows[start:stop]])
            return part.astype(np.float32) if part.dtype == "<f8" else gguf.decode(part.view(np.uint8), kind)
        return gguf.Tensor(name, array.shape, kind, load=load)


class _Inert(dict):
    """Stands for any class that a checkpoint names beside its tensors."""

    def __init__(self, *_, **__):
        super().__init__()

    def __setstate__(self, _):
        pass


class _Unpickler(pickle.Unpickler):
    """Resolves what a state dict is made of; storages are mapped from the zip."""

    def __init__(self, file, storage):
        super().__init__(file)
        self._storage = storage

    def find_class(self, module, name):
        if (module, name) == ("collections", "OrderedDict"):
            return collections.OrderedDict
        if (module, name) == ("torch._utils", "_rebuild_tensor_v2"):
            return _rebuild
        if (module, name) == ("torch._utils", "_rebuild_parameter"):
            return lambda data, *_: data
        if module == "torch" and name.endswith("Storage"):
            return name
        return _Inert

    def persistent_load(self, pid):
        _, kind, key, _, count = pid
        return self._storage(kind, key, count)


def _rebuild(storage, offset, shape, strides, *_):
    """torch._utils._rebuild_tensor_v2: a view of a storage; None where its type is no float."""
    if storage is None:
        return None
    flat, kind = storage
    last = offset + sum((n - 1) * stride for n, stride in zip(shape, strides))
    if 0 in shape or not shape or min(strides) < 0 or last >= len(flat):
        return None
    view = np.lib.stride_tricks.as_strided(flat[offset:], shape, [stride * flat.itemsize for stride in strides],
                                           writeable=False)
    return Stored(view, kind)


def _read_pickle(path):
    """What torch.save wrote, tensors as Stored."""
    try:
        archive = zipfile.ZipFile(path)
    except zipfile.BadZipFile as error:
        raise gguf.GGUFError(f"{path}: {error}") from None
    names = [name for name in archive.namelist() if name.endswith("/data.pkl")]
    if not names:
        raise gguf.GGUFError(f"{path}: a zip file, but not one of torch.save")
    flat, folder = np.memmap(path, np.uint8, mode="r"), names[0][:-len("data.pkl")]

    def storage(kind, key, count):
        if kind not in STORED:
            return None
        info, dtype = archive.getinfo(f"{folder}data/{key}"), np.dtype(STORED[kind][0])
        at = info.header_offset
        name_length, extra_length = struct.unpack("<HH", flat[at + 26:at + 30].tobytes())
        at += 30 + name_length + extra_length
        return flat[at:at + count * dtype.itemsize].view(dtype), STORED[kind][1]
    try:
        with archive.open(names[0]) as file:
            return _Unpickler(file, storage).load()
    except (pickle.UnpicklingError, KeyError, ValueError, TypeError, EOFError) as error:
        raise gguf.GGUFError(f"{path}: damaged checkpoint ({error})") from None


def _read_safetensors(path):
    """Name -> Stored. Layout: u64 length, JSON of that length, data; offsets count from the data's start."""
    flat = np.memmap(path, np.uint8, mode="r")
    length = int.from_bytes(flat[:8].tobytes(), "little")
    if length + 8 > len(flat):
        raise gguf.GGUFError(f"{path}: a header of {length} bytes, the file has {len(flat)}")
    tensors = {}
    try:
        entries = json.loads(flat[8:8 + length].tobytes())
        for name, entry in entries.items():
            if name != "__metadata__" and entry["dtype"] in STORED:
                dtype, kind = STORED[entry["dtype"]]
                start, stop = (8 + length + offset for offset in entry["data_offsets"])
                tensors[name] = Stored(flat[start:stop].view(dtype).reshape(entry["shape"]), kind)
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise gguf.GGUFError(f"{path}: damaged safetensors file ({error})") from None
    return tensors


def read(path, config=None):
    """Opens a state dict or checkpoint as a gguf.Model. `config`: HF's config.json, else the one beside the file."""
    loaded = _read_safetensors(path) if path.endswith(".safetensors") else _read_pickle(path)
    if isinstance(loaded, dict) and {"config", "params"} <= set(loaded):
        return _own_model(loaded["config"], loaded["params"])
    for key in ("model", "state_dict"):
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    tensors = {re.sub(r"^(transformer|model)\.", "", name): value for name, value in dict(loaded).items()
               if isinstance(value, Stored)}
    settings = _settings(config, path)
    try:
        if "wte.weight" in tensors:
            return _gpt2_model(path, tensors, settings)
        if "embed_tokens.weight" in tensors:
            return _llama_model(path, tensors, settings)
    except KeyError as error:
        raise gguf.GGUFError(f"{path}: neither the weights nor the config have {error}") from None
    names = " ".join(list(tensors)[:3]) or "no tensors"
    raise gguf.GGUFError(f"{path}: no gpt2 and no llama by its names ({names} ...)")


def _settings(config, path):
    config = config or os.path.join(os.path.dirname(path), "config.json")
    if not os.path.exists(config):
        return None
    with open(config) as file:
        try:
            settings = json.load(file)
        except ValueError as error:
            raise gguf.GGUFError(f"{config}: {error}") from None
    if not isinstance(settings, dict):
        raise gguf.GGUFError(f"{config}: no JSON object")
    return settings


def _own_model(config, params):
    """A checkpoint of scripts/train, whose tensors have GGUF's names already."""
    if config["arch"] == "gpt2":
        metadata = modelfile.gpt2_metadata(config["context"], config["width"], config["layers"], config["ffn"],
                                           config["heads"])
    else:
        metadata = modelfile.llama_metadata(config["context"], config["width"], config["layers"], config["ffn"],
                                            config["heads"], config["kv_heads"], config["vocab"])
        metadata["powerinfer.sparse_threshold"] = 0.0
    tensors = [stored.tensor(name) for name, stored in params.items()]
    return gguf.Model(metadata, tensors, "scripts/train checkpoint")


def _renamed(tensors, names):
    """(GGUF name, Stored) of each tensor that `names` knows."""
    for name, stored in tensors.items():
        stem, _, suffix = name.rpartition(".")
        number = re.search(r"\.(\d+)\.", stem)
        generic = stem.replace(number[0], ".#.", 1) if number else stem
        if generic in names and suffix in ("weight", "bias"):
            yield names[generic].replace("#", number[1] if number else "") + "." + suffix, stored


def _layers(tensors):
    return 1 + max((int(name.split(".")[1]) for name in tensors if name.startswith("blk.")), default=-1)


def _untied(tensors):
    """Without an output matrix that is the embedding again."""
    output, embedding = tensors.get("output.weight"), tensors["token_embd.weight"]
    if output is not None and np.array_equal(output.array, embedding.array):
        del tensors["output.weight"]
    return tensors


def _gpt2_model(path, tensors, settings):
    tensors = _untied(dict(_renamed(tensors, GPT2_NAMES)))
    if "blk.0.attn_qkv.weight" not in tensors or "position_embd.weight" not in tensors:
        raise gguf.GGUFError(f"{path}: a gpt2 without h.0.attn.c_attn.weight or wpe.weight")
    context, channels = tensors["position_embd.weight"].array.shape
    rows, cols = tensors["blk.0.attn_qkv.weight"].array.shape
    transposed = (rows, cols) == (channels, 3 * channels)      # HF's Conv1D keeps (in, out), nn.Linear (out, in)
    settings = settings or {"n_head": channels // 64}          # every GPT-2 that was published has heads of 64
    ffn = max(tensors["blk.0.ffn_up.weight"].array.shape)
    metadata = modelfile.gpt2_metadata(context, channels, _layers(tensors), ffn, settings["n_head"],
                                       settings.get("layer_norm_epsilon", 1e-5))
    conv = re.compile(r"blk\.\d+\.(attn_qkv|attn_output|ffn_up|ffn_down)\.weight")
    return gguf.Model(metadata, [stored.tensor(name, transposed=bool(transposed and conv.fullmatch(name)))
                                 for name, stored in tensors.items()], "PyTorch gpt2")


def _llama_model(path, tensors, settings):
    if settings is None:
        raise gguf.GGUFError(f"{path}: a llama's weights do not tell its heads: give --config, HF's config.json")
    if settings.get("rope_scaling"):
        raise gguf.GGUFError(f"{path}: rope_scaling {settings['rope_scaling']} is not converted")
    tensors = _untied(dict(_renamed(tensors, LLAMA_NAMES)))
    vocab, channels = tensors["token_embd.weight"].array.shape
    heads = settings["num_attention_heads"]
    kv_heads = settings.get("num_key_value_heads", heads)
    metadata = modelfile.llama_metadata(
        settings["max_position_embeddings"], channels, _layers(tensors), settings["intermediate_size"], heads, kv_heads,
        vocab, settings.get("rms_norm_eps", 1e-6), float(settings.get("rope_theta", 10000)))
    width = settings.get("head_dim") or channels // heads
    if width != channels // heads:
        metadata.update({f"llama.{key}": width for key in ("attention.key_length", "attention.value_length",
                                                           "rope.dimension_count")})
    for name, count in (("attn_q", heads), ("attn_k", kv_heads)):
        rows = tensors[f"blk.0.{name}.weight"].array.shape[0]
        if rows != count * width:
            raise gguf.GGUFError(f"{path}: {name} has {rows} rows; the config says {count} heads of {width}")
    if settings.get("hidden_act", "silu") == "relu":
        metadata["powerinfer.sparse_threshold"] = 0.0
    elif settings.get("hidden_act", "silu") != "silu":
        raise gguf.GGUFError(f"{path}: hidden_act {settings['hidden_act']}; silu and relu are converted")
    rotated = {"attn_q": _rope_order(heads * width, heads), "attn_k": _rope_order(kv_heads * width, kv_heads)}
    return gguf.Model(metadata, [stored.tensor(name, rows=rotated.get(name.split(".")[-2]))
                                 for name, stored in tensors.items()], "PyTorch llama")


def _rope_order(rows, heads):
    """Row numbers that bring HF's halves (i, i + D/2) of each head to GGUF's consecutive pairs (2i, 2i + 1)."""
    return np.arange(rows).reshape(heads, 2, rows // heads // 2).swapaxes(1, 2).reshape(-1)
