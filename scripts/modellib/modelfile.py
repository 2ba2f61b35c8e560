"""Model files in GGUF's words: opens every format that the project reads, writes llm.c's and llama2.c's.

    model = open_model("gpt2_124M.bin", tokenizer="gpt2_tokenizer.bin")     # a gguf.Model, whatever the file is

Tensors have GGUF's names and shapes, stay in the file until they are used, and know their offset in it. llm.c's
files are tensor-major; here each layer's slice is a tensor of its own. Errors are gguf.GGUFError, one line.
"""
import math

import numpy as np

from modellib import gguf, vocabulary

LLMC_MAGIC, LLMC_TYPES = 20240326, {3: "F32", 5: "BF16"}     # version -> type of every tensor
LLAMA2C_MAGIC = 0x616b3432
LLAMA2C_HEADER = 256        # bytes before the weights, versions 1 and 2
LLMC_HEADER = 1024


class GroupedTensor(gguf.Tensor):
    """A tensor of llama2.c's version 2: rows * cols int8 values, then one float32 scale per `group` of them."""

    def __init__(self, name, shape, flat, offset, group):
        super().__init__(name, shape, "F32", load=self._load_rows, offset=offset)
        weights = self.rows * self.cols
        self.stored, self.stored_bytes = f"int8/{group}", weights + weights // group * 4
        self.group = group
        self.values = flat[offset:offset + weights].view(np.int8).reshape(-1, group)
        self.scales = flat[offset + weights:offset + self.stored_bytes].view("<f4").reshape(-1, 1)

    def _load_rows(self, start, stop):
        groups = slice(start * self.cols // self.group, stop * self.cols // self.group)
        return self.values[groups] * self.scales[groups]


def open_model(path, tokenizer=None, config=None):
    """Opens a model file of any format as a gguf.Model. GGUFError where it is none, or is damaged.

    tokenizer: path of a tokenizer file (see vocabulary.read), taken instead of what the model file has.
    config: path of a HF config.json, for formats that leave out hyper-parameters.
    """
    with open(path, "rb") as file:
        start = file.read(8)
    if len(start) < 8:
        raise gguf.GGUFError(f"{path}: {len(start)} bytes, no model file")
    first = int.from_bytes(start[:4], "little")
    if start[:4] == gguf.MAGIC:
        model = gguf.read(path)
    elif first == LLMC_MAGIC:
        model = _read_llmc(path)
    elif start[:4] == b"PK\3\4" or path.endswith(".safetensors"):
        from modellib import torchfile    # imports this module
        model = torchfile.read(path, config)
    else:
        model = _read_llama2c(path)
    if tokenizer:
        tokens = vocabulary.read(tokenizer, vocabulary_size(model))
        for key in [key for key in model.metadata if key.startswith("tokenizer.")]:
            del model.metadata[key]
        model.metadata.update(tokens)
    return model


def vocabulary_size(model):
    """Rows of the embedding; 0 where a file has none."""
    embedding = model.tensors.get("token_embd.weight")
    return embedding.rows if embedding else 0


def _map(path):
    return np.memmap(path, np.uint8, mode="r")


def _expect_size(path, actual, plan, layers, offset, sizes):
    """GGUFError if a file of this plan would have another size; said before anything is made for each of its layers."""
    expected = offset + sum(sizes(shape) * (layers if "*" in name else 1) for name, shape in plan)
    if actual != expected:
        raise gguf.GGUFError(f"{path}: {actual} bytes, its header makes {expected}")


def _lay_out(plan, layers, offset, sizes):
    """(name, shape, offset) of each tensor of a tensor-major file.

    plan: (name, shape) in the file's order; "blk.*" stands for all layers, one after the other. `sizes` gives the
    bytes of a tensor by its shape.
    """
    placed = []
    for name, shape in plan:
        for layer in range(layers if "*" in name else 1):
            placed.append((name.replace("*", str(layer)), shape, offset))
            offset += sizes(shape)
    return placed


def _plain(type_name):
    """Bytes of a tensor by its shape, for unblocked types."""
    return lambda shape: math.prod(shape) * gguf.type_info(type_name)[1]


# --- llm.c ------------------------------------------------------------------------------------------------------

def _llmc_plan(vocab, context, channels):
    """Names and shapes in llm.c's order; `vocab` is the padded one."""
    c = channels
    plan = [("token_embd.weight", (vocab, c)), ("position_embd.weight", (context, c))]
    for name, shape in (("attn_norm", (c,)), ("attn_qkv", (3 * c, c)), ("attn_output", (c, c)), ("ffn_norm", (c,)),
                        ("ffn_up", (4 * c, c)), ("ffn_down", (c, 4 * c))):
        plan += [(f"blk.*.{name}.weight", shape), (f"blk.*.{name}.bias", shape[:1])]
    return plan + [("output_norm.weight", (c,)), ("output_norm.bias", (c,))]


def _read_llmc(path):
    flat = _map(path)
    if len(flat) < LLMC_HEADER:
        raise gguf.GGUFError(f"{path}: {len(flat)} bytes, llm.c's header alone has {LLMC_HEADER}")
    header = flat[:LLMC_HEADER].view("<i4")
    version, context, vocab, layers, heads, channels, padded = (int(n) for n in header[1:8])
    if version not in LLMC_TYPES:
        raise gguf.GGUFError(f"{path}: llm.c version {version}; 3 (fp32) and 5 (bf16) are read")
    if min(context, vocab, layers, heads, channels) < 1 or channels % heads or padded < vocab:
        raise gguf.GGUFError(f"{path}: context {context}, vocabulary {vocab} (padded {padded}), layers {layers}, "
                             f"heads {heads}, channels {channels} do not fit together")
    type_name = LLMC_TYPES[version]
    plan, size = _llmc_plan(padded, context, channels), _plain(type_name)
    _expect_size(path, len(flat), plan, layers, LLMC_HEADER, size)
    tensors = []
    for name, shape, offset in _lay_out(plan, layers, LLMC_HEADER, size):
        if name == "token_embd.weight":
            shape = (vocab, channels)       # without the padding's rows
        tensors.append(gguf.Tensor(name, shape, type_name, encoded=flat[offset:offset + size(shape)], offset=offset))
    metadata = gpt2_metadata(context, channels, layers, 4 * channels, heads)
    return gguf.Model(metadata, tensors, f"llm.c v{version} ({type_name})")


def gpt2_metadata(context, channels, layers, ffn, heads, epsilon=1e-5):
    """GGUF's hyper-parameters of a GPT-2."""
    return {
        "general.architecture": "gpt2", "gpt2.context_length": context, "gpt2.embedding_length": channels,
        "gpt2.block_count": layers, "gpt2.feed_forward_length": ffn, "gpt2.attention.head_count": heads,
        "gpt2.attention.layer_norm_epsilon": epsilon,
    }


def write_llmc(path, model, type_name="F32", progress=None):
    """Writes a gpt2 model as llm.c's fp32 (F32) or bf16 (BF16) file; rows are padded to a multiple of 128."""
    version = {name: number for number, name in LLMC_TYPES.items()}.get(type_name)
    if version is None or model.architecture != "gpt2":
        raise gguf.GGUFError(f"llm.c's files hold a gpt2 of F32 or BF16, not a {model.architecture} of {type_name}")
    channels, context, vocab = _count(model, "embedding_length"), _count(model, "context_length"), vocabulary_size(model)
    layers, heads = _count(model, "block_count"), _count(model, "attention.head_count")
    padded = -(-vocab // 128) * 128
    header = np.zeros(LLMC_HEADER // 4, "<i4")
    header[:8] = (LLMC_MAGIC, version, context, vocab, layers, heads, channels, padded)
    plan = _llmc_plan(padded, context, channels)
    embedding, output = (model.tensors.get(f"{name}.weight") for name in ("token_embd", "output"))
    tied = embedding and output and embedding.type == output.type and np.array_equal(embedding.raw(), output.raw())
    copies = [("output.weight", embedding.shape)] if tied else []      # GGUF files often have one
    _must_say(model, _llmc_plan(vocab, context, channels) + copies, {"attention.layer_norm_epsilon": 1e-5})
    padding = bytes((padded - vocab) * _plain(type_name)((channels,)))

    def pieces():
        yield header.data
        for name, _, _ in _lay_out(plan, layers, 0, _plain(type_name)):
            yield from _encoded(model, name, type_name)
            if name == "token_embd.weight":
                yield padding
    _write_pieces(path, pieces(), model, type_name, progress)


# --- llama2.c ---------------------------------------------------------------------------------------------------

def llama_metadata(context, channels, layers, ffn, heads, kv_heads, vocab, epsilon=1e-5, rope_base=10000.0):
    """GGUF's hyper-parameters of a llama."""
    return {
        "general.architecture": "llama", "llama.context_length": context, "llama.embedding_length": channels,
        "llama.block_count": layers, "llama.feed_forward_length": ffn, "llama.attention.head_count": heads,
        "llama.attention.head_count_kv": kv_heads, "llama.attention.layer_norm_rms_epsilon": epsilon,
        "llama.rope.dimension_count": channels // heads, "llama.rope.freq_base": rope_base, "llama.vocab_size": vocab,
    }


def _llama2c_plan(version, dim, hidden, heads, kv_heads, vocab, context, shared):
    """Names and shapes in llama2.c's order. Name "": to be skipped."""
    kv = dim // heads * kv_heads
    norms = [("blk.*.attn_norm.weight", (dim,)), ("blk.*.ffn_norm.weight", (dim,)), ("output_norm.weight", (dim,))]
    embedding = [("token_embd.weight", (vocab, dim))]
    attention = [("blk.*.attn_q.weight", (dim, dim)), ("blk.*.attn_k.weight", (kv, dim)),
                 ("blk.*.attn_v.weight", (kv, dim)), ("blk.*.attn_output.weight", (dim, dim))]
    feed_forward = [("blk.*.ffn_gate.weight", (hidden, dim)), ("blk.*.ffn_down.weight", (dim, hidden)),
                    ("blk.*.ffn_up.weight", (hidden, dim))]
    classifier = [] if shared else [("output.weight", (vocab, dim))]
    if version == 0:
        tables = [("", (context * (dim // heads // 2),))] * 2
        return (embedding + norms[:1] + attention + norms[1:2] + feed_forward + norms[2:] + tables + classifier)
    return norms + embedding + attention + feed_forward + classifier


def _llama2c_header(path, flat):
    """(version, the seven integers, shared classifier, group, offset of the weights); GGUFError if implausible."""
    if len(flat) < LLAMA2C_HEADER:
        raise gguf.GGUFError(f"{path}: {len(flat)} bytes, no model file of a known format")
    if int(flat[:4].view("<u4")[0]) != LLAMA2C_MAGIC:
        numbers = [int(n) for n in flat[:28].view("<i4")]
        version, shared, group, offset = 0, numbers[5] > 0, 0, 28
        numbers[5] = abs(numbers[5])
    else:
        version = int(flat[4:8].view("<i4")[0])
        numbers = [int(n) for n in flat[8:36].view("<i4")]
        shared, offset = bool(flat[36]), LLAMA2C_HEADER
        group = int.from_bytes(flat[37:41].tobytes(), "little") if version == 2 else 0
    dim, hidden, _, heads, kv_heads, _, _ = numbers
    if min(numbers) < 1 or max(numbers) > 1 << 24 or dim % heads or heads % kv_heads:
        raise gguf.GGUFError(f"{path}: no model file of a known format (as llama2.c's: {numbers})")
    if version > 2 or version == 2 and (group < 1 or dim % group or hidden % group):
        raise gguf.GGUFError(f"{path}: llama2.c version {version} with groups of {group}; 0, 1 and 2 are read")
    return version, numbers, shared, group, offset


def _read_llama2c(path):
    flat = _map(path)
    version, numbers, shared, group, offset = _llama2c_header(path, flat)
    dim, hidden, layers, heads, kv_heads, vocab, context = numbers

    def size(shape):
        weights = math.prod(shape)
        return weights + weights // group * 4 if version == 2 and len(shape) == 2 else weights * 4
    plan = _llama2c_plan(version, dim, hidden, heads, kv_heads, vocab, context, shared)
    _expect_size(path, len(flat), plan, layers, offset, size)
    tensors = []
    for name, shape, at in _lay_out(plan, layers, offset, size):
        if version == 2 and len(shape) == 2:
            tensors.append(GroupedTensor(name, shape, flat, at, group))
        elif name:
            tensors.append(gguf.Tensor(name, shape, "F32", encoded=flat[at:at + size(shape)], offset=at))
    metadata = llama_metadata(context, dim, layers, hidden, heads, kv_heads, vocab)
    return gguf.Model(metadata, tensors, f"llama2.c v{version}")


def _grouped(model, name, group):
    """Bytes of llama2.c's quantised tensor: all values, then all scales."""
    tensor, scales = _tensor(model, name), []
    for start, stop in tensor.chunks():
        weights = tensor.decode_rows(start, stop).reshape(-1, group)
        scale = np.abs(weights).max(axis=1, keepdims=True) / np.float32(127)
        scales.append(scale)
        yield np.rint(np.divide(weights, scale, out=np.zeros_like(weights), where=scale != 0)).astype(np.int8).data
    for scale in scales:
        yield scale.astype("<f4").data


def _group_size(model, largest=64):
    """The group that llama2.c's exporter would take: halved until it divides the rows."""
    dim, hidden = model.parameter("embedding_length"), model.parameter("feed_forward_length")
    while dim % largest or hidden % largest:
        largest //= 2
    return largest


def write_llama2c(path, model, version=0, progress=None):
    """Writes a llama model as llama2.c's version 0, 1 (fp32) or 2 (int8)."""
    if model.architecture != "llama" or "powerinfer.sparse_threshold" in model.metadata:
        raise gguf.GGUFError("llama2.c's files hold a llama with SwiGLU only")
    dim, heads = _count(model, "embedding_length"), _count(model, "attention.head_count")
    shared, vocab, context = "output.weight" not in model.tensors, vocabulary_size(model), _count(model, "context_length")
    numbers = [dim, _count(model, "feed_forward_length"), _count(model, "block_count"), heads,
               _count(model, "attention.head_count_kv", heads), vocab, context]
    group = _group_size(model) if version == 2 else 0
    if version == 0:
        numbers[5] *= 1 if shared else -1
        header = np.array(numbers, "<i4").tobytes()
    else:
        header = np.array([LLAMA2C_MAGIC, version] + numbers, "<i4").tobytes() + bytes([shared])
        header = (header + (group.to_bytes(4, "little") if group else b"")).ljust(LLAMA2C_HEADER, b"\0")
    plan = _llama2c_plan(version, dim, numbers[1], heads, numbers[4], vocab, context, shared)
    _must_say(model, plan, {"attention.layer_norm_rms_epsilon": 1e-5, "rope.freq_base": 1e4, "rope.scaling.factor": 1.0,
                            "rope.dimension_count": dim // heads})

    def pieces():
        yield header
        for name, shape, _ in _lay_out(plan, numbers[2], 0, _plain("F32")):
            if not name:
                yield bytes(4 * shape[0])       # the tables of sines, which no reader uses
            elif group and len(shape) == 2:
                yield from _grouped(model, name, group)
            else:
                yield from _encoded(model, name, "F32")
    _write_pieces(path, pieces(), model, "F32", progress)


# --- what both writers need -------------------------------------------------------------------------------------

def _count(model, key, default=None):
    """A hyper-parameter as their headers have it: 1 to 2^31 - 1; GGUFError otherwise."""
    value = model.parameter(key, default)
    if not isinstance(value, int) or not 0 < value < 1 << 31:
        raise gguf.GGUFError(f"{model.architecture}.{key} is {value}; this format holds whole numbers from 1 to 2147483647")
    return value


def _must_say(model, plan, constants):
    """GGUFError for what a file of this plan would leave out or change. constants: hyper-parameters that its readers take for given."""
    layers = model.parameter("block_count")
    if not 0 < layers <= len(model.tensors):
        raise gguf.GGUFError(f"{model.architecture}.block_count is {layers}; there are {len(model.tensors)} tensors")
    places = {name: shape for name, shape, _ in _lay_out(plan, layers, 0, lambda shape: 0)}
    for name, tensor in model.tensors.items():
        if places.get(name) != tensor.shape:
            raise gguf.GGUFError(f"{name}: this format has no place for one of {' x '.join(map(str, tensor.shape))}")
    for key, value in constants.items():
        if np.float32(model.parameter(key, value)) != np.float32(value):
            raise gguf.GGUFError(f"{model.architecture}.{key} is {model.parameter(key):g}; in this format it is always {value:g}")


def _tensor(model, name):
    if name not in model.tensors:
        raise gguf.GGUFError(f"the model has no tensor {name}, which this format needs")
    return model.tensors[name]


def _encoded(model, name, type_name):
    tensor = _tensor(model, name).to_type(type_name)
    return (tensor.raw_rows(*chunk).data for chunk in tensor.chunks())


def _write_pieces(path, pieces, model, type_name, progress):
    """Writes the pieces one after the other; `progress(done, total)` in bytes, total estimated."""
    total = sum(_plain(type_name)(tensor.shape) for tensor in model.tensors.values())
    done = 0
    with gguf.replacing(path) as file:
        for piece in pieces:
            done += file.write(piece)
            if progress:
                progress(min(done, total), total)
