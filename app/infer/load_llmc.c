/*
 * llm.c's gpt2_124M.bin and its sisters: 256 int32 of header, then 16 tensors, each with all
 * layers, fp32 (version 3) or bf16 (version 5). Source: llm.c's train_gpt2.c and train_gpt2.py.
 */
#include <errno.h>
#include <string.h>

#include "sequence.h"

enum {
    LLMC_MAGIC = 20240326,
    LLMC_VERSION_F32 = 3, /* 1 and 2 did not pad the vocabulary */
    LLMC_VERSION_BF16 = 5,
    LLMC_HEADER_BYTES = 256 * 4,
    FFN_FACTOR = 4 /* the feed-forward width is not in the header */
};

static const float gpt2_norm_eps = 1e-5f;

struct header {
    uint32_t magic, version, context, vocab, layers, heads, width, padded_vocab;
};

bool llmc_is(const struct file *file)
{
    struct reader r = reader_of(file);

    return reader_u32(&r) == LLMC_MAGIC;
}

static int read_header(struct model *m, struct header *h, struct infer_error *err)
{
    struct reader r = reader_of(&m->file);

    if (m->file.size < LLMC_HEADER_BYTES) {
        return infer_fail(err, EINVAL, "%s: size = %zu: shorter than llm.c's header of %d bytes",
                          m->file.name, m->file.size, LLMC_HEADER_BYTES);
    }
    uint32_t *fields[] = { &h->magic, &h->version, &h->context, &h->vocab,
                           &h->layers, &h->heads, &h->width, &h->padded_vocab };
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        *fields[i] = reader_u32(&r);
    }
    if (h->version != LLMC_VERSION_F32 && h->version != LLMC_VERSION_BF16) {
        return infer_fail(err, EINVAL, "%s: llm.c version = %u: known are %d (fp32) and %d (bf16)",
                          m->file.name, h->version, LLMC_VERSION_F32, LLMC_VERSION_BF16);
    }
    return 0;
}

static int set_shape(struct model *m, const struct header *h, struct infer_error *err)
{
    m->arch = ARCH_GPT2;
    m->ffn = FFN_GELU;
    m->norm_eps = gpt2_norm_eps;
    m->shape = (struct model_shape){
        .layers = h->layers,
        .width = h->width,
        .heads = h->heads,
        .kv_heads = h->heads,
        .head_width = h->heads != 0 ? h->width / h->heads : 0,
        .ffn_width = h->width <= UINT32_MAX / FFN_FACTOR ? h->width * FFN_FACTOR : 0,
        .context = h->context,
        .vocab = h->vocab,
    };
    int result = model_check_shape(m, err);
    if (result < 0) {
        return result;
    }
    if (h->width % h->heads != 0) {
        return infer_fail(err, EINVAL, "%s: heads = %u: must divide the width %u", m->file.name,
                          h->heads, h->width);
    }
    if (h->padded_vocab < h->vocab) {
        return infer_fail(err, EINVAL, "%s: padded vocabulary = %u: must be at least %u",
                          m->file.name, h->padded_vocab, h->vocab);
    }
    return 0;
}

/* One tensor of all layers: hands layer l its rows. */
static void all_layers(struct sequence *s, const char *name, uint32_t rows, uint32_t cols,
                       struct tensor *whole)
{
    sequence_matrix(s, name, s->m->shape.layers * rows, cols, whole);
}

static float *all_vectors(struct sequence *s, const char *name, uint32_t n)
{
    return sequence_vector(s, name, s->type, s->m->shape.layers * n);
}

struct llmc_tensors {
    float *ln1w, *ln1b, *qkvb, *attprojb, *ln2w, *ln2b, *fcb, *fcprojb;
    struct tensor qkvw, attprojw, fcw, fcprojw;
};

static void read_tensors(struct sequence *s, const struct header *h, struct llmc_tensors *t)
{
    struct model *m = s->m;
    uint32_t width = m->shape.width, ffn = m->shape.ffn_width;

    sequence_matrix(s, "wte", h->padded_vocab, width, &m->token_embd);
    sequence_matrix(s, "wpe", h->context, width, &m->pos_embd);
    t->ln1w = all_vectors(s, "ln1w", width);
    t->ln1b = all_vectors(s, "ln1b", width);
    all_layers(s, "qkvw", 3 * width, width, &t->qkvw);
    t->qkvb = all_vectors(s, "qkvb", 3 * width);
    all_layers(s, "attprojw", width, width, &t->attprojw);
    t->attprojb = all_vectors(s, "attprojb", width);
    t->ln2w = all_vectors(s, "ln2w", width);
    t->ln2b = all_vectors(s, "ln2b", width);
    all_layers(s, "fcw", ffn, width, &t->fcw);
    t->fcb = all_vectors(s, "fcb", ffn);
    all_layers(s, "fcprojw", width, ffn, &t->fcprojw);
    t->fcprojb = all_vectors(s, "fcprojb", width);
    m->out_norm = sequence_vector(s, "lnfw", s->type, width);
    m->out_norm_bias = sequence_vector(s, "lnfb", s->type, width);
    m->output = m->token_embd;
}

static void set_layer(struct model *m, uint32_t l, const struct llmc_tensors *t)
{
    uint32_t width = m->shape.width, ffn = m->shape.ffn_width;
    struct model_layer *layer = &m->layer[l];
    struct tensor qkv = tensor_slice(&t->qkvw, l * 3 * width, 3 * width);
    float *qkv_bias = t->qkvb + (size_t)l * 3 * width;

    layer->attn_norm = t->ln1w + (size_t)l * width;
    layer->attn_norm_bias = t->ln1b + (size_t)l * width;
    layer->q = tensor_slice(&qkv, 0, width);
    layer->k = tensor_slice(&qkv, width, width);
    layer->v = tensor_slice(&qkv, 2 * width, width);
    layer->q_bias = qkv_bias;
    layer->k_bias = qkv_bias + width;
    layer->v_bias = qkv_bias + 2 * width;
    layer->attn_out = tensor_slice(&t->attprojw, l * width, width);
    layer->attn_out_bias = t->attprojb + (size_t)l * width;
    layer->ffn_norm = t->ln2w + (size_t)l * width;
    layer->ffn_norm_bias = t->ln2b + (size_t)l * width;
    layer->up = tensor_slice(&t->fcw, l * ffn, ffn);
    layer->up_bias = t->fcb + (size_t)l * ffn;
    layer->down = tensor_slice(&t->fcprojw, l * width, width);
    layer->down_bias = t->fcprojb + (size_t)l * width;
}

int load_llmc(struct model *m, struct infer_error *err)
{
    struct header h;
    struct llmc_tensors t;
    int result = read_header(m, &h, err);

    if (result == 0) {
        result = set_shape(m, &h, err);
    }
    if (result == 0) {
        result = model_alloc_layers(m, err);
    }
    if (result < 0) {
        return result;
    }
    struct sequence s = {
        .m = m,
        .err = err,
        .at = LLMC_HEADER_BYTES,
        .type = h.version == LLMC_VERSION_F32 ? WEIGHT_F32 : WEIGHT_BF16,
    };
    read_tensors(&s, &h, &t);
    for (uint32_t l = 0; s.result == 0 && l < m->shape.layers; l++) {
        set_layer(m, l, &t);
    }
    return s.result;
}
