"""Held-out bits per byte, sparsity and skew of a ReLU gate, samples."""
import math

import torch

STRIDE = 128  # positions of context that a window past the first one keeps


@torch.no_grad()
def bits_per_byte(net, tokenizer, stories, limit=None):
    """Bits per byte of UTF-8 over whole stories (and nats per token).

    Each story is predicted from an end-of-text token on, its own end-of-text
    included; a story longer than the context goes on in windows that see at
    least STRIDE positions of what came before."""
    context, end = net.cfg.context, tokenizer.end
    nats = tokens = size = 0
    stride = min(STRIDE, context // 2)
    for story in stories[:limit]:
        ids = [end] + tokenizer.encode(story) + [end]
        size += len(story.encode("utf-8"))
        done = 1
        while done < len(ids):
            start = 0 if done == 1 else done - stride
            window = torch.tensor(ids[start:start + context + 1])[None]
            loss = net.losses(window)[done - 1 - start:]
            nats += loss.sum().item()
            tokens += len(loss)
            done += len(loss)
    return nats / math.log(2) / size, nats / tokens


@torch.no_grad()
def sparsity(net, tokenizer, stories, limit=None):
    """Per layer: counts (F,) of activations per neuron, and positions seen."""
    layers = net.cfg.layers
    counts = [torch.zeros(net.cfg.ffn) for _ in range(layers)]
    seen = 0
    for story in stories[:limit]:
        ids = ([tokenizer.end] + tokenizer.encode(story))[:net.cfg.context]
        net.gates = []
        net.hidden(torch.tensor(ids)[None])
        for layer, gate in enumerate(net.gates):
            counts[layer] += (gate[0] > 0).sum(0).float()
        seen += len(ids)
    net.gates = None
    return counts, seen


def sparsity_lines(counts, seen):
    """Readable lines: active share, skew, dead neurons per layer."""
    lines, total = [], 0.0
    for layer, count in enumerate(counts):
        order = count.sort(descending=True).values
        share = order.cumsum(0) / order.sum()
        n = len(order)
        total += (order.sum() / seen / n).item()
        lines.append("layer %d: %.1f%% active, %.0f%% of neurons make 80%% of activations, the hottest "
                     "fifth makes %.0f%%, %d of %d never active" % (
                         layer, 100 * order.sum() / seen / n,
                         100 * ((share < 0.8).sum().item() + 1) / n,
                         100 * share[n // 5 - 1], (order == 0).sum(), n))
    lines.append("mean: %.1f%% active" % (100 * total / len(counts)))
    return lines


@torch.no_grad()
def sample(net, tokenizer, prompt, count, temperature=0.0, top_k=40, seed=1):
    """Continue prompt by at most count ids; stops at end-of-text."""
    gen = torch.Generator().manual_seed(seed)
    ids = [tokenizer.end] + tokenizer.encode(prompt)
    for _ in range(count):
        logits = net.logits(torch.tensor(ids[-net.cfg.context:])[None])[0, -1].float()
        if temperature == 0:
            token = int(logits.argmax())
        else:
            top = logits.topk(min(top_k, len(logits)))
            pick = torch.multinomial((top.values / temperature).softmax(-1), 1, generator=gen)
            token = int(top.indices[pick])
        if token == tokenizer.end:
            break
        ids.append(token)
    return tokenizer.decode(ids)


PROMPTS = ["Once upon a time, there was a little girl named Lily. She had a red ball",
           "Tom and his dog went to the park.", "The dragon was sad because"]


def full(net, tokenizer, held):
    """Everything that is worth saying of a model, as lines."""
    bits, nats = bits_per_byte(net, tokenizer, held)
    lines = ["held-out: %.4f bits per byte, %.4f nats per token, %d stories" % (
        bits, nats, len(held))]
    if net.cfg.arch == "llama":
        lines += sparsity_lines(*sparsity(net, tokenizer, held))
    for prompt in PROMPTS:
        lines += ["", "greedy: " + sample(net, tokenizer, prompt, 150)]
        lines += ["", "temperature 0.7: " + sample(net, tokenizer, prompt, 150, 0.7)]
    return lines
