#include "decoder.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernels/kernels.h"
#include "machine.h"
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

static uint64_t bytes_each(const struct model *m)
{
    struct widths w = widths_of(m);
    uint64_t values = 2 * (uint64_t)m->shape.width + w.query + w.wide + w.wide2 + m->rope_width;

    return values * sizeof(float) + w.cols / 2 * sizeof(int64_t) +
           (w.cols / QUANT_SUM_COLS + 1) * sizeof(int32_t);
}

/* As many positions as fit into DECODER_FIRST_BYTES of buffers, within bounds. */
static uint32_t first_block(const struct model *m)
{
    uint64_t block = DECODER_FIRST_BYTES / bytes_each(m);

    return min_u32(max_u32((uint32_t)block, DECODER_FIRST_LEAST), DECODER_FIRST_MOST);
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
    d->most_block = min_u32(o->block != 0 ? o->block : DECODER_MAX_BLOCK, d->context);
    d->block = o->block != 0 ? d->most_block : min_u32(first_block(d->model), d->most_block);
    d->clock = o->clock;
    return 0;
}

static float *floats(uint64_t n)
{
    return malloc((size_t)n * sizeof(float));
}

static void free_buffers(struct decoder_buffers *b)
{
    free(b->residual);
    free(b->norm);
    free(b->query);
    free(b->wide);
    free(b->wide2);
    free(b->rope);
    free(b->vectors.quant.words);
    free(b->vectors.quant.sums);
    free(b->vectors.quant.exponent);
    memset(b, 0, sizeof(*b));
}

static bool alloc_buffers(struct decoder_buffers *b, const struct model *m, uint64_t block)
{
    struct widths w = widths_of(m);

    memset(b, 0, sizeof(*b));
    b->residual = floats(block * m->shape.width);
    b->norm = floats(block * m->shape.width);
    b->query = floats(block * w.query);
    b->wide = floats(block * w.wide);
    b->wide2 = floats(block * w.wide2);
    b->rope = floats(block * m->rope_width + 1);
    b->vectors.quant.words = malloc(block * (w.cols / 2) * sizeof(int64_t));
    b->vectors.quant.sums = malloc(block * (w.cols / QUANT_SUM_COLS) * sizeof(int32_t));
    b->vectors.quant.exponent = malloc(block * sizeof(int32_t));
    if (b->residual != NULL && b->norm != NULL && b->query != NULL && b->wide != NULL &&
        b->wide2 != NULL && b->rope != NULL && b->vectors.quant.words != NULL &&
        b->vectors.quant.sums != NULL && b->vectors.quant.exponent != NULL) {
        return true;
    }
    free_buffers(b);
    return false;
}

/* Room for n positions at once, or for as many as half of the free memory holds: a pass over the weights costs more than
 * memory that nobody uses. What there was is kept where there is no more. */
static void grow_block(struct decoder *d, uint32_t n)
{
    uint64_t free_bytes = (uint64_t)sysconf(_SC_AVPHYS_PAGES) * (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t fits = free_bytes / 2 / bytes_each(d->model);
    struct decoder_buffers more;

    n = min_u32(n, d->most_block);
    n = fits < n ? (uint32_t)fits : n;
    if (n > d->block && alloc_buffers(&more, d->model, n)) {
        free_buffers(&d->b);
        d->b = more;
        d->block = n;
    }
}

int decoder_open(struct decoder *d, const struct model *model,
                 const struct decoder_options *options, struct infer_error *err)
{
    memset(d, 0, sizeof(*d));
    d->model = model;
    int result = choose_sizes(d, options, err);
    if (result == 0) {
        result = par_open(&d->par, max_u32(options->threads, 1), machine_processors(), err);
    }
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
    result = attention_open(&d->attention, &shape, par_workers(&d->par), err);
    if (result == 0) {
        d->frequencies = floats(model->rope_width / 2 + 1);
        d->logits = floats(model->shape.vocab);
        d->logit_rows = 1;
        bool room = alloc_buffers(&d->b, model, d->block);
        if (!room || d->frequencies == NULL || d->logits == NULL) {
            result = infer_fail(err, ENOMEM,
                                "no memory for blocks of %u positions: try a smaller -b", d->block);
        }
    }
    if (result < 0) {
        decoder_close(d);
        return result;
    }
    if (model->arch == ARCH_LLAMA) {
        ops_rope_frequencies(model, d->frequencies);
    }
    if (!options->no_plan) {
        plan_open(&d->plan, model, par_workers(&d->par));
        d->par.plan = &d->plan;
    }
    return 0;
}

void decoder_close(struct decoder *d)
{
    plan_close(&d->plan);
    par_close(&d->par);
    attention_close(&d->attention);
    free_buffers(&d->b);
    free(d->frequencies);
    free(d->logits);
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

/* What the loops over a block's positions and heads work on. */
struct block {
    struct decoder *d;
    const int32_t *tokens;
    uint32_t layer;
    const float *x, *weight, *bias; /* norm_rows */
};

static void embed(void *context, uint32_t p)
{
    const struct block *b = context;
    struct decoder *d = b->d;
    const struct model *m = d->model;
    uint32_t width = m->shape.width;
    float *x = d->b.residual + (size_t)p * width;

    kernel_of(m->token_embd.type)->decode_row(&m->token_embd, (uint32_t)b->tokens[p], x);
    if (m->arch == ARCH_GPT2) {
        float *at = d->b.norm + (size_t)p * width;
        kernel_of(m->pos_embd.type)->decode_row(&m->pos_embd, d->position + p, at);
        add(x, at, width);
    } else {
        float *cosine = d->b.rope + (size_t)p * m->rope_width;
        ops_rope_angles(m, d->frequencies, d->position + p, cosine, cosine + m->rope_width / 2);
    }
}

static void norm(void *context, uint32_t p)
{
    const struct block *b = context;
    struct decoder *d = b->d;
    uint32_t width = d->model->shape.width;
    float *out = d->b.norm + (size_t)p * width;
    const float *in = b->x + (size_t)p * width;

    if (d->model->arch == ARCH_GPT2) {
        ops_layer_norm(out, in, b->weight, b->bias, width, d->model->norm_eps);
    } else {
        ops_rms_norm(out, in, b->weight, width, d->model->norm_eps);
    }
}

static void norm_rows(struct decoder *d, const float *x, uint32_t n, const float *weight,
                      const float *bias)
{
    struct block b = { .d = d, .x = x, .weight = weight, .bias = bias };

    par_each(&d->par, n, norm, &b);
    vectors_set(&d->b.vectors, d->b.norm, n, d->model->shape.width);
}

/* matmul, its time counted where there is a clock. */
static void multiply(struct decoder *d, const struct product *products, uint32_t count)
{
    double start = d->clock != NULL ? d->clock() : 0.0;

    matmul(&d->par, products, count, &d->b.vectors);
    if (d->clock != NULL) {
        d->product_seconds += d->clock() - start;
    }
}

/* Of one position and key/value head: rotates what must be rotated, stores key and value. */
static void store_head(void *context, uint32_t i)
{
    const struct block *b = context;
    struct decoder *d = b->d;
    const struct model *m = d->model;
    uint32_t width = m->shape.head_width, group = m->shape.heads / m->shape.kv_heads;
    uint32_t p = i / m->shape.kv_heads, head = i % m->shape.kv_heads;
    float *key = d->b.wide + (size_t)i * width;

    if (m->arch == ARCH_LLAMA) {
        const float *cosine = d->b.rope + (size_t)p * m->rope_width;
        const float *sine = cosine + m->rope_width / 2;
        ops_rope(m, d->b.query + (size_t)i * group * width, group, cosine, sine);
        ops_rope(m, key, 1, cosine, sine);
    }
    attention_store(&d->attention, b->layer, d->position + p, head, key,
                    d->b.wide2 + (size_t)i * width);
}

static void attention_half(struct decoder *d, uint32_t layer, uint32_t n)
{
    const struct model_shape *s = &d->model->shape;
    const struct model_layer *l = &d->model->layer[layer];
    uint32_t q_width = s->heads * s->head_width, kv_width = s->kv_heads * s->head_width;
    struct block block = { .d = d, .layer = layer };
    struct product in[] = {
        { .w = &l->q, .bias = l->q_bias, .y = d->b.query, .stride = q_width },
        { .w = &l->k, .bias = l->k_bias, .y = d->b.wide, .stride = kv_width },
        { .w = &l->v, .bias = l->v_bias, .y = d->b.wide2, .stride = kv_width },
    };
    struct product out = { .w = &l->attn_out, .bias = l->attn_out_bias, .y = d->b.residual, .stride = s->width, .add = true };

    norm_rows(d, d->b.residual, n, l->attn_norm, l->attn_norm_bias);
    multiply(d, in, 3);
    attention_run(&d->attention, &d->par, layer, d->position, n, d->b.query, store_head, &block);
    vectors_set(&d->b.vectors, d->b.query, n, q_width);
    multiply(d, &out, 1);
}

/* Rows of `up` are there, and all of `gate`. */
static void activate(const void *context, uint32_t p, uint32_t row, uint32_t rows)
{
    const struct decoder *d = context;
    size_t at = (size_t)p * d->model->shape.ffn_width + row;

    ops_activate(d->model->ffn, d->b.wide + at, d->b.wide2 + at, rows);
}

static void ffn_half(struct decoder *d, uint32_t layer, uint32_t n)
{
    const struct model_shape *s = &d->model->shape;
    const struct model_layer *l = &d->model->layer[layer];
    struct product gate = { .w = &l->gate, .bias = l->gate_bias, .y = d->b.wide2, .stride = s->ffn_width };
    struct product up = { .w = &l->up, .bias = l->up_bias, .y = d->b.wide, .stride = s->ffn_width, .then = activate, .context = d };
    struct product out = { .w = &l->down, .bias = l->down_bias, .y = d->b.residual, .stride = s->width, .add = true };

    norm_rows(d, d->b.residual, n, l->ffn_norm, l->ffn_norm_bias);
    if (model_gated(d->model)) {
        multiply(d, &gate, 1);
    }
    multiply(d, &up, 1);
    vectors_set(&d->b.vectors, d->b.wide, n, s->ffn_width);
    multiply(d, &out, 1);
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
        norm_rows(d, d->b.residual + (size_t)p * m->shape.width, rows, m->out_norm,
                  m->out_norm_bias);
        struct product logits = { .w = &w, .y = d->logits, .stride = vocab };
        multiply(d, &logits, 1);
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

    if (n > d->block && d->block < d->most_block) {
        grow_block(d, n);
    }
    while (n != 0) {
        uint32_t block = min_u32(n, d->block);
        struct block b = { .d = d, .tokens = tokens };
        plan_embed(&d->plan, d->model, tokens, block, d->position);
        par_each(&d->par, block, embed, &b);
        for (uint32_t layer = 0; layer < d->model->shape.layers; layer++) {
            attention_half(d, layer, block);
            ffn_half(d, layer, block);
        }
        n -= block;
        if (n < wanted) {
            uint32_t here = min_u32(wanted - n, block);
            plan_position(&d->plan, d->model, d->position + block); /* comes while the output is computed */
            last = output(d, block - here, block, sink, context);
        }
        d->position += block;
        tokens += block;
    }
    return last;
}
