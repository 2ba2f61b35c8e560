"""Muon for the hidden matrices, Adam for embeddings, norms and biases."""
import torch

NEWTON_SCHULZ = (3.4445, -4.7750, 2.0315)


def orthogonal(g, dtype, steps=5):
    """The nearest (half-)orthogonal matrix to g, by a quintic iteration."""
    a, b, c = NEWTON_SCHULZ
    x = g.to(dtype)
    tall = x.shape[0] > x.shape[1]
    x = x.t() if tall else x
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        gram = x @ x.t()
        x = a * x + (b * gram + c * (gram @ gram)) @ x
    return (x.t() if tall else x).float()


class Optimizer:
    """One step: matrices named blk.*.weight go to Muon, the rest to Adam.

    Fused matrices (attn_qkv) are split into thirds before they are made orthogonal.
    `lr_matrix`, `lr_vector`: peak rates; step(scale) multiplies both."""

    def __init__(self, params, lr_matrix=0.02, lr_vector=0.003, decay=0.05,
                 dtype=torch.float32):
        self.params, self.decay, self.dtype = params, decay, dtype
        self.lr_matrix, self.lr_vector, self.count = lr_matrix, lr_vector, 0
        self.matrix = [n for n, t in params.items() if t.dim() == 2 and n.startswith("blk.")]
        self.vector = [n for n in params if n not in set(self.matrix)]
        self.one = {n: torch.zeros_like(t) for n, t in params.items()}
        self.two = {n: torch.zeros_like(params[n]) for n in self.vector}

    @torch.no_grad()
    def step(self, scale):
        """Apply the gradients and clear them."""
        self.count += 1
        momentum = min(0.95, 0.85 + 0.1 * self.count / 300)
        for name in self.matrix:
            p, g, m = self.params[name], self.params[name].grad, self.one[name]
            m.lerp_(g, 1 - momentum)
            move = g.lerp(m, momentum)
            parts = move.chunk(3) if name.endswith("attn_qkv.weight") else (move,)
            move = torch.cat([orthogonal(x, self.dtype) * max(1, x.shape[0] / x.shape[1]) ** 0.5
                              for x in parts])
            p.mul_(1 - self.lr_matrix * scale * self.decay)
            p.add_(move, alpha=-self.lr_matrix * scale)
            p.grad = None
        for name in self.vector:
            p, g, m, v = self.params[name], self.params[name].grad, self.one[name], self.two[name]
            m.lerp_(g, 0.1)
            v.mul_(0.98).addcmul_(g, g, value=0.02)
            fix = (1 - 0.98 ** self.count) ** 0.5 / (1 - 0.9 ** self.count)
            p.addcdiv_(m, v.sqrt().add_(1e-9), value=-self.lr_vector * scale * fix)
            p.grad = None

    def state(self):
        return {"count": self.count, "one": self.one, "two": self.two}

    def restore(self, state):
        self.count = state["count"]
        for own, saved in ((self.one, state["one"]), (self.two, state["two"])):
            for name in own:
                own[name].copy_(saved[name])
