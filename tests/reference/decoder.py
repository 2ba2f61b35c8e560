"""A decoder in numpy: what gpt2 and llama compute, with the arithmetic left to whoever asks.

Shapes: T positions, C width, H heads, K heads of keys and values, D = C / H, F neurons, V tokens. Two arithmetics:
Float64 below is mathematics as well as numpy does it; exact.Exact is the engine's, bit for bit.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..", "scripts"))

from modellib import modelfile        # noqa: E402


class Shape:
    """A model's hyper-parameters as attributes; GGUFError where one is missing."""

    def __init__(self, model):
        self.gpt2 = model.architecture == "gpt2"
        self.layers, self.width = model.parameter("block_count"), model.parameter("embedding_length")
        self.heads = model.parameter("attention.head_count")
        self.kv_heads = model.parameter("attention.head_count_kv", self.heads)
        self.head_width = model.parameter("attention.key_length", 0) or self.width // self.heads
        self.context, self.vocab = model.parameter("context_length"), modelfile.vocabulary_size(model)
        self.epsilon = model.parameter("attention.layer_norm_epsilon" if self.gpt2 else "attention.layer_norm_rms_epsilon")
        self.rope_base = model.parameter("rope.freq_base", 10000.0)
        self.rope_width = model.parameter("rope.dimension_count", self.head_width)
        self.rope_scale = model.parameter("rope.scaling.factor", 1.0)
        factors = model.tensors.get("rope_freqs.weight")
        self.rope_factors = np.float32(1) if factors is None else factors.decode()
        self.relu = "powerinfer.sparse_threshold" in model.metadata


class Float64:
    """Arithmetic in double precision on the decoded weights. Arrays are (T, n) unless a method says otherwise."""
    dtype = np.float64

    def __init__(self, model):
        self.model, self.shape, self._weights = model, Shape(model), {}

    def weights(self, name):
        """A tensor decoded, None where the model has none of this name; kept."""
        if name not in self._weights:
            tensor = self.model.tensors.get(name)
            self._weights[name] = None if tensor is None else tensor.decode().astype(self.dtype)
        return self._weights[name]

    def rows(self, name, numbers):
        """Rows of a matrix as vectors."""
        return self.weights(name)[numbers]

    def linear(self, name, x):
        """x (T, in) -> (T, out), with the bias if there is one."""
        y = x @ self.weights(name + ".weight").T
        bias = self.weights(name + ".bias")
        return y if bias is None else y + bias

    def norm(self, name, x):
        """LayerNorm for gpt2, RMSNorm for llama."""
        weight, bias = self.weights(name + ".weight"), self.weights(name + ".bias")
        if self.shape.gpt2:
            x = x - x.mean(axis=1, keepdims=True)
        y = x / np.sqrt((x * x).mean(axis=1, keepdims=True) + self.shape.epsilon) * weight
        return y if bias is None else y + bias

    def rope(self, x, first):
        """x (T, heads, D): turns the first pairs (2i, 2i + 1), R numbers, by the angle of positions first, first + 1, ..."""
        width = self.shape.rope_width
        cos, sin = self.rope_tables(first, len(x), width)
        even, odd = x[:, :, 0:width:2], x[:, :, 1:width:2]
        turned = np.stack([even * cos - odd * sin, even * sin + odd * cos], axis=3)
        return np.concatenate([turned.reshape(*x.shape[:2], width), x[:, :, width:]], axis=2)

    def rope_tables(self, first, count, width):
        """Cosines and sines (T, 1, R / 2)."""
        frequency = self.shape.rope_base ** (-np.arange(0, width, 2) / width) / self.shape.rope_factors
        angle = (np.arange(first, first + count)[:, None] / self.shape.rope_scale * frequency)[:, None]
        return np.cos(angle), np.sin(angle)

    def attend(self, q, keys, values):
        """One position, one head: q (D,), keys and values (positions, D) -> (D,)."""
        scores = keys @ q / np.sqrt(len(q))
        scores = np.exp(scores - scores.max())
        return scores / scores.sum() @ values

    def gelu(self, x):
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x ** 3)))

    def silu(self, x):
        return x / (1 + np.exp(-x))


class Decoder:
    """One sequence: keeps keys and values of the positions so far. `math` is Float64 or exact.Exact."""

    def __init__(self, math):
        self.math, self.shape = math, math.shape
        self.keys = [np.zeros((0, self.shape.kv_heads, self.shape.head_width), math.dtype)
                     for _ in range(self.shape.layers)]
        self.values = [keys.copy() for keys in self.keys]
        self.length = 0

    def run(self, ids):
        """Appends tokens (T ids); logits (T, V) of the positions that they take."""
        math, shape = self.math, self.shape
        x = math.rows("token_embd.weight", np.asarray(ids))
        if shape.gpt2:
            x = x + math.rows("position_embd.weight", np.arange(self.length, self.length + len(ids)))
        for layer in range(shape.layers):
            blk = f"blk.{layer}."
            x = x + math.linear(blk + "attn_output", self._attention(layer, math.norm(blk + "attn_norm", x)))
            x = x + math.linear(blk + "ffn_down", self._neurons(blk, math.norm(blk + "ffn_norm", x)))
        self.length += len(ids)
        output = "output" if "output.weight" in math.model.tensors else "token_embd"
        return math.linear(output, math.norm("output_norm", x))

    def _attention(self, layer, x):
        math, shape, blk = self.math, self.shape, f"blk.{layer}."
        if shape.gpt2:
            parts = np.split(math.linear(blk + "attn_qkv", x), 3, axis=1)
        else:
            parts = [math.linear(blk + name, x) for name in ("attn_q", "attn_k", "attn_v")]
        q, k, v = (part.reshape(len(x), -1, shape.head_width) for part in parts)
        if not shape.gpt2:
            q, k = math.rope(q, self.length), math.rope(k, self.length)
        self.keys[layer] = np.concatenate([self.keys[layer], k])
        self.values[layer] = np.concatenate([self.values[layer], v])
        out, group = np.empty_like(q), shape.heads // shape.kv_heads
        for t in range(len(x)):
            seen = self.length + t + 1
            for head in range(shape.heads):
                out[t, head] = math.attend(q[t, head], self.keys[layer][:seen, head // group],
                                           self.values[layer][:seen, head // group])
        return out.reshape(len(x), -1)

    def _neurons(self, blk, x):
        math = self.math
        up = math.linear(blk + "ffn_up", x)
        if self.shape.gpt2:
            return math.gelu(up)
        gate = math.linear(blk + "ffn_gate", x)
        return (np.maximum(gate, 0) if self.shape.relu else math.silu(gate)) * up

    def greedy(self, ids, count):
        """`count` tokens, each the likeliest after those before (the lowest id of equals), after the prompt `ids`."""
        made, logits = [], self.run(ids)[-1]
        while True:
            made.append(int(logits.argmax()))
            if len(made) == count:
                return made
            logits = self.run(made[-1:])[-1]
