#include "sampler.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fmath.h"

/* xorshift has no way out of 0; any other constant would do. */
#define SEED_FOR_ZERO UINT64_C(0x9e3779b97f4a7c15)

int sampler_open(struct sampler *s, const struct sampler_options *options, uint32_t vocab)
{
    memset(s, 0, sizeof(*s));
    s->options = *options;
    s->vocab = vocab;
    s->state = options->seed != 0 ? options->seed : SEED_FOR_ZERO;
    s->candidates = malloc(vocab * sizeof(*s->candidates));
    s->seen = calloc(vocab, 1);
    if (s->candidates == NULL || s->seen == NULL) {
        sampler_close(s);
        return -ENOMEM;
    }
    return 0;
}

void sampler_close(struct sampler *s)
{
    free(s->candidates);
    free(s->seen);
    memset(s, 0, sizeof(*s));
}

/* Uniform in [0, 1): the upper 24 bits of xorshift64* (Vigna 2014). */
static float draw(struct sampler *s)
{
    s->state ^= s->state >> 12;
    s->state ^= s->state << 25;
    s->state ^= s->state >> 27;
    return (float)((s->state * UINT64_C(0x2545f4914f6cdd1d)) >> 40) * 0x1p-24f;
}

/* Divides positive logits of recent tokens by the penalty and multiplies negative ones. */
static void penalise(struct sampler *s, const int32_t *history, size_t n)
{
    size_t from = n > s->options.repeat_last ? n - s->options.repeat_last : 0;
    float penalty = s->options.repeat_penalty;

    for (size_t i = from; i < n; i++) {
        uint32_t id = (uint32_t)history[i];
        if (id < s->vocab && s->seen[id] == 0) {
            float *value = &s->candidates[id].value;
            *value = *value > 0.0f ? *value / penalty : *value * penalty;
            s->seen[id] = 1;
        }
    }
    for (size_t i = from; i < n; i++) {
        if ((uint32_t)history[i] < s->vocab) {
            s->seen[history[i]] = 0;
        }
    }
}

static int32_t largest(const struct sampler *s)
{
    int32_t best = 0, most = fmath_order(s->candidates[0].value);

    for (uint32_t i = 1; i < s->vocab; i++) {
        int32_t order = fmath_order(s->candidates[i].value);
        if (order > most) {
            most = order;
            best = s->candidates[i].id;
        }
    }
    return best;
}

/* Descending; equal values by id, so that the order does not depend on the sorting algorithm. */
static int by_value(const void *a, const void *b)
{
    const struct sampler_candidate *x = a, *y = b;
    int32_t of_x = fmath_order(x->value), of_y = fmath_order(y->value);

    return of_x != of_y ? (of_x < of_y) - (of_x > of_y) : (x->id > y->id) - (x->id < y->id);
}

/* Moves the candidate at i down a heap of n whose root is the one that sorts last. */
static void sift_down(struct sampler_candidate *heap, size_t n, size_t i)
{
    struct sampler_candidate moving = heap[i];

    for (size_t child = 2 * i + 1; child < n; child = 2 * i + 1) {
        if (child + 1 < n && by_value(&heap[child + 1], &heap[child]) > 0) {
            child++;
        }
        if (by_value(&heap[child], &moving) <= 0) {
            break;
        }
        heap[i] = heap[child];
        i = child;
    }
    heap[i] = moving;
}

/* Brings the k best candidates to the front, in order: most of a vocabulary need not be sorted. */
static void sort_best(struct sampler *s, uint32_t k)
{
    struct sampler_candidate *c = s->candidates;

    if (k < s->vocab) {
        for (size_t i = k / 2; i-- > 0;) {
            sift_down(c, k, i);
        }
        for (uint32_t i = k; i < s->vocab; i++) {
            if (by_value(&c[i], &c[0]) < 0) {
                c[0] = c[i];
                sift_down(c, k, 0);
            }
        }
    }
    qsort(c, k, sizeof(*c), by_value);
}

/* Makes n logits probabilities (not normalised: the largest is 1) and returns their sum. */
static float soften(struct sampler *s, uint32_t n)
{
    float top = s->candidates[0].value, sum = 0.0f;

    for (uint32_t i = 0; i < n; i++) {
        float p = fmath_exp((s->candidates[i].value - top) / s->options.temperature);
        s->candidates[i].value = p;
        sum += p;
    }
    return sum;
}

/* The fewest candidates whose probabilities reach top_p; *sum becomes theirs. */
static uint32_t nucleus(const struct sampler *s, uint32_t n, float *sum)
{
    float wanted = s->options.top_p * *sum, reached = 0.0f;

    if (s->options.top_p >= 1.0f) {
        return n;
    }
    for (uint32_t i = 0; i < n; i++) {
        reached += s->candidates[i].value;
        if (reached >= wanted) {
            *sum = reached;
            return i + 1;
        }
    }
    return n;
}

int32_t sampler_choose(struct sampler *s, const float *logits, const int32_t *history, size_t n)
{
    uint32_t kept = s->vocab;

    for (uint32_t i = 0; i < s->vocab; i++) {
        s->candidates[i] = (struct sampler_candidate){ logits[i], (int32_t)i };
    }
    if (s->options.repeat_penalty > 1.0f || s->options.repeat_penalty < 1.0f) {
        penalise(s, history, n);
    }
    if (!(s->options.temperature > 0.0f)) {
        return largest(s);
    }
    if (s->options.top_k != 0 && s->options.top_k < kept) {
        kept = s->options.top_k;
    }
    sort_best(s, kept);
    float sum = soften(s, kept);
    kept = nucleus(s, kept, &sum);
    float at = draw(s) * sum, passed = 0.0f;
    for (uint32_t i = 0; i < kept; i++) {
        passed += s->candidates[i].value;
        if (at < passed) {
            return s->candidates[i].id;
        }
    }
    return s->candidates[kept - 1].id; /* rounding, or NaNs */
}
