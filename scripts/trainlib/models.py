"""The two networks, as plain functions over a dictionary of named tensors.

Shapes: B sequences, T positions, C width, H heads, D = C / H, F neurons of a
feed-forward layer, V ids. Weights are (out, in). Names are those of GGUF, so
the export renames nothing. Matrix products run in `dtype` (bfloat16 is twice as
fast where the CPU has AVX512-BF16), sums and the residual stream in float32.
"""
import math

import numpy as np
import torch
import torch.nn.functional as fn


class Config(dict):
    """Hyper-parameters, with attribute access: arch, vocab, context, width,
    layers, heads, kv_heads, ffn."""
    __getattr__ = dict.__getitem__


PRESETS = {
    "gpt2": dict(arch="gpt2", context=256, width=256, layers=5, heads=4, kv_heads=4, ffn=1024),
    "relu": dict(arch="llama", context=256, width=256, layers=5, heads=4, kv_heads=2, ffn=1024),
}
SMOKE = dict(context=32, width=64, layers=2, heads=2, kv_heads=1, ffn=128)
ROPE_BASE = 10000.0
EPS = 1e-5
GELU_A, GELU_B = 0.044715, math.sqrt(2 / math.pi)


def init(cfg, seed):
    """Fresh parameters: dict name -> float32 tensor that asks for gradients."""
    gen = torch.Generator().manual_seed(seed)
    c, d = cfg.width, cfg.width // cfg.heads
    tensors = {}

    def matrix(name, rows, cols, std):
        tensors[name + ".weight"] = torch.randn(rows, cols, generator=gen) * std

    def norm(name):
        tensors[name + ".weight"] = torch.ones(c)
        if cfg.arch == "gpt2":
            tensors[name + ".bias"] = torch.zeros(c)

    matrix("token_embd", cfg.vocab, c, 0.02)
    if cfg.arch == "gpt2":
        matrix("position_embd", cfg.context, c, 0.01)
    small = 0.02 / math.sqrt(2 * cfg.layers)
    for layer in range(cfg.layers):
        blk = "blk.%d." % layer
        norm(blk + "attn_norm")
        norm(blk + "ffn_norm")
        if cfg.arch == "gpt2":
            parts = {"attn_qkv": (3 * c, c), "ffn_up": (cfg.ffn, c)}
        else:
            parts = {"attn_q": (c, c), "attn_k": (d * cfg.kv_heads, c),
                     "attn_v": (d * cfg.kv_heads, c), "ffn_gate": (cfg.ffn, c),
                     "ffn_up": (cfg.ffn, c)}
        for name, (rows, cols) in parts.items():
            matrix(blk + name, rows, cols, 1 / math.sqrt(cols) * 0.6)
        matrix(blk + "attn_output", c, c, small)
        matrix(blk + "ffn_down", c, cfg.ffn, small)
        if cfg.arch == "gpt2":
            for name, rows in (("attn_qkv", 3 * c), ("attn_output", c), ("ffn_up", cfg.ffn),
                               ("ffn_down", c)):
                tensors[blk + name + ".bias"] = torch.zeros(rows)
    norm("output_norm")
    return {name: t.requires_grad_() for name, t in tensors.items()}


class Gelu(torch.autograd.Function):
    """GELU in its tanh form, written with the sigmoid: three times the speed of
    torch 1.13's own in bfloat16."""

    @staticmethod
    def forward(ctx, x):
        gate = torch.sigmoid(x * (x * x * (2 * GELU_B * GELU_A) + 2 * GELU_B))
        ctx.save_for_backward(x, gate)
        return x * gate

    @staticmethod
    def backward(ctx, grad):
        x, gate = ctx.saved_tensors
        slope = x * (x * x * (6 * GELU_B * GELU_A) + 2 * GELU_B)
        return grad * gate * (slope * (1 - gate) + 1)


class Net:
    """Forward passes over `p` (dict of parameters); dtype of the products."""

    def __init__(self, cfg, params, dtype=torch.float32):
        self.cfg, self.p, self.dtype = cfg, params, dtype
        t, d = cfg.context, cfg.width // cfg.heads
        self.mask = torch.full((t, t), float("-inf")).triu_(1).to(dtype)
        angle = torch.outer(torch.arange(t).float(),
                            ROPE_BASE ** (-torch.arange(0, d, 2).float() / d))
        self.cos, self.sin = angle.cos().to(dtype), angle.sin().to(dtype)
        self.noise = np.random.Generator(np.random.SFC64(cfg.layers))
        self.dropout = 0.0  # on what each branch adds to the residual stream
        self.gates = None  # set to a list to collect the gates of a pass, (B, T, F) each

    def linear(self, x, name):
        """(..., in) -> (..., out) in self.dtype."""
        bias = self.p.get(name + ".bias")
        return fn.linear(x.to(self.dtype), self.p[name + ".weight"].to(self.dtype),
                         None if bias is None else bias.to(self.dtype))

    def norm(self, x, name):
        """LayerNorm or RMSNorm over the last axis, float32."""
        weight = self.p[name + ".weight"]
        if self.cfg.arch == "gpt2":
            return fn.layer_norm(x, (self.cfg.width,), weight, self.p[name + ".bias"], EPS)
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPS) * weight

    def drop(self, x):
        """Dropout in steps of 1/256: torch 1.13's own costs 15 times as much on a CPU."""
        level = round(self.dropout * 256)
        if not level:
            return x
        noise = torch.from_numpy(self.noise.integers(0, 256, x.shape, dtype=np.uint8))
        return x * ((noise >= level).float() * (256 / (256 - level)))

    def rope(self, x):
        """(B, T, H, D): turn the consecutive pairs (2i, 2i + 1) by position."""
        t = x.shape[1]
        even, odd = x[..., 0::2], x[..., 1::2]
        cos, sin = self.cos[:t, None], self.sin[:t, None]
        return torch.stack((even * cos - odd * sin, even * sin + odd * cos), -1).flatten(-2)

    def attention(self, x, blk):
        """(B, T, C) -> (B, T, C); every position sees itself and what is before it."""
        cfg = self.cfg
        b, t, c = x.shape
        d = c // cfg.heads
        if cfg.arch == "gpt2":
            q, k, v = self.linear(x, blk + "attn_qkv").view(b, t, 3, cfg.heads, d).unbind(2)
        else:
            xd = x.to(self.dtype)
            q = self.rope(self.linear(xd, blk + "attn_q").view(b, t, cfg.heads, d))
            k = self.rope(self.linear(xd, blk + "attn_k").view(b, t, cfg.kv_heads, d))
            v = self.linear(xd, blk + "attn_v").view(b, t, cfg.kv_heads, d)
            group = cfg.heads // cfg.kv_heads
            k = k.repeat_interleave(group, 2)
            v = v.repeat_interleave(group, 2)
        q = (q * d ** -0.5).transpose(1, 2).reshape(b * cfg.heads, t, d)
        k = k.transpose(1, 2).reshape(b * cfg.heads, t, d)
        v = v.transpose(1, 2).reshape(b * cfg.heads, t, d)
        scores = torch.baddbmm(self.mask[:t, :t].expand(b * cfg.heads, t, t), q, k.transpose(1, 2))
        out = scores.softmax(-1) @ v
        out = out.view(b, cfg.heads, t, d).transpose(1, 2).reshape(b, t, c)
        return self.linear(out, blk + "attn_output").float()

    def feed_forward(self, x, blk):
        """(B, T, C) -> (B, T, C). llama: the gate is a ReLU, not a SiLU."""
        if self.cfg.arch == "gpt2":
            hidden = Gelu.apply(self.linear(x, blk + "ffn_up"))
        else:
            xd = x.to(self.dtype)
            gate = fn.relu(self.linear(xd, blk + "ffn_gate"))
            if self.gates is not None:
                self.gates.append(gate)
            hidden = gate * self.linear(xd, blk + "ffn_up")
        return self.linear(hidden, blk + "ffn_down").float()

    def hidden(self, ids):
        """(B, T) ids -> (B, T, C) after the last norm."""
        x = fn.embedding(ids, self.p["token_embd.weight"])
        if self.cfg.arch == "gpt2":
            x = x + self.p["position_embd.weight"][:ids.shape[1]]
        for layer in range(self.cfg.layers):
            blk = "blk.%d." % layer
            x = x + self.drop(self.attention(self.norm(x, blk + "attn_norm"), blk))
            x = x + self.drop(self.feed_forward(self.norm(x, blk + "ffn_norm"), blk))
        return self.norm(x, "output_norm")

    def logits(self, ids):
        """(B, T) -> (B, T, V); the output matrix is the embedding's."""
        return self.linear(self.hidden(ids), "token_embd")

    def losses(self, ids):
        """(B, T + 1) ids -> (B * T,) nats per token."""
        logits = self.logits(ids[:, :-1]).float().flatten(0, 1)
        return fn.cross_entropy(logits, ids[:, 1:].flatten(), reduction="none")
