/*
 * Running a model: tokens in, logits out, with a cache of keys and values.
 *
 * A prompt goes through the weights in blocks of positions, each matrix once per block. Logits are
 * the same bits for every block size, every number of workers, and with or without the cache.
 */
#ifndef INFER_DECODER_H
#define INFER_DECODER_H

#include "attention.h"
#include "matmul.h"
#include "model.h"
#include "par.h"

struct decoder_options {
    uint32_t context;      /* positions; 0: the model's, but at most DECODER_DEFAULT_CONTEXT */
    uint32_t block;        /* positions per pass over the weights; 0: DECODER_DEFAULT_BYTES */
    uint32_t threads;      /* 0 counts as 1 */
    double (*clock)(void); /* seconds, to count the time in products; NULL: not counted */
};

enum {
    DECODER_DEFAULT_CONTEXT = 4096,
    DECODER_DEFAULT_BYTES = 5 << 18, /* of buffers: 32 positions of GPT-2 124M */
    DECODER_MIN_BLOCK = 16,          /* of the default's */
    DECODER_DEFAULT_BLOCK = 128,     /* most of the default's */
    DECODER_MAX_BLOCK = 4096,
    DECODER_LOGIT_ROWS = 8 /* most positions whose logits are in memory at once */
};

struct decoder {
    const struct model *model; /* borrowed */
    struct par par;
    struct attention attention;
    uint32_t context, block;
    uint32_t position;   /* of the next token: tokens so far */
    float *residual;     /* [block][width] */
    float *norm;         /* [block][width] */
    float *query;        /* [block][heads * head_width]; then the attention's output */
    float *wide, *wide2; /* [block][>= ffn_width, >= kv width]: keys or up, values or gate */
    float *frequencies;  /* [rope_width / 2] */
    float *rope;         /* [block][rope_width]: cosines, then sines */
    float *logits;       /* [logit_rows][vocab] */
    uint32_t logit_rows; /* 1, and more once somebody wants the logits of many positions */
    struct vectors vectors;
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
