/*
 * Running a model: tokens in, logits out, with a cache of keys and values.
 *
 * A prompt goes through the weights in blocks of positions, each matrix once per block: by default
 * in one, if its buffers take at most half of the free memory. Logits are the same bits for every
 * block size, every number of workers, and with or without the cache.
 */
#ifndef INFER_DECODER_H
#define INFER_DECODER_H

#include "attention.h"
#include "matmul.h"
#include "model.h"
#include "par.h"
#include "plan.h"

struct decoder_options {
    uint32_t context;      /* positions; 0: the model's, but at most DECODER_DEFAULT_CONTEXT */
    uint32_t block;        /* positions per pass over the weights; 0: all of a prompt's */
    uint32_t threads;      /* 0 counts as 1 */
    double (*clock)(void); /* seconds, to count the time in products; NULL: not counted */
    bool no_plan;          /* do not tell the pager in which order the weights will be read (plan.h) */
};

enum {
    DECODER_DEFAULT_CONTEXT = 4096,
    DECODER_FIRST_BYTES = 5 << 18, /* of buffers, before a longer prompt comes: 34 positions of GPT-2 124M */
    DECODER_FIRST_LEAST = 16,      /* positions of these */
    DECODER_FIRST_MOST = 128,
    DECODER_MAX_BLOCK = 4096,
    DECODER_LOGIT_ROWS = 8 /* most positions whose logits are in memory at once */
};

/* What a block of positions needs on its way through a layer. */
struct decoder_buffers {
    float *residual;     /* [block][width] */
    float *norm;         /* [block][width] */
    float *query;        /* [block][heads * head_width]; then the attention's output */
    float *wide, *wide2; /* [block][>= ffn_width, >= kv width]: keys or up, values or gate */
    float *rope;         /* [block][rope_width]: cosines, then sines */
    struct vectors vectors;
};

struct decoder {
    const struct model *model; /* borrowed */
    struct par par;
    struct plan plan;
    struct attention attention;
    uint32_t context;
    uint32_t block, most_block; /* positions that the buffers hold now, and may grow to */
    uint32_t position;          /* of the next token: tokens so far */
    struct decoder_buffers b;
    float *frequencies;  /* [rope_width / 2] */
    float *logits;       /* [logit_rows][vocab] */
    uint32_t logit_rows; /* 1, and more once somebody wants the logits of many positions */
    double (*clock)(void);
    double product_seconds; /* in matrix products so far, quantising their vectors included */
};

/* Receives the logits of one position; they are valid during the call. */
typedef void (*decoder_sink)(void *context, uint32_t position, const float *logits);

int decoder_open(struct decoder *d, const struct model *model,
                 const struct decoder_options *options, struct infer_error *err);
void decoder_close(struct decoder *d);

/*
 * Appends n tokens, each below model->shape.vocab, n at most decoder_room(). Calls sink for each
 * of the last `wanted` of them, in order. Returns the logits of the last token, [vocab], valid
 * until the next call, or NULL where wanted is 0.
 */
const float *decoder_eval(struct decoder *d, const int32_t *tokens, uint32_t n, uint32_t wanted,
                          decoder_sink sink, void *context);

/* Forgets the tokens from `position` on. */
void decoder_rewind(struct decoder *d, uint32_t position);

static inline uint32_t decoder_room(const struct decoder *d)
{
    return d->context - d->position;
}

#endif
