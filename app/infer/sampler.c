#include "sampler.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "fmath.h"

/* xorshift has no way out of 0; any other constant would do. */
#define SEED_FOR_ZERO UINT64_C(0x9e3779b97f4a7c15)

/* How many of the best candidates matter. */
static uint32_t candidates_wanted(const struct sampler_options *o, uint32_t vocab)
{
    if (!(o->temperature > 0.0f)) {
        return 1;
    }
    return o->top_k != 0 && o->top_k < vocab ? o->top_k : vocab;
}

int sampler_open(struct sampler *s, const struct sampler_options *options, uint32_t vocab)
{
    memset(s, 0, sizeof(*s));
    s->options = *options;
    s->vocab = vocab;
    s->state = options->seed != 0 ? options->seed : SEED_FOR_ZERO;
    s->most = candidates_wanted(options, vocab);
    s->candidates = malloc(s->most * sizeof(*s->candidates));
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

static void make_heap(struct sampler_candidate *heap, size_t n)
{
    for (size_t i = n / 2; i-- > 0;) {
        sift_down(heap, n, i);
    }
}

/* Keeps a candidate if it is among the best so far. Once there are as many as are wanted they are a heap. */
static void offer(struct sampler *s, float value, uint32_t id)
{
    struct sampler_candidate *c = s->candidates, one = { value, (int32_t)id };

    if (s->kept < s->most) {
        c[s->kept++] = one;
        if (s->kept == s->most && s->most < s->vocab) { /* others will come */
            make_heap(c, s->most);
        }
    } else if (by_value(&one, &c[0]) < 0) {
        c[0] = one;
        sift_down(c, s->most, 0);
    }
}

/* Offers the recent tokens: positive logits divided by the penalty, negative ones multiplied. */
static void offer_penalised(struct sampler *s, const float *logits, const int32_t *recent, size_t n)
{
    float penalty = s->options.repeat_penalty;

    for (size_t i = 0; i < n; i++) {
        uint32_t id = (uint32_t)recent[i];
        if (id < s->vocab && s->seen[id] == 0) {
            s->seen[id] = 1;
            offer(s, logits[id] > 0.0f ? logits[id] / penalty : logits[id] * penalty, id);
        }
    }
}

/* The order that a candidate must have, at least, to be kept. */
static int32_t least_order(const struct sampler *s)
{
    return s->kept == s->most ? fmath_order(s->candidates[0].value) : INT32_MIN;
}

/* Finds the best candidates, in order: most of a vocabulary is only looked at. */
static void choose_best(struct sampler *s, const float *logits, const int32_t *recent, size_t n)
{
    s->kept = 0;
    offer_penalised(s, logits, recent, n);
    int32_t least = least_order(s);
    for (uint32_t i = 0; i < s->vocab; i++) {
        if (fmath_order(logits[i]) >= least && s->seen[i] == 0) {
            offer(s, logits[i], i);
            least = least_order(s);
        }
    }
    for (size_t i = 0; i < n; i++) {
        if ((uint32_t)recent[i] < s->vocab) {
            s->seen[recent[i]] = 0;
        }
    }
    qsort(s->candidates, s->kept, sizeof(*s->candidates), by_value);
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
    bool penalty = s->options.repeat_penalty > 1.0f || s->options.repeat_penalty < 1.0f;
    size_t recent = !penalty ? 0 : n < s->options.repeat_last ? n
                                                              : s->options.repeat_last;

    choose_best(s, logits, history + (n - recent), recent);
    if (!(s->options.temperature > 0.0f)) {
        return s->candidates[0].id;
    }
    float sum = soften(s, s->kept);
    uint32_t kept = nucleus(s, s->kept, &sum);
    float at = draw(s) * sum, passed = 0.0f;
    for (uint32_t i = 0; i < kept; i++) {
        passed += s->candidates[i].value;
        if (at < passed) {
            return s->candidates[i].id;
        }
    }
    return s->candidates[kept - 1].id; /* rounding, or NaNs */
}
