"""Parameters and tokenizer to GGUF and back, by way of modellib."""
import numpy as np
import torch

from modellib import gguf

from . import models, tokenizer

NORMAL, CONTROL = 1, 3  # tokenizer.ggml.token_type


def hyper_parameters(cfg):
    """The `<arch>.` keys, and PowerInfer's key for a ReLU gate."""
    head = cfg.width // cfg.heads
    keys = {"context_length": cfg.context, "embedding_length": cfg.width,
            "block_count": cfg.layers, "feed_forward_length": cfg.ffn,
            "attention.head_count": cfg.heads}
    if cfg.arch == "llama":
        keys.update({"attention.head_count_kv": cfg.kv_heads, "rope.dimension_count": head,
                     "vocab_size": cfg.vocab})
    out = {cfg.arch + "." + k: np.uint32(v) for k, v in keys.items()}
    if cfg.arch == "llama":
        out["llama.attention.layer_norm_rms_epsilon"] = np.float32(models.EPS)
        out["llama.rope.freq_base"] = np.float32(models.ROPE_BASE)
        out["powerinfer.sparse_threshold"] = np.float32(0)
    else:
        out["gpt2.attention.layer_norm_epsilon"] = np.float32(models.EPS)
    return out


def tokenizer_keys(bpe):
    """The tokenizer, as GPT-2's is stored."""
    end = np.uint32(bpe.end)
    return {
        "tokenizer.ggml.model": "gpt2",
        "tokenizer.ggml.pre": "gpt-2",
        "tokenizer.ggml.tokens": [bpe.printable(i) for i in range(bpe.size)],
        "tokenizer.ggml.token_type": np.array([NORMAL] * bpe.end + [CONTROL], dtype=np.int32),
        "tokenizer.ggml.merges": [bpe.printable(a) + " " + bpe.printable(b) for a, b in bpe.merges],
        "tokenizer.ggml.bos_token_id": end,
        "tokenizer.ggml.eos_token_id": end,
        "tokenizer.ggml.add_bos_token": np.bool_(True),
    }


def write(path, cfg, params, bpe, matrix_type, name):
    """Write a GGUF file: matrices in matrix_type ("q8_0" or "f32"), vectors in F32."""
    kind = matrix_type.upper()
    meta = {"general.architecture": cfg.arch, "general.name": name,
            "general.file_type": np.uint32(gguf.FILE_TYPES[kind]),
            "general.quantization_version": np.uint32(2)}
    meta.update(hyper_parameters(cfg))
    meta.update(tokenizer_keys(bpe))
    tensors = [gguf.Tensor.from_array(n, t.detach().numpy(), kind if t.dim() == 2 else "F32")
               for n, t in params.items()]
    gguf.write(path, meta, tensors)


def read(path):
    """A file that write() wrote -> (config, parameters decoded to float32, tokenizer)."""
    model = gguf.read(path)
    arch, meta = model.metadata["general.architecture"], model.metadata

    def key(name, default=None):
        return int(meta.get(arch + "." + name, default))

    heads = key("attention.head_count")
    cfg = models.Config(arch=arch, vocab=len(meta["tokenizer.ggml.tokens"]),
                        context=key("context_length"), width=key("embedding_length"),
                        layers=key("block_count"), heads=heads, ffn=key("feed_forward_length"),
                        kv_heads=key("attention.head_count_kv", heads))
    params = {name: torch.from_numpy(np.array(t.decode())) for name, t in model.tensors.items()}
    ids = {token: i for i, token in enumerate(meta["tokenizer.ggml.tokens"])}
    merges = [[ids[half] for half in m.split(" ")] for m in meta["tokenizer.ggml.merges"]]
    return cfg, params, tokenizer.Tokenizer(merges)
