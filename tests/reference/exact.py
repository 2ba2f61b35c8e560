"""The engine's arithmetic in numpy, bit for bit: what app/infer/quant.h, attention.h and fmath.h say, and no more.

Written from those texts, so that a difference is a mistake in one of the three. float is numpy's float32; sums that
the text wants in ascending order are np.cumsum's, which adds one element after the other. Integers beyond 2^53 never
occur with sane weights; where the bound cannot be shown, 64-bit integers are used, and beyond those it stops.
"""
import numpy as np

import decoder
from modellib import gguf, modelfile

PAIR_BITS, INTEGER_BITS, ATTENTION_BITS = 18, 24, 23     # of activations: quantised types, plain floats and norms; of keys
HALF_UNIT = -24                 # exponent of the unit of integers made of half-precision numbers: their last place
FLOAT_TOP = 136                 # biased exponent of the largest floats that the reference takes: below 1024
FLOAT_UNIT = FLOAT_TOP - 150
EXP2_POLY = (1073741827, 744260852, 257945486, 59571873, 10398316, 1330509, 234782)
LOG2_E = 387270501              # in 1/2^28
F32 = np.float32


def quantise(x, bits):
    """Rows of floats (n, cols) -> integers (n, cols) as float64, and their exponents (n, 1): x ~ q * 2^-k."""
    top = np.abs(x).max(axis=1, keepdims=True).astype(F32).view(np.uint32) >> 23
    k = 126 + bits - np.maximum(top, 1).astype(np.int64)
    magnitude = np.floor(np.ldexp(np.abs(x).astype(np.float64), k) + 0.5)
    return np.copysign(np.minimum(magnitude, 2 ** bits - 1), x), k


def scale(x, p):
    """x * 2^p with one rounding."""
    return np.ldexp(np.asarray(x, np.float64), p).astype(F32)


def integer_product(x, w):
    """x (n, cols) times w (rows, cols) transposed, both integers as float64; the exact integers (n, rows)."""
    if not len(x) or np.abs(w).max(initial=0) * np.abs(x).sum(axis=1).max() < 2.0 ** 53:
        return x @ w.T
    if np.abs(w).max() * np.abs(x).sum(axis=1).max() < 2.0 ** 63:
        return x.astype(np.int64) @ w.T.astype(np.int64)
    raise OverflowError("weights beyond what the reference computes exactly")


def exp(x):
    """fmath_exp, elementwise over float32."""
    with np.errstate(over="ignore", invalid="ignore"):
        fixed = np.floor(np.clip(x, F32(-87.33655), F32(88.72284)).astype(np.float64) * 2 ** 27).astype(np.int64)
    y = fixed * LOG2_E >> 23
    n, f = y >> 32, y & 0xffffffff
    p = np.full_like(f, EXP2_POLY[-1])
    for coefficient in EXP2_POLY[-2::-1]:
        p = coefficient + (p * f >> 32)
    bits = (n + 126 << 23) + (p + 64 >> 7)
    value = np.where(n < -126, 0, bits).astype(np.uint32).view(F32)
    value = np.where(x < F32(-87.33655), F32(0), value)
    return np.where(x < F32(88.72284), value, np.where(np.isnan(x), x, F32(np.inf)))


class Exact(decoder.Float64):
    """The arithmetic for a Decoder; what it does not redefine does not round differently."""
    dtype = F32

    def __init__(self, model):
        super().__init__(model)
        self._integers = {}

    def rows(self, name, numbers):
        tensor = self.model.tensors[name]
        return np.concatenate([tensor.decode_rows(number, number + 1) for number in numbers])

    def linear(self, name, x):
        tensor, bias = self.model.tensors[name + ".weight"], self.weights(name + ".bias")
        if isinstance(tensor, modelfile.GroupedTensor):
            y = self._grouped_product(tensor, x)
        elif tensor.type in ("F32", "BF16"):
            y = self._float_product(name + ".weight", x)
        else:
            y = self._integer_product(tensor, x)
        return y if bias is None else y + bias

    def _float_product(self, name, x):
        """F32 and BF16: each term rounded down to the unit, then exact sums."""
        q, k = quantise(x, INTEGER_BITS)
        if name not in self._integers:
            self._integers[name] = fixed_point(self.weights(name))
        significand, shift = self._integers[name]
        total = np.stack([(significand * row >> shift).sum(axis=1) for row in q.astype(np.int64)])
        return scale(total.astype(F32), FLOAT_UNIT - k)

    def _integer_product(self, tensor, x):
        q, k = quantise(x, INTEGER_BITS if tensor.type == "F16" else PAIR_BITS)
        if tensor.name not in self._integers:
            self._integers[tensor.name] = integer_weights(tensor)
        return scale(integer_product(q, self._integers[tensor.name]).astype(F32), HALF_UNIT - k)

    def _grouped_product(self, tensor, x):
        q, k = quantise(x, PAIR_BITS)
        groups = tensor.cols // tensor.group
        sums = np.einsum("rgi,tgi->trg", tensor.values.reshape(tensor.rows, groups, -1).astype(np.float64),
                         q.reshape(len(x), groups, -1)).astype(np.int64)
        bits = np.ascontiguousarray(tensor.scales.reshape(tensor.rows, groups)).view(np.uint32).astype(np.int64)
        field = bits >> 23 & 255
        significand = (bits & 0x7fffff | np.where(field > 0, 1 << 23, 0)) * np.where(bits >> 31, -1, 1)
        exponent = np.maximum(field, 1)
        largest = exponent.max(axis=1, keepdims=True)
        total = (significand * sums >> np.minimum(largest - exponent, 63)).sum(axis=2)
        return scale(total.astype(F32), largest.T - 150 - k)

    def norm(self, name, x):
        weight, bias, n = self.weights(name + ".weight"), self.weights(name + ".bias"), x.shape[1]
        q, k = quantise(x, INTEGER_BITS)
        q, k = q.astype(np.int64), k[:, 0]
        squares = (q * q).sum(axis=1)
        if not self.shape.gpt2:
            return x * self._inverse_root(squares / np.float64(n), k) * weight
        sums = q.sum(axis=1)
        spread = np.array([float(n * int(s2) - int(s1) ** 2) for s1, s2 in zip(sums, squares)])
        mean = np.ldexp(sums / np.float64(n), -k).astype(F32)[:, None]
        return (x - mean) * self._inverse_root(spread / np.float64(n * n), k) * weight + bias

    def _inverse_root(self, v, k):
        return (1 / np.sqrt(np.ldexp(v, -2 * k) + np.float64(F32(self.shape.epsilon)))).astype(F32)[:, None]

    def rope_tables(self, first, count, width):
        frequency = np.exp(-(np.arange(0, width, 2) / width) * np.log(np.float64(F32(self.shape.rope_base)))).astype(F32)
        frequency = frequency / self.shape.rope_factors
        at = np.arange(first, first + count, dtype=F32) / F32(self.shape.rope_scale)
        angle = (at[:, None] * frequency)[:, None].astype(np.float64)
        return np.cos(angle).astype(F32), np.sin(angle).astype(F32)

    def attend(self, q, keys, values):
        query, kq = quantise(q[None], ATTENTION_BITS)
        keys, kk = quantise(keys, ATTENTION_BITS)
        values, kv = quantise(values, ATTENTION_BITS)
        sums = integer_product(query, keys).astype(F32)[0]
        norm = F32(1) / np.sqrt(F32(len(q)))
        scores = scale(sums, -(kq + kk)[:, 0]) * norm
        e = exp(scores - scores.max())
        z = np.cumsum(e.astype(np.float64))[-1]
        b, kb = quantise(scale(e, -kv[:, 0])[None], ATTENTION_BITS)
        return scale(integer_product(b, values.T).astype(F32), -kb)[0] * (1 / z).astype(F32)

    def gelu(self, x):
        z = (x + x * x * x * F32(0.044715)) * F32(1.5957691)
        return x / (F32(1) + exp(-z))

    def silu(self, x):
        return x / (F32(1) + exp(-x))


def fixed_point(weights):
    """Floats as signed significands and the right shifts that bring their products to the unit, int64 each."""
    bits = weights.view(np.uint32).astype(np.int64)
    exponent = bits >> 23 & 255
    if exponent.max() > FLOAT_TOP:
        raise OverflowError("weights of 1024 and more are beyond the reference")
    significand = (bits & 0x7fffff | 1 << 23) * np.where(bits >> 31, -1, 1)
    return significand, np.minimum(FLOAT_TOP - exponent, 63)


def integer_weights(tensor):
    """A quantised or half-precision matrix (rows, cols) as integers in units of 2^-24, in float64."""
    out = np.empty((tensor.rows, tensor.cols))
    for start, stop in tensor.chunks():
        blocks = tensor.raw_rows(start, stop).reshape(-1, gguf.type_info(tensor.type)[1])
        out[start:stop] = _integer_blocks(blocks, tensor.type).reshape(stop - start, -1)
    return out


def _integer_blocks(blocks, type_name):
    if type_name == "F16":
        return _half_integer(gguf.decode(blocks, type_name))
    if type_name in ("Q8_0", "Q4_0"):
        d, q = (gguf.unpack_q8_0 if type_name == "Q8_0" else gguf.unpack_q4_0)(blocks)
        return _half_integer(d) * q
    if type_name == "Q4_K":
        d, dmin, sc, mn, q = gguf.unpack_q4_k(blocks)
        return (_half_integer(d) * sc)[:, :, None] * q - (_half_integer(dmin) * mn)[:, :, None]
    if type_name == "Q6_K":
        d, sc, q = gguf.unpack_q6_k(blocks)
        return (_half_integer(d) * sc)[:, :, None] * q
    raise gguf.GGUFError(f"the reference has no arithmetic for {type_name}")


def _half_integer(d):
    """A half-precision number, given as float32, in units of 2^-24."""
    return d.astype(np.float64) * 2.0 ** -HALF_UNIT
