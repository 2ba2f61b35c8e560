/*
 * Choosing the next token from logits. Deterministic: the same seed gives the same tokens.
 *
 * Order, as in llama.cpp: repeat penalty over the last tokens, then at temperature 0 the largest
 * logit (of equal ones the lowest id); else top-k, softmax at the temperature, top-p, and a draw
 * with xorshift64*.
 */
#ifndef INFER_SAMPLER_H
#define INFER_SAMPLER_H

#include <stddef.h>
#include <stdint.h>

struct sampler_options {
    float temperature;    /* 0: greedy */
    uint32_t top_k;       /* 0: all */
    float top_p;          /* 1: all */
    float repeat_penalty; /* 1: none */
    uint32_t repeat_last; /* tokens that the penalty looks back over */
    uint64_t seed;
};

struct sampler_candidate {
    float value; /* logit, then probability */
    int32_t id;
};

struct sampler {
    struct sampler_options options;
    uint32_t vocab;
    uint64_t state;
    uint32_t most, kept;                  /* how many candidates are wanted, and are there */
    struct sampler_candidate *candidates; /* [most]: the best */
    uint8_t *seen;                        /* [vocab]: penalised, and offered as such */
};

/* -ENOMEM. */
int sampler_open(struct sampler *s, const struct sampler_options *options, uint32_t vocab);
void sampler_close(struct sampler *s);

/* The next token, among the first s->vocab logits, after history[0..n). */
int32_t sampler_choose(struct sampler *s, const float *logits, const int32_t *history, size_t n);

#endif
