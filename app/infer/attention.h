/*
 * Causal attention over a cache of keys and values, on integers.
 *
 * Keys and values are kept as 24-bit integers (sign and ATTENTION_BITS) with one power of two per
 * head and position: as accurate as fp32 to within the last bit of the head's largest element, and
 * a dot product of them is exact in 64 bits. Arithmetic, continuing quant.h (6.), for one query
 * head at position T - 1, quant_integers(bits = 23) throughout:
 *   query, each key, each value: integers Q, K_t, V_t and exponents kq, kk_t, kv_t
 *   s_t = (float(sum Q K_t) * 2^(-kq - kk_t)) * (1.0f / sqrt(float(head_width)))
 *   m   = max s_t;  e_t = exp(s_t - m) (fmath.h);  Z = sum of double(e_t), ascending t
 *   b_t = e_t * 2^(-kv_t) in float, all t as one vector to integers B_t with exponent kb
 *   out[i] = (float(sum B_t V_t[i]) * 2^-kb) * float(1 / Z)
 * Where a query, key or value in reach is infinite or NaN, out is NaN.
 */
#ifndef INFER_ATTENTION_H
#define INFER_ATTENTION_H

#include <stdint.h>

#include "error.h"
#include "par.h"

enum {
    ATTENTION_BITS = 23,
    /* 23 + 23 bits and a sign, summed over the context, fit into 64 */
    ATTENTION_MAX_CONTEXT = 1 << 16
};

struct attention_shape {
    uint32_t layers, heads, kv_heads, head_width, context;
};

/* The cache: per layer, key/value head and position head_width integers and one exponent. */
struct attention {
    struct attention_shape shape;
    int32_t *keys, *values;
    int32_t *key_exponents, *value_exponents;
    int32_t *scratch;      /* per worker: query, and scores of one head */
    size_t scratch_stride; /* from one worker's to the next's */
};

/* Allocates; -ENOMEM with a line. Bytes of the cache: attention_bytes. */
int attention_open(struct attention *a, const struct attention_shape *shape, uint32_t workers,
                   struct infer_error *err);
void attention_close(struct attention *a);
uint64_t attention_bytes(const struct attention_shape *shape);

/* Stores key and value, [head_width] floats each, of one head and position. Any worker. */
void attention_store(struct attention *a, uint32_t layer, uint32_t position, uint32_t kv_head,
                     const float *key, const float *value);

/* Gets the query heads ready that share a key/value head, and stores its key and value: for position p of the block and that
 * head, i = p * kv_heads + head. Any worker. */
typedef void (*attention_ready)(void *context, uint32_t i);

/*
 * For `count` positions from `position` on: makes each head ready, then replaces the query heads in
 * q[p * heads * head_width] by the attention's output. One position's heads need no barrier between the two where there is one
 * for every worker.
 */
void attention_run(struct attention *a, struct par *par, uint32_t layer, uint32_t position,
                   uint32_t count, float *q, attention_ready ready, void *context);

#endif
