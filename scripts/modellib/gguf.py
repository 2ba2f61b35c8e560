"""GGUF files and their tensor types, in numpy: the project's only reader, writer, encoder and decoder.

    model = read("model.gguf")                  # lazy: tensor data stay in the file
    model.metadata["llama.block_count"]         # numpy scalars, str, or arrays; the dtype is GGUF's value type
    model.tensors["blk.0.ffn_up.weight"].decode()       # float32, shape (out, in)
    write("copy.gguf", model.metadata, [t.to_type("Q8_0") for t in model.tensors.values()])
    write("new.gguf", {"general.architecture": "gpt2"}, [Tensor.from_array("output.weight", w, "Q4_0")])

Shapes are numpy's (rows first), the reverse of the order in the file. Errors are GGUFError, one line.
"""
import contextlib
import mmap
import os
import struct

import numpy as np

from launch.common import writing

MAGIC = b"GGUF"
VERSION = 3
DEFAULT_ALIGNMENT = 32
MAX_NESTING = 4     # arrays in arrays are legal, used by nobody
CHUNK_WEIGHTS = 1 << 20     # weights that are in memory at once while a tensor is encoded or decoded

# name -> (id, weights per block, bytes per block). All are listed by `inspect`; only those in DECODERS are decoded.
TYPES = {
    "F32": (0, 1, 4), "F16": (1, 1, 2), "Q4_0": (2, 32, 18), "Q4_1": (3, 32, 20), "Q5_0": (6, 32, 22),
    "Q5_1": (7, 32, 24), "Q8_0": (8, 32, 34), "Q8_1": (9, 32, 36), "Q2_K": (10, 256, 84), "Q3_K": (11, 256, 110),
    "Q4_K": (12, 256, 144), "Q5_K": (13, 256, 176), "Q6_K": (14, 256, 210), "Q8_K": (15, 256, 292),
    "BF16": (30, 1, 2),
}
TYPE_NAMES = {number: name for name, (number, _, _) in TYPES.items()}
FILE_TYPES = {"F32": 0, "F16": 1, "Q4_0": 2, "Q8_0": 7, "Q4_K": 15, "Q6_K": 18, "BF16": 32}   # general.file_type

# GGUF value type -> numpy dtype of a scalar or of an array's elements; 8 is string, 9 is array.
VALUE_DTYPES = {0: "<u1", 1: "<i1", 2: "<u2", 3: "<i2", 4: "<u4", 5: "<i4", 6: "<f4", 7: "?", 10: "<u8", 11: "<i8",
                12: "<f8"}
VALUE_IDS = {np.dtype(dtype): number for number, dtype in VALUE_DTYPES.items()}
STRING, ARRAY = 8, 9


class GGUFError(ValueError):
    """A file that cannot be read or data that cannot be written; the text is one line."""


# --- tensor types -----------------------------------------------------------------------------------------------

def type_info(name):
    """(weights per block, bytes per block) of a type's name; GGUFError for an unknown one."""
    if name not in TYPES:
        raise GGUFError(f"unknown tensor type {name}; known: {' '.join(TYPES)}")
    return TYPES[name][1:]


def row_bytes(cols, type_name):
    """Bytes of a row of `cols` weights; GGUFError where the row is no whole number of blocks."""
    weights, size = type_info(type_name)
    if cols % weights:
        raise GGUFError(f"a row of {cols} weights does not divide into {type_name}'s blocks of {weights}")
    return cols // weights * size


def _half(blocks, at):
    """The fp16 at byte `at` of each block, as float32 of shape (n, 1)."""
    return np.ascontiguousarray(blocks[:, at:at + 2]).view("<f2").astype(np.float32)


def _half_bytes(values):
    """float32 of shape (n,) as fp16, bytes of shape (n, 2)."""
    return values.astype("<f2").reshape(-1, 1).view(np.uint8)


def _round_away(values):
    """C's roundf: to the nearest integer, halves away from zero."""
    return np.copysign(np.floor(np.abs(values, dtype=np.float64) + 0.5), values)


def _divide(values, by):
    """values / by as ggml does it (values times the float32 reciprocal), 0 where `by` is 0."""
    inverse = np.divide(np.float32(1), by, out=np.zeros_like(by), where=by != 0)
    return values * inverse


def unpack_q8_0(blocks):
    """Blocks (n, 34) -> d float32 (n, 1), q int8 (n, 32): w = d*q."""
    return _half(blocks, 0), blocks[:, 2:].view(np.int8)


def unpack_q4_0(blocks):
    """Blocks (n, 18) -> d float32 (n, 1), q int8 (n, 32) in -8..7: w = d*q."""
    nibbles = np.concatenate([blocks[:, 2:] & 15, blocks[:, 2:] >> 4], axis=1)
    return _half(blocks, 0), nibbles.astype(np.int8) - np.int8(8)


def unpack_q4_k(blocks):
    """Blocks (n, 144) -> d, dmin float32 (n, 1); sc, mn uint8 (n, 8); q uint8 (n, 8, 32): w = d*sc*q - dmin*mn."""
    packed = blocks[:, 4:16]
    first, second, third = packed[:, 0:4], packed[:, 4:8], packed[:, 8:12]
    sc = np.concatenate([first & 63, (third & 15) | (first >> 6 << 4)], axis=1)
    mn = np.concatenate([second & 63, (third >> 4) | (second >> 6 << 4)], axis=1)
    runs = blocks[:, 16:].reshape(-1, 4, 1, 32)
    q = np.concatenate([runs & 15, runs >> 4], axis=2).reshape(-1, 8, 32)
    return _half(blocks, 0), _half(blocks, 2), sc, mn, q


def unpack_q6_k(blocks):
    """Blocks (n, 210) -> d float32 (n, 1); sc int8 (n, 16); q int8 (n, 16, 16) in -32..31: w = d*sc*q."""
    low = blocks[:, :128].reshape(-1, 2, 1, 64)
    high = blocks[:, 128:192].reshape(-1, 2, 1, 32)
    low = np.concatenate([low & 15, low >> 4], axis=2).reshape(-1, 2, 4, 32)
    high = np.concatenate([high >> shift & 3 for shift in (0, 2, 4, 6)], axis=2)
    q = (low | high << 4).astype(np.int8) - np.int8(32)
    return _half(blocks, 208), blocks[:, 192:208].view(np.int8), q.reshape(-1, 16, 16)


def _decode_q8_0(blocks):
    d, q = unpack_q8_0(blocks)
    return d * q


def _decode_q4_0(blocks):
    d, q = unpack_q4_0(blocks)
    return d * q


def _decode_q4_k(blocks):
    d, dmin, sc, mn, q = unpack_q4_k(blocks)
    return (d * sc)[:, :, None] * q - (dmin * mn)[:, :, None]


def _decode_q6_k(blocks):
    d, sc, q = unpack_q6_k(blocks)
    return (d * sc)[:, :, None] * q


DECODERS = {
    "F32": lambda raw: raw.reshape(-1).view("<f4").astype(np.float32),
    "F16": lambda raw: raw.reshape(-1).view("<f2").astype(np.float32),
    "BF16": lambda raw: (raw.reshape(-1).view("<u2").astype(np.uint32) << 16).view(np.float32),
    "Q8_0": _decode_q8_0, "Q4_0": _decode_q4_0, "Q4_K": _decode_q4_k, "Q6_K": _decode_q6_k,
}


def decode(raw, type_name):
    """Encoded bytes (a uint8 array, whole blocks) -> flat float32. GGUFError for a type that is not decoded."""
    size = type_info(type_name)[1]
    if type_name not in DECODERS:
        raise GGUFError(f"type {type_name} is not decoded; those that are: {' '.join(DECODERS)}")
    return DECODERS[type_name](np.ascontiguousarray(raw).reshape(-1, size)).reshape(-1)


def _encode_bf16(x):
    bits = np.ascontiguousarray(x).view(np.uint32)
    return ((bits + 0x7fff + (bits >> 16 & 1)) >> 16).astype("<u2")


def _encode_q8_0(x):
    x = x.reshape(-1, 32)
    d = np.abs(x).max(axis=1, keepdims=True) / np.float32(127)
    q = _round_away(_divide(x, d)).astype(np.int8)
    return np.concatenate([_half_bytes(d[:, 0]), q.view(np.uint8)], axis=1)


def _encode_q4_0(x):
    x = x.reshape(-1, 32)
    extreme = np.take_along_axis(x, np.abs(x).argmax(axis=1)[:, None], axis=1)
    d = extreme / np.float32(-8)
    q = np.minimum(15, np.floor(_divide(x, d) + np.float32(8.5))).astype(np.uint8)
    return np.concatenate([_half_bytes(d[:, 0]), q[:, :16] | q[:, 16:] << 4], axis=1)


def _encode_q4_k(x):
    """Scale and minimum of each sub-block from its extremes; no search for a better fit, as llama.cpp's has."""
    x = x.reshape(-1, 8, 32)
    low = np.minimum(x.min(axis=2), 0)
    scale = (np.maximum(x.max(axis=2), 0) - low) / np.float32(15)
    d = (scale.max(axis=1, keepdims=True) / np.float32(63)).astype("<f2").astype(np.float32)
    dmin = (-low.min(axis=1, keepdims=True) / np.float32(63)).astype("<f2").astype(np.float32)
    sc = np.clip(_round_away(_divide(scale, d)), 0, 63).astype(np.uint8)
    mn = np.clip(_round_away(_divide(-low, dmin)), 0, 63).astype(np.uint8)
    shifted = x + (dmin * mn)[:, :, None]
    q = np.clip(_round_away(_divide(shifted, (d * sc)[:, :, None])), 0, 15).astype(np.uint8)
    packed = np.concatenate([sc[:, :4] | sc[:, 4:] >> 4 << 6, mn[:, :4] | mn[:, 4:] >> 4 << 6,
                             sc[:, 4:] & 15 | mn[:, 4:] << 4], axis=1)
    runs = q.reshape(-1, 4, 2, 32)
    nibbles = (runs[:, :, 0] | runs[:, :, 1] << 4).reshape(-1, 128)
    return np.concatenate([_half_bytes(d[:, 0]), _half_bytes(dmin[:, 0]), packed, nibbles], axis=1)


def _encode_q6_k(x):
    """Scale of each sixteen from its largest magnitude; no search for a better fit, as llama.cpp's has."""
    x = x.reshape(-1, 16, 16)
    extreme = np.take_along_axis(x, np.abs(x).argmax(axis=2)[:, :, None], axis=2)[:, :, 0]
    scale = extreme / np.float32(-32)
    largest = np.take_along_axis(scale, np.abs(scale).argmax(axis=1)[:, None], axis=1)
    d = (largest / np.float32(-128)).astype("<f2").astype(np.float32)
    sc = np.clip(_round_away(_divide(scale, d)), -128, 127).astype(np.int8)
    q = np.clip(_round_away(_divide(x, (d * sc)[:, :, None])), -32, 31).astype(np.int8)
    groups = (q + np.int8(32)).view(np.uint8).reshape(-1, 2, 4, 32)
    low = np.concatenate([groups[:, :, 0:2] & 15 | groups[:, :, 2:4] << 4], axis=2).reshape(-1, 128)
    tops = groups >> 4
    high = tops[:, :, 0] | tops[:, :, 1] << 2 | tops[:, :, 2] << 4 | tops[:, :, 3] << 6
    return np.concatenate([low, high.reshape(-1, 64), sc.view(np.uint8), _half_bytes(d[:, 0])], axis=1)


ENCODERS = {
    "F32": lambda x: x.astype("<f4"), "F16": lambda x: x.astype("<f2"), "BF16": _encode_bf16,
    "Q8_0": _encode_q8_0, "Q4_0": _encode_q4_0, "Q4_K": _encode_q4_k, "Q6_K": _encode_q6_k,
}


def encode(x, type_name):
    """Weights (whole rows, any shape) -> flat uint8 array of `type_name`. GGUFError where a value does not fit."""
    if type_name not in ENCODERS:
        raise GGUFError(f"cannot encode type {type_name}; types that can be: {' '.join(ENCODERS)}")
    x = np.ascontiguousarray(x, dtype=np.float32)
    row_bytes(x.shape[-1] if x.ndim else 1, type_name)
    largest = np.abs(x).max(initial=0)
    if type_name != "F32" and not largest <= 65504:
        raise GGUFError(f"cannot encode the value {largest} as {type_name}")
    return np.ascontiguousarray(ENCODERS[type_name](x)).reshape(-1).view(np.uint8)


class Tensor:
    """A named tensor whose data are fetched in bounded pieces when they are asked for.

    name; shape (tuple, rows first); type (a key of TYPES); offset (bytes from the file's start, None for one that
    is not in a file); rows and cols (the last dimension); nbytes (encoded).
    """

    def __init__(self, name, shape, type_name, encoded=None, load=None, offset=None):
        """Data come either from `encoded`, a flat uint8 array, or from `load(start_row, stop_row)` -> float32."""
        self.name, self.shape, self.type, self.offset = name, tuple(int(n) for n in shape), type_name, offset
        self.cols = self.shape[-1]
        self.rows = int(np.prod(self.shape[:-1], dtype=np.int64))
        self.row_bytes = row_bytes(self.cols, type_name)
        self.nbytes = self.rows * self.row_bytes
        self.stored, self.stored_bytes = type_name, self.nbytes     # differ in formats whose types GGUF does not have
        self._encoded, self._load = encoded, load

    @classmethod
    def from_array(cls, name, array, type_name):
        """A tensor that is encoded from an array of floats (float32, float64, ...) when it is written."""
        flat = np.asarray(array).reshape(-1, np.shape(array)[-1])
        return cls(name, np.shape(array), type_name, load=lambda start, stop: flat[start:stop])

    def to_type(self, type_name):
        """The same weights in another type, converted when they are written; itself where the type is the same."""
        if type_name == self.type:
            return self
        return Tensor(self.name, self.shape, type_name, load=self.decode_rows)

    def raw_rows(self, start, stop):
        """Encoded rows start..stop as a flat uint8 array."""
        if self._encoded is not None:
            return self._encoded[start * self.row_bytes:stop * self.row_bytes]
        return encode(np.asarray(self._load(start, stop)).reshape(stop - start, self.cols), self.type)

    def decode_rows(self, start, stop):
        """Weights of rows start..stop, float32 of shape (stop - start, cols)."""
        return decode(self.raw_rows(start, stop), self.type).reshape(stop - start, self.cols)

    def chunks(self):
        """Row ranges (start, stop) that cover the tensor, each of at most CHUNK_WEIGHTS weights or one row."""
        step = max(1, CHUNK_WEIGHTS // self.cols)
        return ((start, min(start + step, self.rows)) for start in range(0, self.rows, step))

    def raw(self):
        """All encoded bytes, a flat uint8 array."""
        if self._encoded is not None:
            return self._encoded
        return np.concatenate([self.raw_rows(*chunk) for chunk in self.chunks()])

    def decode(self):
        """All weights, float32 of `shape`."""
        out = np.empty((self.rows, self.cols), np.float32)
        for start, stop in self.chunks():
            out[start:stop] = self.decode_rows(start, stop)
        return out.reshape(self.shape)


# --- files ------------------------------------------------------------------------------------------------------

class Model:
    """A model in GGUF's words: metadata (in order), tensors by name (in the file's order), alignment (bytes), format."""

    def __init__(self, metadata, tensors=(), file_format="GGUF v3", alignment=DEFAULT_ALIGNMENT):
        self.metadata, self.format, self.alignment = metadata, file_format, alignment
        self.tensors = {tensor.name: tensor for tensor in tensors}

    @property
    def architecture(self):
        """general.architecture, or "" where the file does not say."""
        return self.metadata.get("general.architecture", "")

    def parameter(self, key, default=None):
        """The architecture's hyper-parameter `key` ("block_count") as a Python number; GGUFError if it is missing."""
        value = self.metadata.get(f"{self.architecture}.{key}", default)
        if value is None:
            raise GGUFError(f"no {self.architecture}.{key}")
        if not isinstance(value, (int, float, np.number)):
            raise GGUFError(f"{self.architecture}.{key}: expected a number")
        return value.item() if isinstance(value, np.generic) else value


def _shown(name):
    """A name from a file for an error's line: printable, and not too long."""
    return ascii(name[:80])[1:-1]


class _Cursor:
    """Reads fields one after the other from a file's bytes; GGUFError beyond the end."""

    def __init__(self, data, path):
        self.data, self.path, self.at = data, path, 0

    def take(self, size, what):
        if size > len(self.data) - self.at:
            raise GGUFError(f"{self.path}: {what} at byte {self.at} needs {size} bytes, the file ends at {len(self.data)}")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, code, what):
        return struct.unpack("<" + code, self.take(struct.calcsize("<" + code), what))[0]

    def string(self, what):
        return self.take(self.number("Q", what), what).decode("utf-8", "surrogateescape")

    def value(self, kind, what, depth=0):
        """A metadata value: a numpy scalar, a str, a numpy array, or a list of str or of nested arrays."""
        if kind == STRING:
            return self.string(what)
        if kind == ARRAY and depth > MAX_NESTING:
            raise GGUFError(f"{self.path}: {what}: arrays in arrays more than {MAX_NESTING} deep")
        if kind == ARRAY:
            kind, count = self.number("I", what), self.number("Q", what)
            if kind in VALUE_DTYPES:
                dtype = np.dtype(VALUE_DTYPES[kind])
                return np.frombuffer(self.take(count * dtype.itemsize, what), dtype)
            return [self.value(kind, what, depth + 1) for _ in range(count)]
        if kind not in VALUE_DTYPES:
            raise GGUFError(f"{self.path}: {what} has the unknown value type {kind}")
        dtype = np.dtype(VALUE_DTYPES[kind])
        return np.frombuffer(self.take(dtype.itemsize, what), dtype)[0]


# What the scripts take for granted of the keys that they use.
KINDS = (
    ("a string", lambda value: isinstance(value, str), ("general.architecture", "tokenizer.ggml.model", "tokenizer.ggml.pre")),
    ("strings", lambda value: isinstance(value, list) and all(isinstance(item, str) for item in value),
     ("tokenizer.ggml.tokens", "tokenizer.ggml.merges")),
    ("numbers", lambda value: isinstance(value, np.ndarray), ("tokenizer.ggml.scores", "tokenizer.ggml.token_type")),
    ("a number", lambda value: isinstance(value, np.number), ("tokenizer.ggml.bos_token_id", "tokenizer.ggml.eos_token_id")),
)


def _check_kinds(metadata, path):
    for kind, fits, keys in KINDS:
        for key in keys:
            if key in metadata and not fits(metadata[key]):
                raise GGUFError(f"{path}: {key}: expected {kind}")


def _read_tensor_entry(cursor):
    """(name, dims in the file's order, type name, offset relative to the data)."""
    name = cursor.string("a tensor's name")
    shown, count = _shown(name), cursor.number("I", "a tensor's dimensions")
    if not 1 <= count <= 4:
        raise GGUFError(f"{cursor.path}: {shown}: {count} dimensions")
    dims = [cursor.number("Q", f"{shown}: dimensions") for _ in range(count)]
    number, offset = cursor.number("I", f"{shown}: type"), cursor.number("Q", f"{shown}: offset")
    if number not in TYPE_NAMES:
        raise GGUFError(f"{cursor.path}: {shown}: unknown tensor type {number}")
    if 0 in dims or max(dims) >= 1 << 48:
        raise GGUFError(f"{cursor.path}: {shown}: wrong dimensions {dims}")
    return name, dims, TYPE_NAMES[number], offset


def read(path):
    """Opens a GGUF v2 or v3 file, little-endian. The tensors' data are mapped, read when they are used.

    GGUFError where it is no GGUF, truncated, or names what this module does not know; OSError from the system.
    """
    with open(path, "rb") as file:
        if os.fstat(file.fileno()).st_size < 24:
            raise GGUFError(f"{path}: too short for a GGUF file")
        data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
    cursor = _Cursor(data, path)
    if cursor.take(4, "magic") != MAGIC:
        raise GGUFError(f"{path}: not a GGUF file (magic {data[:4]!r})")
    version = cursor.number("I", "version")
    if version not in (2, 3):
        raise GGUFError(f"{path}: GGUF version {version}; versions 2 and 3, little-endian, are read")
    tensor_count, pair_count = cursor.number("Q", "tensor count"), cursor.number("Q", "metadata count")
    metadata = {}
    for _ in range(pair_count):
        key = cursor.string("a metadata key")
        metadata[key] = cursor.value(cursor.number("I", _shown(key)), _shown(key))
    _check_kinds(metadata, path)
    entries = [_read_tensor_entry(cursor) for _ in range(tensor_count)]
    alignment = metadata.get("general.alignment", np.uint32(DEFAULT_ALIGNMENT))
    if not isinstance(alignment, np.unsignedinteger) or alignment == 0 or alignment % 8:
        raise GGUFError(f"{path}: general.alignment is {alignment}, not a multiple of 8")
    model = Model(metadata, file_format=f"GGUF v{version}", alignment=int(alignment))
    alignment = model.alignment
    data_offset = -(-cursor.at // alignment) * alignment
    flat = np.frombuffer(data, np.uint8)
    for name, dims, type_name, offset in entries:
        start = data_offset + offset
        tensor = Tensor(name, dims[::-1], type_name, offset=start)
        if start + tensor.nbytes > len(flat):
            raise GGUFError(f"{path}: {_shown(name)}: bytes {start} to {start + tensor.nbytes}, the file ends at {len(flat)}")
        if name in model.tensors:
            raise GGUFError(f"{path}: {_shown(name)}: two tensors of this name")
        tensor._encoded = flat[start:start + tensor.nbytes]
        model.tensors[name] = tensor
    return model


def _pack_string(text):
    raw = text.encode("utf-8", "surrogateescape") if isinstance(text, str) else bytes(text)
    return struct.pack("<Q", len(raw)) + raw


def _pack_value(key, value):
    """Type and bytes of a metadata value.

    bool, int (u32), float (f32) and str are as one expects; a numpy scalar or array has its dtype's type, for
    whatever else is meant; lists are of str or bytes, or of lists and numpy arrays.
    """
    if isinstance(value, (str, bytes)):
        return struct.pack("<I", STRING) + _pack_string(value)
    if isinstance(value, (list, tuple)):
        if value and all(isinstance(item, (list, tuple, np.ndarray)) for item in value):
            packed = b"".join(_pack_value(key, item)[4:] for item in value)
            return struct.pack("<IIQ", ARRAY, ARRAY, len(value)) + packed
        if not all(isinstance(item, (str, bytes)) for item in value):
            raise GGUFError(f"{key}: a list holds strings only; give numbers as a numpy array of the type that is meant")
        packed = b"".join(_pack_string(item) for item in value)
        return struct.pack("<IIQ", ARRAY, STRING, len(value)) + packed
    if type(value) is int:
        if not 0 <= value < 1 << 32:
            raise GGUFError(f"{key}: {value} does not fit u32; give a numpy scalar of the type that is meant")
        value = np.uint32(value)
    elif type(value) is float:      # not np.float64, which is a float too
        value = np.float32(value)
    array = np.asarray(value)
    if array.dtype not in VALUE_IDS or array.ndim > 1:
        raise GGUFError(f"{key}: cannot write a value of type {type(value).__name__} ({array.dtype})")
    kind = VALUE_IDS[array.dtype]
    if array.ndim:
        return struct.pack("<IIQ", ARRAY, kind, len(array)) + array.tobytes()
    return struct.pack("<I", kind) + array.tobytes()


def _header(metadata, tensors, alignment):
    """The bytes before the data, padded, and the offset of each tensor from the data's start."""
    metadata = dict(metadata)
    metadata.pop("general.alignment", None)
    if alignment != DEFAULT_ALIGNMENT:
        metadata["general.alignment"] = alignment
    parts = [MAGIC, struct.pack("<IQQ", VERSION, len(tensors), len(metadata))]
    for key, value in metadata.items():
        parts += [_pack_string(key), _pack_value(key, value)]
    offset, offsets = 0, []
    for tensor in tensors:
        if len(tensor.name.encode()) >= 64:
            raise GGUFError(f"{tensor.name}: a tensor's name has fewer than 64 bytes")
        dims = tensor.shape[::-1]
        parts += [_pack_string(tensor.name), struct.pack(f"<I{len(dims)}QIQ", len(dims), *dims,
                                                         TYPES[tensor.type][0], offset)]
        offsets.append(offset)
        offset += -(-tensor.nbytes // alignment) * alignment
    raw = b"".join(parts)
    return raw + bytes(-len(raw) % alignment), offsets


@contextlib.contextmanager
def replacing(path):
    """
    A binary file to write that appears under its name when it is complete, and not at all after an error. A link stays one; what is no
    file, as a device or a folder, is never replaced by one (GGUFError).
    """
    if os.path.exists(path) and not os.path.isfile(path):
        raise GGUFError(f"{path}: is there, and is no file")
    path = os.path.realpath(path)
    part = f"{path}.part"
    try:
        with writing(path), open(part, "wb") as file:
            yield file
        os.replace(part, path)
    except BaseException:
        if os.path.exists(part):
            os.remove(part)
        raise


def write(path, metadata, tensors, alignment=DEFAULT_ALIGNMENT, progress=None):
    """Writes a GGUF v3 file: `tensors` (Tensor objects) in the given order, each on a multiple of `alignment`.

    Metadata values: see _pack_value. Memory is bounded by one chunk of one tensor. `progress(done, total)` is
    called with bytes. The file appears under its name when it is complete. GGUFError where something does not fit.
    """
    tensors = list(tensors)
    if alignment < 8 or alignment & (alignment - 1):
        raise GGUFError(f"alignment {alignment} is not a power of two from 8 on")
    if len({tensor.name for tensor in tensors}) != len(tensors):
        raise GGUFError("two tensors of the same name")
    header, offsets = _header(metadata, tensors, alignment)
    done, total = 0, sum(tensor.nbytes for tensor in tensors)
    with replacing(path) as file:
        file.write(header)
        for tensor, offset in zip(tensors, offsets):
            file.seek(len(header) + offset)
            for chunk in tensor.chunks():
                done += file.write(tensor.raw_rows(*chunk).data)
                if progress:
                    progress(done, total)
        file.truncate(-(-file.tell() // alignment) * alignment)
