#include "attention.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fmath.h"
#include "quant.h"

enum { SCRATCH_APART = 16 }; /* integers of a cache line, between the workers' */

/* Query heads of a block of positions. */
struct job {
    struct attention *a;
    struct par *par;
    uint32_t layer, position, count, turn;
    float *q;
    attention_ready ready;
    void *context;
};

static uint64_t slots(const struct attention_shape *s)
{
    return (uint64_t)s->layers * s->kv_heads * s->context;
}

uint64_t attention_bytes(const struct attention_shape *shape)
{
    return slots(shape) * 2 * (shape->head_width + 1) * sizeof(int32_t);
}

int attention_open(struct attention *a, const struct attention_shape *shape, uint32_t workers,
                   struct infer_error *err)
{
    uint64_t n = slots(shape);

    memset(a, 0, sizeof(*a));
    a->shape = *shape;
    if (shape->context > ATTENTION_MAX_CONTEXT) {
        return infer_fail(err, EINVAL, "context = %u: at most %d positions are possible",
                          shape->context, ATTENTION_MAX_CONTEXT);
    }
    a->keys = malloc(n * shape->head_width * sizeof(*a->keys));
    a->values = malloc(n * shape->head_width * sizeof(*a->values));
    a->key_exponents = malloc(n * sizeof(*a->key_exponents));
    a->value_exponents = malloc(n * sizeof(*a->value_exponents));
    a->scratch_stride = shape->head_width + 2 * (size_t)shape->context + SCRATCH_APART;
    a->scratch = malloc(workers * a->scratch_stride * sizeof(*a->scratch));
    if (a->keys == NULL || a->values == NULL || a->key_exponents == NULL ||
        a->value_exponents == NULL || a->scratch == NULL) {
        attention_close(a);
        return infer_fail(err, ENOMEM,
                          "no memory for keys and values of %u positions (%lu MiB): try a smaller -c",
                          shape->context, (unsigned long)(attention_bytes(shape) >> 20));
    }
    return 0;
}

void attention_close(struct attention *a)
{
    free(a->keys);
    free(a->values);
    free(a->key_exponents);
    free(a->value_exponents);
    free(a->scratch);
    memset(a, 0, sizeof(*a));
}

/* Index of the first position of a head. */
static size_t head_start(const struct attention_shape *s, uint32_t layer, uint32_t kv_head)
{
    return ((size_t)layer * s->kv_heads + kv_head) * s->context;
}

void attention_store(struct attention *a, uint32_t layer, uint32_t position, uint32_t kv_head,
                     const float *key, const float *value)
{
    uint32_t width = a->shape.head_width;
    size_t slot = head_start(&a->shape, layer, kv_head) + position;

    a->key_exponents[slot] = quant_integers(key, width, ATTENTION_BITS, a->keys + slot * width);
    a->value_exponents[slot] = quant_integers(value, width, ATTENTION_BITS,
                                              a->values + slot * width);
}

/* Four columns at a time: the loads of q are shared by nothing, so keep the loop's own cost low. */
static int64_t dot(const int32_t *q, const int32_t *k, uint32_t n)
{
    int64_t sum = 0;
    uint32_t i = 0;

    for (; i + 4 <= n; i += 4) {
        sum += (int64_t)q[i] * k[i] + (int64_t)q[i + 1] * k[i + 1];
        sum += (int64_t)q[i + 2] * k[i + 2] + (int64_t)q[i + 3] * k[i + 3];
    }
    for (; i < n; i++) {
        sum += (int64_t)q[i] * k[i];
    }
    return sum;
}

/* s_t for t < n; returns their maximum, or NaN where something is not finite. */
static float scores(const struct attention *a, size_t start, uint32_t n, const float *query,
                    int32_t *integers, float *s)
{
    uint32_t width = a->shape.head_width;
    float norm = 1.0f / fmath_sqrt((float)width);
    int32_t kq = quant_integers(query, width, ATTENTION_BITS, integers);
    float largest = 0.0f;

    for (uint32_t t = 0; t < n; t++) {
        int32_t kk = a->key_exponents[start + t];
        if (kq == QUANT_NOT_FINITE || kk == QUANT_NOT_FINITE ||
            a->value_exponents[start + t] == QUANT_NOT_FINITE) {
            return fmath_from_bits(FMATH_NAN);
        }
        int64_t sum = dot(integers, a->keys + (start + t) * width, width);
        s[t] = fmath_scale((float)sum, -kq - kk) * norm;
        if (t == 0 || s[t] > largest) {
            largest = s[t];
        }
    }
    return largest;
}

/* Turns s_t into b_t; returns Z. */
static double weights(const struct attention *a, size_t start, uint32_t n, float largest, float *s)
{
    double total = 0.0;

    for (uint32_t t = 0; t < n; t++) {
        float e = fmath_exp(s[t] - largest);
        total += (double)e;
        s[t] = fmath_scale(e, -a->value_exponents[start + t]);
    }
    return total;
}

/* sum over t of b[t] * v[t][i], i = 0..3 */
static void four_columns(const int32_t *b, const int32_t *v, uint32_t n, uint32_t width,
                         int64_t sum[4])
{
    int64_t s0 = 0, s1 = 0, s2 = 0, s3 = 0;

    for (uint32_t t = 0; t < n; t++, v += width) {
        int64_t w = b[t];
        s0 += w * v[0];
        s1 += w * v[1];
        s2 += w * v[2];
        s3 += w * v[3];
    }
    sum[0] = s0;
    sum[1] = s1;
    sum[2] = s2;
    sum[3] = s3;
}

static int64_t one_column(const int32_t *b, const int32_t *v, uint32_t n, uint32_t width)
{
    int64_t sum = 0;

    for (uint32_t t = 0; t < n; t++) {
        sum += (int64_t)b[t] * v[(size_t)t * width];
    }
    return sum;
}

static void mix_values(const struct attention *a, size_t start, uint32_t n, const int32_t *b,
                       int32_t kb, float norm, float *out)
{
    uint32_t width = a->shape.head_width, i = 0;
    const int32_t *v = a->values + start * width;

    for (; i + 4 <= width; i += 4) {
        int64_t sum[4];
        four_columns(b, v + i, n, width, sum);
        for (uint32_t j = 0; j < 4; j++) {
            out[i + j] = fmath_scale((float)sum[j], -kb) * norm;
        }
    }
    for (; i < width; i++) {
        out[i] = fmath_scale((float)one_column(b, v + i, n, width), -kb) * norm;
    }
}

/* One query head at the last of n positions, in place. */
static void one_head(const struct attention *a, uint32_t layer, uint32_t head, uint32_t n,
                     float *query, int32_t *scratch)
{
    uint32_t width = a->shape.head_width;
    size_t start = head_start(&a->shape, layer, head / (a->shape.heads / a->shape.kv_heads));
    int32_t *integers = scratch, *b = integers + width;
    float *s = (float *)(void *)(b + a->shape.context);
    float largest = scores(a, start, n, query, integers, s);

    if (largest != largest) {
        fmath_fill_nan(query, width);
        return;
    }
    double total = weights(a, start, n, largest, s);
    int32_t kb = quant_integers(s, n, ATTENTION_BITS, b);
    if (kb == QUANT_NOT_FINITE) { /* infinite scores */
        fmath_fill_nan(query, width);
        return;
    }
    mix_values(a, start, n, b, kb, (float)(1.0 / total), query);
}

/* Query head i of the block: of position i / heads. Returns its multiply-adds. */
static uint64_t run_head(const struct job *job, uint32_t i, uint32_t worker)
{
    const struct attention *a = job->a;
    uint32_t heads = a->shape.heads, width = a->shape.head_width;
    uint32_t n = job->position + i / heads + 1;
    int32_t *scratch = a->scratch + worker * a->scratch_stride;

    one_head(a, job->layer, i % heads, n, job->q + (size_t)i * width, scratch);
    return 2 * (uint64_t)n * width;
}

/* A worker's share of the query heads of all positions. */
static void run_heads(void *context, uint32_t worker)
{
    const struct job *job = context;
    uint32_t end = job->count * job->a->shape.heads;
    uint64_t work = 0;

    for (uint32_t i = par_mine(job->par, worker, job->turn); i < end; i += par_workers(job->par)) {
        work += run_head(job, i, worker);
    }
    job->par->works[worker] += work;
}

/* A worker's share of the key/value heads of one position, each with the query heads that look at it alone. */
static void run_groups(void *context, uint32_t worker)
{
    const struct job *job = context;
    uint32_t groups = job->a->shape.kv_heads, each = job->a->shape.heads / groups;
    uint64_t work = 0;

    for (uint32_t g = par_mine(job->par, worker, job->turn); g < groups; g += par_workers(job->par)) {
        job->ready(job->context, g);
        for (uint32_t i = g * each; i < (g + 1) * each; i++) {
            work += run_head(job, i, worker);
        }
    }
    job->par->works[worker] += work;
}

void attention_run(struct attention *a, struct par *par, uint32_t layer, uint32_t position,
                   uint32_t count, float *q, attention_ready ready, void *context)
{
    struct job job = {
        .a = a,
        .par = par,
        .layer = layer,
        .position = position,
        .count = count,
        .q = q,
        .ready = ready,
        .context = context,
    };
    uint32_t groups = a->shape.kv_heads;

    if (count == 1 && groups >= par_workers(par)) {
        job.turn = par_turn(par, groups);
        par_run(par, run_groups, &job);
        return;
    }
    par_each(par, count * groups, ready, context);
    job.turn = par_turn(par, count * a->shape.heads);
    par_run(par, run_heads, &job);
}
