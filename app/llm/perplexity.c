/*
 * How well the model predicts a text: the text is cut into windows of the context's length, each
 * begins with the beginning-of-text token where the tokenizer wants one, and every token after the
 * first of its window counts.
 */
#include <errno.h>
#include <math.h>

#include "../infer/fmath.h"
#include "session.h"

struct tally {
    const int32_t *tokens; /* of the window */
    uint32_t count, vocab;
    double nats;
    uint64_t predicted;
};

static double log_probability(const float *logits, uint32_t vocab, int32_t id)
{
    float top = logits[0];
    double sum = 0.0;

    for (uint32_t i = 1; i < vocab; i++) {
        top = logits[i] > top ? logits[i] : top;
    }
    for (uint32_t i = 0; i < vocab; i++) {
        sum += (double)fmath_exp(logits[i] - top);
    }
    return (double)(logits[id] - top) - fmath_log(sum);
}

static void count_position(void *context, uint32_t position, const float *logits)
{
    struct tally *t = context;

    if (position + 1 < t->count) {
        t->nats -= log_probability(logits, t->vocab, t->tokens[position + 1]);
        t->predicted++;
    }
}

static uint64_t bytes_of(const struct session *s, const int32_t *ids, size_t from, size_t to)
{
    uint64_t bytes = 0;
    size_t len;

    for (size_t i = from; i < to; i++) {
        tokenizer_piece(&s->tokenizer, ids[i - 1], ids[i], &len);
        bytes += len;
    }
    return bytes;
}

static void report(const struct tally *t, uint64_t bytes)
{
    double per_token = t->nats / (double)t->predicted;
    double per_byte = bytes != 0 ? t->nats / fmath_log(2.0) / (double)bytes : 0.0;

    printf("perplexity %.4f over %lu tokens, %.4f bits per byte over %lu bytes\n",
           per_token < 700.0 ? fmath_exp_double(per_token) : (double)INFINITY,
           (unsigned long)t->predicted, per_byte, (unsigned long)bytes);
}

int perplexity_run(struct session *s, const char *text, size_t len, struct infer_error *err)
{
    bool bos = s->tokenizer.add_bos && s->tokenizer.bos != TOKEN_NONE;
    struct tally tally = { .vocab = s->model.shape.vocab };
    struct token_list window = { 0 };
    uint64_t bytes = 0;
    int result = 0;

    if (tokenizer_encode(&s->tokenizer, text, len, 0, &s->tokens) < 0) {
        return infer_fail(err, ENOMEM, "text of %zu bytes: no memory for its tokens", len);
    }
    for (size_t at = 0; at < s->tokens.count && result == 0;) {
        window.count = 0;
        result = bos ? token_list_add(&window, s->tokenizer.bos) : 0;
        while (result == 0 && window.count < s->decoder.context && at < s->tokens.count) {
            result = token_list_add(&window, s->tokens.ids[at++]);
        }
        tally.tokens = window.ids;
        tally.count = (uint32_t)window.count;
        decoder_rewind(&s->decoder, 0);
        double start = session_now();
        decoder_eval(&s->decoder, window.ids, tally.count, tally.count, count_position, &tally);
        s->prompt_seconds += session_now() - start;
        s->prompt_tokens += tally.count;
        bytes += bytes_of(s, window.ids, 1, window.count);
    }
    token_list_close(&window);
    if (tally.predicted == 0) {
        return infer_fail(err, EINVAL, "text of %zu bytes: too short to predict anything", len);
    }
    report(&tally, bytes);
    return result;
}
