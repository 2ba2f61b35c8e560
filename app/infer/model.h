/*
 * A decoder-only transformer as the engine sees it, whatever file it came from.
 *
 * Two families share one description (struct model): `gpt2` (LayerNorm, learned positions, GELU)
 * and `llama` (RMSNorm, RoPE on consecutive pairs, grouped queries, gated feed-forward). Matrices
 * stay in the mapping (struct tensor); norms and biases, a few KiB, are copied to the heap as fp32.
 *
 * Formats: GGUF (load_gguf.c), llm.c's gpt2_*.bin (load_llmc.c), llama2.c's .bin v0, v1, v2
 * (load_llama2c.c). model_open tells them apart by their first bytes.
 */
#ifndef INFER_MODEL_H
#define INFER_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "file.h"
#include "gguf.h"
#include "tensor.h"

enum model_arch { ARCH_GPT2,
                  ARCH_LLAMA };
enum model_format { FORMAT_GGUF,
                    FORMAT_LLMC,
                    FORMAT_LLAMA2C };

/* What stands between the two feed-forward products. The gated ones multiply it with ffn_up. */
enum ffn_kind { FFN_GELU,
                FFN_SILU_GATE,
                FFN_RELU_GATE };

struct model_shape {
    uint32_t layers;
    uint32_t width;      /* of the residual stream */
    uint32_t heads;      /* query heads */
    uint32_t kv_heads;   /* divides heads */
    uint32_t head_width; /* of queries, keys and values alike */
    uint32_t ffn_width;
    uint32_t context; /* positions that the model was trained for */
    uint32_t vocab;   /* tokens; matrices may have more rows, which are padding */
};

struct model_layer {
    float *attn_norm, *attn_norm_bias; /* [width]; biases are NULL where there are none */
    struct tensor q, k, v;             /* [heads or kv_heads * head_width][width] */
    float *q_bias, *k_bias, *v_bias;
    struct tensor attn_out; /* [width][heads * head_width] */
    float *attn_out_bias;
    float *ffn_norm, *ffn_norm_bias;
    struct tensor gate, up, down; /* [ffn_width][width] twice, [width][ffn_width]; gate if gated */
    float *gate_bias, *up_bias, *down_bias;
};

struct model {
    struct file file;
    struct gguf gguf; /* FORMAT_GGUF only; the tokenizer reads it */
    enum model_format format;
    enum model_arch arch;
    enum ffn_kind ffn;
    struct model_shape shape;
    float norm_eps;
    float rope_base;
    float rope_scale;         /* positions are divided by it: linear scaling */
    uint32_t rope_width;      /* leading part of each head that is rotated; even */
    float *rope_factors;      /* [rope_width / 2], frequencies are divided by them; NULL for none */
    struct tensor token_embd; /* [>= vocab][width] */
    struct tensor pos_embd;   /* gpt2: [>= context][width] */
    struct tensor output;     /* [>= vocab][width]; token_embd itself where tied */
    float *out_norm, *out_norm_bias;
    struct model_layer *layer; /* [shape.layers] */
    float **vectors;           /* all heap vectors above, for model_close */
    size_t vector_count, vector_room;
};

/* Maps and reads a model. On failure nothing is left open and err names file, field and value. */
int model_open(struct model *m, const char *path, struct infer_error *err);
/* The same over a file already mapped or in memory, which model_close then closes. */
int model_from_file(struct model *m, struct file file, struct infer_error *err);
void model_close(struct model *m);

static inline bool model_gated(const struct model *m)
{
    return m->ffn != FFN_GELU;
}

/* --- for the loaders ------------------------------------------------------------------------ */

int load_gguf(struct model *m, struct infer_error *err);
int load_llmc(struct model *m, struct infer_error *err);
int load_llama2c(struct model *m, struct infer_error *err);
bool llmc_is(const struct file *file);

/* Checks that the shape makes sense, in particular that no later product overflows. */
int model_check_shape(const struct model *m, struct infer_error *err);
int model_alloc_layers(struct model *m, struct infer_error *err);
/* A heap copy, as fp32, of n weights of type F32, F16 or BF16 that start at data; NULL: no memory. */
float *model_copy_vector(struct model *m, const uint8_t *data, enum weight_type type, uint32_t n);

#endif
