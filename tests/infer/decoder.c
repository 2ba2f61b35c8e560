/* decoder MODEL...: the same logits, bit for bit, however positions are grouped, cached or not, by any number of workers. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "infer/decoder.h"
#include "infer/model.h"

enum { TOKENS = 41,
       WIDE = 128,
       CONTEXT = 64 };

struct record {
    float *logits; /* [TOKENS][vocab] */
    uint32_t vocab, calls;
};

static void keep(void *context, uint32_t position, const float *logits)
{
    struct record *r = context;

    memcpy(r->logits + (size_t)position * r->vocab, logits, r->vocab * sizeof(*logits));
    r->calls++;
}

static bool finite_and_varied(const float *x, size_t n)
{
    bool varied = false;

    for (size_t i = 0; i < n; i++) {
        if (!isfinite(x[i])) {
            return false;
        }
        varied |= x[i] < x[0] || x[i] > x[0];
    }
    return varied;
}

/* All logits with blocks of that many positions, `chunk` tokens per call, and how unevenly the work was shared out. */
static double run(struct check *c, const struct model *m, const int32_t *ids, struct decoder_options o, uint32_t chunk,
                  struct record *out)
{
    struct infer_error err;
    struct decoder d;

    o.context = CONTEXT;
    out->calls = 0;
    if (decoder_open(&d, m, &o, &err) < 0) {
        CHECK(c, false, "%s", err.text);
        return 0.0;
    }
    for (uint32_t at = 0; at < TOKENS; at += chunk) {
        uint32_t n = TOKENS - at < chunk ? TOKENS - at : chunk;
        const float *last = decoder_eval(&d, ids + at, n, n, keep, out);
        CHECK(c, last != NULL && memcmp(last, out->logits + (size_t)(at + n - 1) * out->vocab, out->vocab * sizeof(float)) == 0,
              "the last logits are returned");
    }
    CHECK(c, out->calls == TOKENS && decoder_room(&d) == CONTEXT - TOKENS, "%u calls", out->calls);
    double imbalance = par_imbalance(&d.par);
    decoder_close(&d);
    return imbalance;
}

/* Positions again from the beginning for every token, asking for one position's logits only. */
static void recompute(struct check *c, const struct model *m, const int32_t *ids, const struct record *right)
{
    struct decoder_options o = { .context = CONTEXT, .block = 5 };
    struct infer_error err;
    struct decoder d;

    if (decoder_open(&d, m, &o, &err) < 0) {
        CHECK(c, false, "%s", err.text);
        return;
    }
    for (uint32_t n = 1; n <= TOKENS; n += 10) {
        decoder_rewind(&d, 0);
        const float *last = decoder_eval(&d, ids, n, 1, NULL, NULL);
        CHECK(c, memcmp(last, right->logits + (size_t)(n - 1) * right->vocab, right->vocab * sizeof(float)) == 0,
              "position %u recomputed", n - 1);
    }
    decoder_rewind(&d, 7);
    const float *last = decoder_eval(&d, ids + 7, 3, 1, NULL, NULL);
    CHECK(c, memcmp(last, right->logits + (size_t)9 * right->vocab, right->vocab * sizeof(float)) == 0, "rewound");
    CHECK(c, decoder_eval(&d, ids + 10, 1, 0, NULL, NULL) == NULL, "no logits wanted");
    decoder_close(&d);
}

/* Token by token and in blocks, by many. Small matrices cannot be split as evenly as those of a model worth splitting. */
static void shared_out(struct check *c, const struct model *m, const int32_t *ids, const struct record *right,
                       struct record *other)
{
    static const uint32_t workers[] = { 2, 3, 4, 8 };
    size_t bytes = (size_t)TOKENS * m->shape.vocab * sizeof(float);
    double allowed = m->shape.width < WIDE ? 1.1 : 1.05;

    for (size_t i = 0; i < sizeof(workers) / sizeof(workers[0]); i++) {
        struct decoder_options o = { .block = 1, .threads = workers[i] };
        double imbalance = run(c, m, ids, o, 1, other);
        CHECK(c, memcmp(right->logits, other->logits, bytes) == 0, "%u workers", workers[i]);
        CHECK(c, imbalance >= 1.0 && imbalance <= allowed, "%u workers, the busiest %.3f of its share", workers[i], imbalance);
        o.block = 7;
        imbalance = run(c, m, ids, o, TOKENS, other);
        CHECK(c, memcmp(right->logits, other->logits, bytes) == 0, "%u workers, blocks of 7", workers[i]);
        CHECK(c, imbalance <= allowed, "%u workers, blocks of 7, the busiest %.3f of its share", workers[i], imbalance);
    }
}

static void test_model(struct check *c, const char *path)
{
    static const uint32_t groups[][2] = { { 2, TOKENS }, { 7, TOKENS }, { 64, TOKENS }, { 4, 6 }, { 64, 13 } };
    struct infer_error err;
    struct model m;
    int32_t ids[TOKENS];
    uint64_t seed = 5;

    if (model_open(&m, path, &err) < 0) {
        CHECK(c, false, "%s", err.text);
        return;
    }
    for (int i = 0; i < TOKENS; i++) {
        ids[i] = (int32_t)(check_random(&seed) % m.shape.vocab);
    }
    size_t bytes = (size_t)TOKENS * m.shape.vocab * sizeof(float);
    struct record single = { malloc(bytes), m.shape.vocab, 0 }, other = { malloc(bytes), m.shape.vocab, 0 };
    run(c, &m, ids, (struct decoder_options){ .block = 1 }, 1, &single);
    CHECK(c, finite_and_varied(single.logits, (size_t)TOKENS * m.shape.vocab), "logits are numbers");
    for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++) {
        run(c, &m, ids, (struct decoder_options){ .block = groups[i][0] }, groups[i][1], &other);
        CHECK(c, memcmp(single.logits, other.logits, bytes) == 0, "blocks of %u, calls of %u", groups[i][0], groups[i][1]);
    }
    recompute(c, &m, ids, &single);
    shared_out(c, &m, ids, &single, &other);
    free(single.logits);
    free(other.logits);
    model_close(&m);
}

int main(int argc, char **argv)
{
    struct check c = { 0 };
    static char name[256];

    for (int i = 1; i < argc; i++) {
        const char *slash = strrchr(argv[i], '/');
        snprintf(name, sizeof(name), "decoder-blocks-%s", slash != NULL ? slash + 1 : argv[i]);
        check_begin(&c, name);
        test_model(&c, argv[i]);
        check_end(&c);
    }
    return c.failed != 0;
}
