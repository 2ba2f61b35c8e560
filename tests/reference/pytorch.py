"""The same two networks in PyTorch's own layers, single precision, without a cache: the independent reference.

Written from the definitions of gpt2 and llama, not from decoder.py. Shapes as there.
"""
import torch
import torch.nn.functional as fn

from decoder import Shape


class Net:
    """Logits of whole sequences. Weights are decoded once and kept."""

    def __init__(self, model):
        self.shape = Shape(model)
        self.p = {name: torch.from_numpy(tensor.decode()) for name, tensor in model.tensors.items()}

    def linear(self, name, x):
        return fn.linear(x, self.p[name + ".weight"], self.p.get(name + ".bias"))

    def norm(self, name, x):
        weight = self.p[name + ".weight"]
        if self.shape.gpt2:
            return fn.layer_norm(x, weight.shape, weight, self.p[name + ".bias"], self.shape.epsilon)
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.shape.epsilon) * weight

    def rope(self, x):
        """x (heads, T, D): each consecutive pair of the first R is a complex number, multiplied by e^(i position frequency)."""
        width = self.shape.rope_width
        frequency = self.shape.rope_base ** (-torch.arange(0, width, 2, dtype=torch.float64) / width)
        frequency = frequency / torch.as_tensor(self.shape.rope_factors, dtype=torch.float64)
        angle = torch.outer(torch.arange(x.shape[1], dtype=torch.float64) / self.shape.rope_scale, frequency)
        turn = torch.polar(torch.ones_like(angle), angle).to(torch.complex64)
        pairs = torch.view_as_complex(x[..., :width].unflatten(-1, (-1, 2)).contiguous())
        return torch.cat([torch.view_as_real(pairs * turn).flatten(-2), x[..., width:]], dim=-1)

    def attention(self, blk, x):
        shape = self.shape
        if shape.gpt2:
            q, k, v = self.linear(blk + "attn_qkv", x).chunk(3, dim=-1)
        else:
            q, k, v = (self.linear(blk + name, x) for name in ("attn_q", "attn_k", "attn_v"))
        q, k, v = (part.unflatten(-1, (-1, shape.head_width)).transpose(0, 1) for part in (q, k, v))
        if not shape.gpt2:
            q, k = self.rope(q), self.rope(k)
        k, v = (part.repeat_interleave(shape.heads // shape.kv_heads, dim=0) for part in (k, v))
        scores = q @ k.transpose(1, 2) / shape.head_width ** 0.5
        future = torch.ones(scores.shape[-2:], dtype=torch.bool).triu(1)
        out = scores.masked_fill(future, float("-inf")).softmax(-1) @ v
        return self.linear(blk + "attn_output", out.transpose(0, 1).flatten(1))

    def feed_forward(self, blk, x):
        if self.shape.gpt2:
            hidden = fn.gelu(self.linear(blk + "ffn_up", x), approximate="tanh")
        else:
            act = fn.relu if self.shape.relu else fn.silu
            hidden = act(self.linear(blk + "ffn_gate", x)) * self.linear(blk + "ffn_up", x)
        return self.linear(blk + "ffn_down", hidden)

    def logits(self, ids):
        """T ids -> numpy float32 (T, V)."""
        with torch.no_grad():
            x = self.p["token_embd.weight"][torch.tensor(ids)]
            if self.shape.gpt2:
                x = x + self.p["position_embd.weight"][:len(ids)]
            for layer in range(self.shape.layers):
                blk = f"blk.{layer}."
                x = x + self.attention(blk, self.norm(blk + "attn_norm", x))
                x = x + self.feed_forward(blk, self.norm(blk + "ffn_norm", x))
            output = "output" if "output.weight" in self.p else "token_embd"
            return self.linear(output, self.norm("output_norm", x)).numpy()
