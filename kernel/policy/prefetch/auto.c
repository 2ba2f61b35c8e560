/*
 * auto.c: watches how the others would have done and uses the best of them, or none.
 *
 * Five predictors learn side by side: the order of earlier passes and runs (replay.c), the recurrence (fit.c), correlated
 * steps (markov.c), the majority step (stride.c) and the doubling window (readahead.c). Each says which single page it
 * expects next; the next access tells who was right, and `score` keeps for each the share of accesses that
 * it foresaw, with false expectations taken off twice. At a fault they are asked in the order of their scores
 * until one names pages.
 *
 * Three things bound what is read in vain, because a page that nobody uses holds a frame. Every predictor limits
 * itself by its own evidence. Unless it has proof (a tested order, a recurrence that explains more than it costs to state), it
 * may name at most twice as many pages as it was lately right unheard, and those are paid from `credit`, which
 * grows by one with each access that somebody foresaw and by two with each page used that was read ahead. Only a mapping that is
 * entered at its first page gets a few pages without evidence. So where nobody can predict, nearly nothing is read ahead.
 *
 * While the order or the recurrence is proven and right, the rest are not fed at all: they catch up at the first surprise. A
 * page that was foreseen so costs 60 instructions; any other access at most 400, about 250 of them for
 * feeding; a fault at most one search of fit.c and one vote of stride.c beside (4000, usually 150), and what the predictor
 * that is used takes for each page named. Holds what replay.c holds and 400 bytes.
 */
#include "kernel/policy/prefetch.h"

#include <string.h>

#include "kernel/policy/prefetch/readahead.h"
#include "kernel/policy/prefetch/replay.h"
#include "kernel/policy/prefetch/stride.h"
#include "kernel/policy/prefetch/trust.h"

/* In the order in which they are asked while scores are equal. */
enum predictor { ORDER,
                 FIT,
                 MARKOV,
                 STRIDE,
                 READAHEAD,
                 PREDICTORS };

#define NOTHING UINT32_MAX
#define SCORE_MAX 1024
#define SCORE_PROVEN 600 /* what a loaded profile starts with */
#define RIGHT_MAX 64
#define RIGHT_LEAST 2 /* expectations that came true before the first page is named */
#define NEAR 32       /* pages ahead that may have been skipped because those between were resident */
#define FIRST_PAGES 4 /* named without evidence at a mapping's first page, */
#define FIRST_SHARE 8 /* but no more than this share of what may be named */
#define CREDIT_MOST 256
#define PROVEN 48 /* quarter bits, as in fit.c */

struct chooser {
    struct readahead readahead;
    struct stride stride;
    uint32_t expected[PREDICTORS]; /* page, or NOTHING */
    uint16_t score[PREDICTORS];    /* share of accesses foreseen lately */
    uint8_t right[PREDICTORS];     /* expectations that came true, less those that did not */
    bool behind;                   /* the others were not fed lately */
    uint32_t last;
    uint32_t faults;
    int32_t credit;       /* pages */
    struct replay replay; /* its tables follow */
};

static size_t auto_size(uint32_t npages)
{
    return offsetof(struct chooser, replay) + replay_size(npages);
}

static void auto_init(void *state, uint32_t npages)
{
    struct chooser *c = state;
    memset(c, 0, offsetof(struct chooser, replay));
    replay_init(&c->replay, npages);
    readahead_init(&c->readahead);
    stride_init(&c->stride);
    for (unsigned i = 0; i < PREDICTORS; i++)
        c->expected[i] = NOTHING;
}

static bool known(const struct chooser *c, int64_t page)
{
    return page >= 0 && page < c->replay.npages;
}

static void expect(struct chooser *c, enum predictor who, int64_t page)
{
    c->expected[who] = known(c, page) && page != c->last ? (uint32_t)page : NOTHING;
}

static void expect_all(struct chooser *c)
{
    const struct fit *f = &c->replay.fit;
    int32_t step = markov_expected(c->replay.markov);
    expect(c, ORDER, replay_successor(&c->replay, c->last));
    expect(c, FIT, fit_in_step(f) ? recurrence_next(&f->alive[0], c->last) : -1);
    expect(c, MARKOV, step == 0 ? -1 : (int64_t)c->last + step);
    expect(c, STRIDE, c->stride.trend == 0 ? -1 : (int64_t)c->last + c->stride.trend);
    expect(c, READAHEAD, c->readahead.window == 0 ? -1 : (int64_t)c->last + 1);
}

/* A little further in the right direction: the pages between may have been resident. Neither right nor wrong. */
static bool may_have_skipped(const struct chooser *c, enum predictor who, uint32_t page)
{
    int64_t step = (int64_t)c->expected[who] - c->last, distance = (int64_t)page - c->last;
    return (who == STRIDE || who == READAHEAD) && distance % step == 0 && distance / step > 0 &&
           distance / step <= NEAR;
}

static void judge(struct chooser *c, uint32_t page)
{
    bool anybody = false;
    for (unsigned who = 0; who < PREDICTORS; who++) {
        uint16_t score = c->score[who];
        uint8_t right = c->right[who];
        if (c->expected[who] == page) {
            anybody = true;
            score = (uint16_t)(score + (SCORE_MAX - score) / 16);
            right = (uint8_t)(right + (right < RIGHT_MAX));
        } else if (c->expected[who] == NOTHING) {
            score = (uint16_t)(score - score / 16);
        } else if (!may_have_skipped(c, who, page)) {
            score = (uint16_t)(score - score / 8);
            right = (uint8_t)(right - (right + 3) / 4);
        }
        c->score[who] = score;
        c->right[who] = right;
    }
    if (anybody && c->credit < CREDIT_MOST)
        c->credit++;
}

/* The order or the recurrence is proven and foresaw this page: nobody else needs to hear of it. */
static bool foreseen(struct chooser *c, uint32_t page)
{
    struct replay *r = &c->replay;
    bool by_fit = fit_in_step(&r->fit) && r->fit.gain >= PROVEN && r->fit.nalive == 1 && c->expected[FIT] == page;
    bool by_order = r->trust >= TRUST_FULL && c->expected[ORDER] == page;
    if (!by_fit && !by_order)
        return false;
    replay_learn_order(r, page);
    if (by_fit) {
        fit_access(&r->fit, page, ACCESS_TOUCH);
        c->score[FIT] = (uint16_t)(c->score[FIT] + (SCORE_MAX - c->score[FIT]) / 16);
    }
    if (by_order)
        c->score[ORDER] = (uint16_t)(c->score[ORDER] + (SCORE_MAX - c->score[ORDER]) / 16);
    c->last = page;
    c->behind = true;
    expect(c, ORDER, replay_successor(r, page));
    expect(c, FIT, by_fit ? recurrence_next(&r->fit.alive[0], page) : -1);
    return true;
}

/* Those that were not fed begin at the latest page. */
static void catch_up(struct chooser *c)
{
    c->behind = false;
    c->stride.last = c->last;
    c->readahead.last = c->last;
    c->replay.markov->seen = 1;
    c->replay.markov->last = c->last;
    for (unsigned who = MARKOV; who < PREDICTORS; who++)
        c->expected[who] = NOTHING;
}

static void auto_access(void *state, uint32_t page, enum access_kind kind)
{
    struct chooser *c = state;
    if (kind == ACCESS_WASTE || !known(c, page)) {
        stride_access(&c->stride, page, ACCESS_WASTE);
        return;
    }
    if (kind == ACCESS_TOUCH && c->credit < CREDIT_MOST)
        c->credit += 2;
    if (kind == ACCESS_FAULT)
        c->faults++;
    if (foreseen(c, page))
        return;
    if (c->behind)
        catch_up(c);
    judge(c, page);
    readahead_access(&c->readahead, page, kind);
    stride_access(&c->stride, page, kind);
    replay_access(&c->replay, page, kind);
    stride_find_trend(&c->stride);
    c->last = page;
    expect_all(c);
}

/* Most pages that this predictor may name now: on proof as many as it likes, else what it has earned. */
static unsigned allowance(const struct chooser *c, enum predictor who, unsigned max)
{
    if (who == FIT || (who == ORDER && c->replay.tested && c->replay.trust >= TRUST_FULL))
        return max;
    unsigned pages = c->right[who] < RIGHT_LEAST ? 0 : 2u * c->right[who];
    unsigned credit = c->credit > 0 ? (unsigned)c->credit : 0;
    if (pages > credit)
        pages = credit;
    if (who == READAHEAD && c->faults == 1)
        pages = max / FIRST_SHARE < FIRST_PAGES ? max / FIRST_SHARE : FIRST_PAGES;
    return pages < max ? pages : max;
}

static unsigned ask(struct chooser *c, enum predictor who, const struct prefetch_query *query, uint32_t *out)
{
    struct prefetch_query q = *query;
    q.max = allowance(c, who, query->max);
    if (q.max == 0)
        return 0;
    switch (who) {
    case ORDER:
        return replay_predict_order(&c->replay, &q, out);
    case FIT:
        return fit_predict(&c->replay.fit, &q, out);
    case MARKOV:
        return markov_predict(c->replay.markov, &q, out);
    case STRIDE:
        return stride_predict(&c->stride, &q, out);
    default:
        return readahead_predict(&c->readahead, &q, out);
    }
}

/* The next in order of score, among those not asked yet. */
static enum predictor best_left(const struct chooser *c, unsigned asked)
{
    enum predictor best = PREDICTORS;
    for (unsigned who = 0; who < PREDICTORS; who++)
        if (!(asked & 1u << who) && (best == PREDICTORS || c->score[who] > c->score[best]))
            best = (enum predictor)who;
    return best;
}

static unsigned auto_predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    struct chooser *c = state;
    unsigned asked = 0;
    for (unsigned i = 0; i < PREDICTORS; i++) {
        enum predictor who = best_left(c, asked);
        unsigned n = ask(c, who, query, out);
        asked |= 1u << who;
        if (n > 0) {
            c->credit -= (int32_t)n;
            expect(c, FIT, fit_in_step(&c->replay.fit) ? recurrence_next(&c->replay.fit.alive[0], c->last) : -1);
            return n;
        }
    }
    return 0;
}

/*
 * Uses what runs under `replay` have kept and keeps nothing itself, so that the same run twice counts the same. An order that
 * was never tested may be the order of something unpredictable: it begins small.
 */
static bool auto_load(void *state, const uint8_t *bytes, size_t n)
{
    struct chooser *c = state;
    if (!replay_load(&c->replay, bytes, n))
        return false;
    if (!c->replay.tested)
        c->replay.trust = TRUST_LEAST;
    /* What was proven is asked first. */
    if (c->replay.fit.nalive > 0)
        c->score[FIT] = SCORE_PROVEN;
    if (c->replay.tested && c->replay.trust >= TRUST_FULL)
        c->score[ORDER] = SCORE_PROVEN;
    return true;
}

const struct prefetch_policy prefetch_auto = {
    .name = "auto",
    .help = "watches how the others would have done and uses the best, or none",
    .state_size = auto_size,
    .init = auto_init,
    .on_access = auto_access,
    .predict = auto_predict,
    .load = auto_load,
};
