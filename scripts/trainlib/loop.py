"""The training loop: a schedule by wall clock, checkpoints, resume, a log."""
import json
import os
import time

import torch

from . import data, models, optim, report

WARM_UP = 0.01      # share of the time in which the rate rises
HOLD = 0.2          # share of the time up to which the rate stays at its peak
CHECKPOINT = 180.0  # seconds between checkpoints
EVALUATE = 240.0    # seconds between looks at held-out text
LOOK = 60           # held-out stories of such a look
L1_START = 0.02     # first weight of the penalty on the gate


def rate(progress):
    """Factor on the learning rates at progress 0..1: up, level, linear to zero."""
    if progress < WARM_UP:
        return 0.05 + 0.95 * progress / WARM_UP
    if progress < HOLD:
        return 1.0
    return max(0.0, 1 - (progress - HOLD) / (1 - HOLD))


class Run:
    """One model in training. Everything that resume needs is in state()."""

    def __init__(self, cfg, args, tokenizer, train_ids, held, folder):
        self.cfg, self.args, self.tokenizer, self.held = cfg, args, tokenizer, held
        self.folder = folder
        dtype = torch.bfloat16 if args.bfloat16 else torch.float32
        self.params = models.init(cfg, args.seed)
        self.net = models.Net(cfg, self.params, dtype)
        self.opt = optim.Optimizer(self.params, args.lr, args.lr_vector, args.decay, dtype)
        self.batches = data.Batches(train_ids, tokenizer.end, cfg.context, args.seed)
        self.spent = 0.0     # seconds of training, resumes included
        self.tokens = 0
        self.l1 = L1_START
        self.active = 0.5    # running share of active gate neurons
        torch.manual_seed(args.seed)

    def path(self, name):
        return os.path.join(self.folder, name)

    def save(self):
        """Write the checkpoint beside the old one, then put it in its place."""
        state = {"config": dict(self.cfg), "params": {n: t.detach() for n, t in self.params.items()},
                 "opt": self.opt.state(), "batches": self.batches.state(), "spent": self.spent,
                 "tokens": self.tokens, "l1": self.l1, "active": self.active}
        torch.save(state, self.path("checkpoint.tmp"))
        os.replace(self.path("checkpoint.tmp"), self.path("checkpoint.pt"))

    def resume(self):
        """Take up the checkpoint if there is one."""
        if not os.path.exists(self.path("checkpoint.pt")):
            return False
        state = torch.load(self.path("checkpoint.pt"))
        with torch.no_grad():
            for name, tensor in self.params.items():
                tensor.copy_(state["params"][name])
        self.opt.restore(state["opt"])
        if self.batches.stories:  # none are loaded to export or report
            self.batches.restore(state["batches"])
        for key in ("spent", "tokens", "l1", "active"):
            setattr(self, key, state[key])
        return True

    def log(self, text):
        line = "%s %s" % (time.strftime("%H:%M:%S"), text)
        print(line, flush=True)
        with open(self.path("log.txt"), "a") as out:
            out.write(line + "\n")

    def step(self, progress):
        """One optimiser step over args.batch windows; returns mean nats per token."""
        rows, total = 4, 0.0
        parts = max(1, self.args.batch // rows)
        for _ in range(parts):
            ids = torch.from_numpy(self.batches.take(rows))
            self.net.gates = [] if self.cfg.arch == "llama" else None
            loss = self.net.losses(ids).mean()
            total += loss.item() / parts
            if self.net.gates:
                loss = loss + self.penalty(progress)
            (loss / parts).backward()
            self.tokens += rows * self.cfg.context
        self.net.gates = None
        self.opt.step(rate(progress))
        return total

    def penalty(self, progress):
        """L1 of the gates, each layer's in units of its root mean square (else the
        net would shrink the gate and grow `up` instead). The weight is steered so
        that the active share reaches args.active by a third of the time."""
        total, active = 0.0, 0.0
        for gate in self.net.gates:
            wide = gate.float()
            total = total + wide.mean() / (wide.detach().pow(2).mean().sqrt() + 1e-6)
            active += (gate.detach() > 0).float().mean().item() / self.cfg.layers
        self.active += 0.02 * (active - self.active)
        target = 0.5 + (self.args.active - 0.5) * min(1.0, progress / 0.3)
        error = max(-1.0, min(1.0, self.active / target - 1))
        self.l1 = max(1e-4, min(3.0, self.l1 * (1 + 0.01 * error)))
        return total / self.cfg.layers * self.l1

    def look(self):
        """A quick look at held-out text, as text for the log."""
        with torch.no_grad():
            dropout, self.net.dropout = self.net.dropout, 0.0
            bits, nats = report.bits_per_byte(self.net, self.tokenizer, self.held, LOOK)
            self.net.dropout = dropout
        return "held-out %.4f bits/byte %.4f nats/token" % (bits, nats)

    def train(self):
        """Train until args.minutes of training are over (args.steps, if less)."""
        budget = self.args.minutes * 60
        self.net.dropout = self.args.dropout
        self.log("start " + json.dumps(dict(self.cfg, parameters=sum(
            t.numel() for t in self.params.values()), **{k: getattr(self.args, k) for k in (
                "lr", "lr_vector", "decay", "batch", "dropout", "active", "seed", "minutes")})))
        marks = {"save": self.spent, "look": self.spent, "line": self.spent}
        mean, steps, last = None, 0, time.time()
        while self.spent < budget and (not self.args.steps or steps < self.args.steps):
            loss = self.step(self.spent / budget)
            steps += 1
            mean = loss if mean is None else 0.95 * mean + 0.05 * loss
            now = time.time()
            self.spent, last = self.spent + now - last, now
            if self.spent - marks["line"] > 30 or steps == 1:
                marks["line"] = self.spent
                self.log(self.progress(mean))
            if self.spent - marks["look"] > EVALUATE:
                marks["look"] = self.spent
                self.log(self.look())
            if self.spent - marks["save"] > CHECKPOINT:
                marks["save"] = self.spent
                self.save()
        self.save()
        self.net.dropout = 0.0
        self.log("end after %.0f s, %d tokens; %s" % (self.spent, self.tokens, self.look()))

    def progress(self, mean):
        text = "%5.0f s step %d epoch %.2f tokens %.2fM train %.4f rate %.3f" % (
            self.spent, self.opt.count, self.tokens / self.batches.size, self.tokens / 1e6,
            mean, rate(self.spent / (self.args.minutes * 60)))
        if self.cfg.arch == "llama":
            text += " active %.3f l1 %.4f" % (self.active, self.l1)
        return text
