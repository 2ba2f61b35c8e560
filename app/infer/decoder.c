#include "decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"
#include "ops.h"

static uint32_t max_u32(uint32_t a, uint32_t b)
{
    return a > b ? a : b;
}

static uint32_t min_u32(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Floats of each row of the two widest buffers, and columns of a quantised vector. */
struct widths {
    uint32_t query, kv, wide, wide2, cols;
};

static struct widths widths_of(const struct model *m)
{
    const struct model_shape *s = &m->shape;
    struct widths w = { .query = s->heads * s->head_width, .kv = s->kv_heads * s->head_width };

    w.wide = max_u32(s->ffn_width, w.kv);
    w.wide2 = model_gated(m) ? w.wide : w.kv;
    w.cols = quant_padded(max_u32(max_u32(s->width, w.query), s->ffn_width));
    return w;
}

/* As many positions as fit into DECODER_DEFAULT_BYTES of buffers, within bounds. */
static uint32_t default_block(const struct model *m)
{
    struct widths w = widths_of(m);
    uint64_t values = 2 * (uint64_t)m->shape.width + w.query + w.wide + w.wide2 + m->rope_width;
    uint64_t bytes = values * sizeof(float) + w.cols / 2 * sizeof(int64_t) +
                     (w.cols / QUANT_SUM_COLS + 1) * sizeof(int32_t);
    uint64_t block = DECODER_DEFAULT_BYTES / bytes;

    return min_u32(max_u32((uint32_t)block, DECODER_MIN_BLOCK), DECODER_DEFAULT_BLOCK);
}

static int choose_sizes(struct decoder *d, const struct decoder_options *o,
                        struct infer_error *err)
{
    const struct model_shape *s = &d->model->shape;

    d->context = o->context != 0 ? o->context : min_u32(s->context, DECODER_DEFAULT_CONTEXT);
    if (d->model->arch == ARCH_GPT2 && d->context > s->context) {
        return infer_fail(err, EINVAL, "context = %u: the model has %u learned positions",
                          d->context, s->context);
    }
    if (o->block > DECODER_MAX_BLOCK) {
        return infer_fail(err, EINVAL, "block = %u: must be at most %d positions", o->block,
                          DECODER_MAX_BLOCK);
    }
    d->block = min_u32(o->block != 0 ? o->block : default_block(d->model), d->context);
    d->par.workers = max_u32(o->threads, 1);
    d->clock = o->clock;
    return 0;
}

static float *floats(uint64_t n)
{
    return malloc((size_t)n * sizeof(float));
}

static int alloc_buffers(struct decoder *d, struct infer_error *err)
{
    const struct model_shape *s = &d->model->shape;
    uint64_t block = d->block;
    struct widths w = widths_of(d->model);

    d->residual = floats(block * s->width);
    d->norm = floats(block * s->width);
    d->query = floats(block * w.query);
    d->wide = floats(block * w.wide);
    d->wide2 = floats(block * w.wide2);
    d->frequencies = floats(d->model->rope_width / 2 + 1);
    d->rope = floats(block * d->model->rope_width + 1);
    d->logits = floats(s->vocab);
    d->logit_rows = 1;
    d->vectors.quant.words = malloc(block * (w.cols / 2) * sizeof(int64_t));
    d->vectors.quant.sums = malloc(block * (w.cols / QUANT_SUM_COLS) * sizeof(int32_t));
    d->vectors.quant.exponent = malloc(block * sizeof(int32_t));
    if (d->residual == NULL || d->norm == NULL || d->query == NULL || d->wide == NULL ||
        d->wide2 == NULL || d->frequencies == NULL || d->rope == NULL || d->logits == NULL ||
        d->vectors.quant.words == NULL || d->vectors.quant.sums == NULL ||
        d->vectors.quant.exponent == NULL) {
        return infer_fail(err, ENOMEM, "no memory for blocks of %u positions: try a smaller -b",
                          d->block);
    }
    return 0;
}

int decoder_open(struct decoder *d, const struct model *model,
                 const struct decoder_options *options, struct infer_error *err)
{
    memset(d, 0, sizeof(*d));
    d->model = model;
    int result = choose_sizes(d, options, err);
    if (result < 0) {
        return result;
    }
    struct attention_shape shape = {
        .layers = model->shape.layers,
        .heads = model->shape.heads,
        .kv_heads = model->shape.kv_heads,
        .head_width = model->shape.head_width,
        .context = d->context,
    };
    result = attention_open(&d->attention, &shape, err);
    if (result == 0) {
        result = alloc_buffers(d, err);
    }
    if (result < 0) {
        decoder_close(d);
        return result;
    }
    if (model->arch == ARCH_LLAMA) {
        ops_rope_frequencies(model, d->frequencies);
    }
    return 0;
}

void decoder_close(struct decoder *d)
{
    attention_close(&d->attention);
    free(d->residual);
    free(d->norm);
    free(d->query);
    free(d->wide);
    free(d->wide2);
    free(d->frequencies);
    free(d->rope);
    free(d->logits);
    free(d->vectors.quant.words);
    free(d->vectors.quant.sums);
    free(d->vectors.quant.exponent);
    memset(d, 0, sizeof(*d));
}

void decoder_rewind(struct decoder *d, uint32_t position)
{
    d->position = min_u32(position, d->position);
}

static void add(float *x, const float *y, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        x[i] += y[i];
    }
}

static void embed(struct decoder *d, const int32_t *tokens, uint32_t n)
{
    const struct model *m = d->model;
    uint32_t width = m->shape.width;

    for (uint32_t p = 0; p < n; p++) {
        float *x = d->residual + (size_t)p * width;
        kernel_of(m->token_embd.type)->decode_row(&m->token_embd, (uint32_t)tokens[p], x);
        if (m->arch == ARCH_GPT2) {
            kernel_of(m->pos_embd.type)->decode_row(&m->pos_embd, d->position + p, d->norm);
            add(x, d->norm, width);
        } else {
            float *cosine = d->rope + (size_t)p * m->rope_width;
            ops_rope_angles(m, d->frequencies, d->position + p, cosine,
                            cosine + m->rope_width / 2);
        }
    }
}

static void norm_rows(struct decoder *d, const float *x, uint32_t n, const float *weight,
                      const float *bias)
{
    uint32_t width = d->model->shape.width;
    float eps = d->model->norm_eps;

    for (uint32_t p = 0; p < n; p++) {
        float *out = d->norm + (size_t)p * width;
        const float *in = x + (size_t)p * width;
        if (d->model->arch == ARCH_GPT2) {
            ops_layer_norm(out, in, weight, bias, width, eps);
        } else {
            ops_rms_norm(out, in, weight, width, eps);
        }
    }
    vectors_set(&d->vectors, d->norm, n, width);
}

/* matmul, its time counted where there is a clock. */
static void product(struct decoder *d, const struct tensor *w, const float *bias, float *y,
                    size_t stride)
{
    double start = d->clock != NULL ? d->clock() : 0.0;

    matmul(&d->par, w, bias, &d->vectors, y, stride);
    if (d->clock != NULL) {
        d->product_seconds += d->clock() - start;
    }
}

/* Rotates what must be rotated, and stores keys and values. */
static void store_keys(struct decoder *d, uint32_t layer, uint32_t n)
{
    const struct model *m = d->model;
    uint32_t q_width = m->shape.heads * m->shape.head_width;
    uint32_t kv_width = m->shape.kv_heads * m->shape.head_width;

    for (uint32_t p = 0; p < n; p++) {
        float *key = d->wide + (size_t)p * kv_width;
        if (m->arch == ARCH_LLAMA) {
            const float *cosine = d->rope + (size_t)p * m->rope_width;
            const float *sine = cosine + m->rope_width / 2;
            ops_rope(m, d->query + (size_t)p * q_width, m->shape.heads, cosine, sine);
            ops_rope(m, key, m->shape.kv_heads, cosine, sine);
        }
        attention_store(&d->attention, layer, d->position + p, key,
                        d->wide2 + (size_t)p * kv_width);
    }
}

static void attention_half(struct decoder *d, uint32_t layer, uint32_t n)
{
    const struct model_shape *s = &d->model->shape;
    const struct model_layer *l = &d->model->layer[layer];
    uint32_t q_width = s->heads * s->head_width, kv_width = s->kv_heads * s->head_width;

    norm_rows(d, d->residual, n, l->attn_norm, l->attn_norm_bias);
    product(d, &l->q, l->q_bias, d->query, q_width);
    product(d, &l->k, l->k_bias, d->wide, kv_width);
    product(d, &l->v, l->v_bias, d->wide2, kv_width);
    store_keys(d, layer, n);
    attention_run(&d->attention, &d->par, layer, d->position, n, d->query);
    vectors_set(&d->vectors, d->query, n, q_width);
    product(d, &l->attn_out, l->attn_out_bias, d->norm, s->width);
    add(d->residual, d->norm, (size_t)n * s->width);
}

static void ffn_half(struct decoder *d, uint32_t layer, uint32_t n)
{
    const struct model_shape *s = &d->model->shape;
    const struct model_layer *l = &d->model->layer[layer];

    norm_rows(d, d->residual, n, l->ffn_norm, l->ffn_norm_bias);
    if (model_gated(d->model)) {
        product(d, &l->gate, l->gate_bias, d->wide2, s->ffn_width);
    }
    product(d, &l->up, l->up_bias, d->wide, s->ffn_width);
    ops_activate(d->model->ffn, d->wide, d->wide2, n * s->ffn_width);
    vectors_set(&d->vectors, d->wide, n, s->ffn_width);
    product(d, &l->down, l->down_bias, d->norm, s->width);
    add(d->residual, d->norm, (size_t)n * s->width);
}

/* Room for the logits of n positions at once, if there is memory. */
static void grow_logits(struct decoder *d, uint32_t n)
{
    uint32_t rows = min_u32(n, DECODER_LOGIT_ROWS);

    if (rows > d->logit_rows) {
        float *more = floats((uint64_t)rows * d->model->shape.vocab);
        if (more != NULL) {
            free(d->logits);
            d->logits = more;
            d->logit_rows = rows;
        }
    }
}

/* Logits of positions [from, n) of the block, a few at a time. Returns those of the last. */
static const float *output(struct decoder *d, uint32_t from, uint32_t n, decoder_sink sink,
                           void *context)
{
    const struct model *m = d->model;
    uint32_t vocab = m->shape.vocab;
    struct tensor w = tensor_slice(&m->output, 0, vocab); /* without the padding */
    const float *last = NULL;

    grow_logits(d, n - from);
    for (uint32_t p = from; p < n; p += d->logit_rows) {
        uint32_t rows = min_u32(d->logit_rows, n - p);
        norm_rows(d, d->residual + (size_t)p * m->shape.width, rows, m->out_norm,
                  m->out_norm_bias);
        product(d, &w, NULL, d->logits, vocab);
        for (uint32_t i = 0; i < rows && sink != NULL; i++) {
            sink(context, d->position + p + i, d->logits + (size_t)i * vocab);
        }
        last = d->logits + (size_t)(rows - 1) * vocab;
    }
    return last;
}

const float *decoder_eval(struct decoder *d, const int32_t *tokens, uint32_t n, uint32_t wanted,
                          decoder_sink sink, void *context)
{
    const float *last = NULL;

    while (n != 0) {
        uint32_t block = min_u32(n, d->block);
        embed(d, tokens, block);
        for (uint32_t layer = 0; layer < d->model->shape.layers; layer++) {
            attention_half(d, layer, block);
            ffn_half(d, layer, block);
        }
        n -= block;
        if (n < wanted) {
            uint32_t here = min_u32(wanted - n, block);
            last = output(d, block - here, block, sink, context);
        }
        d->position += block;
        tokens += block;
    }
    return last;
}
