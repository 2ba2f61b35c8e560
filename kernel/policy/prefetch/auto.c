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
 * While the order or the recurrence is proven and right, the rest are not fed at all: they catch up at the first surprise. Where
 * nobody has been right for long, the two that cost most to feed listen only now and then.
 *
 * Costs, measured in the guest, on an access: 100 instructions if it was foreseen, 350 where nothing can be predicted,
 * 700 between; at a fault 140 more where nobody has anything to say, what the chosen predictor needs for each page it names,
 * and now and then a search of fit.c (7000 at most). Holds what replay.c holds and 400 bytes.
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
#define RIGHT_LEAST 2   /* expectations that came true before the first page is named */
#define ORDER_MERIT 256 /* added to its score once it is proven */
#define QUIET 64
#define AWAKE 16
#define STRIDE_FAULTS 4 /* a first trend is looked for at every fourth fault */
#define NEAR 32         /* pages ahead that may have been skipped because those between were resident */
#define FIRST_PAGES 4   /* named without evidence at a mapping's first page, */
#define FIRST_SHARE 8   /* but no more than this share of what may be named */
#define CREDIT_MOST 256

struct chooser {
    struct readahead readahead;
    struct stride stride;
    uint32_t expected[PREDICTORS]; /* page, or NOTHING */
    uint16_t score[PREDICTORS];    /* share of accesses foreseen lately */
    uint8_t right[PREDICTORS];     /* expectations that came true, less those that did not */
    bool behind;                   /* the others were not fed lately */
    uint32_t last;
    uint32_t faults;
    uint32_t quiet;       /* accesses since the latest that somebody foresaw */
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
        if (c->expected[who] != page && score < 16 && right == 0)
            continue; /* nothing to lose */
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
    c->quiet = anybody ? 0 : c->quiet + 1;
    if (anybody && c->credit < CREDIT_MOST)
        c->credit++;
}

static void praise(struct chooser *c, enum predictor who)
{
    c->score[who] = (uint16_t)(c->score[who] + (SCORE_MAX - c->score[who]) / 16);
}

/* The order or the recurrence is proven and foresaw this page: nobody else needs to hear of it. */
static bool foreseen(struct chooser *c, uint32_t page)
{
    struct replay *r = &c->replay;
    bool by_fit = fit_follow(&r->fit, page);
    bool by_order = r->trust >= TRUST_FULL && replay_successor(r, c->last) == page;
    if (!by_fit && !by_order)
        return false;
    replay_follow(r, page);
    if (by_fit)
        praise(c, FIT);
    if (by_order)
        praise(c, ORDER);
    c->last = page;
    c->behind = true;
    return true;
}

/* Those that were not fed begin at the latest page. */
static void catch_up(struct chooser *c)
{
    struct fit *f = &c->replay.fit;
    c->behind = false;
    c->stride.last = c->last;
    c->readahead.last = c->last;
    markov_restart(c->replay.markov, c->last);
    if (f->last != c->last)
        fit_restart(f, c->last);
    for (unsigned who = MARKOV; who < PREDICTORS; who++)
        c->expected[who] = NOTHING;
    expect(c, ORDER, replay_successor(&c->replay, c->last));
    expect(c, FIT, f->nalive > 0 ? f->next : -1);
}

/*
 * After QUIET accesses in a row that nobody foresaw, the two that cost most to feed listen to AWAKE of every QUIET accesses, until
 * somebody is right again.
 */
static void feed_costly(struct chooser *c, uint32_t page, enum access_kind kind, uint32_t before)
{
    struct replay *r = &c->replay;
    if (c->quiet >= QUIET && c->quiet % QUIET >= AWAKE)
        return;
    if (c->quiet >= QUIET && c->quiet % QUIET == 0) {
        markov_restart(r->markov, before);
        fit_restart(&r->fit, before);
    }
    markov_access(r->markov, page, kind);
    fit_access(&r->fit, page, kind);
    int32_t step = markov_expected(r->markov);
    if (step != 0)
        expect(c, MARKOV, (int64_t)page + step);
    if (kind == ACCESS_FAULT)
        fit_look(&r->fit);
    if (r->fit.nalive > 0) /* also after a page that it did not foresee: that may have been noise */
        expect(c, FIT, r->fit.next);
}

static void learn(struct chooser *c, uint32_t page, enum access_kind kind)
{
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
    if (kind == ACCESS_FAULT && (c->stride.trend != 0 || c->faults % STRIDE_FAULTS == 0))
        stride_find_trend(&c->stride);
    replay_learn_order(&c->replay, page);
    uint32_t before = c->last;
    c->last = page;
    expect(c, ORDER, replay_successor(&c->replay, page));
    expect(c, STRIDE, c->stride.trend == 0 ? -1 : (int64_t)page + c->stride.trend);
    expect(c, READAHEAD, c->readahead.window == 0 ? -1 : (int64_t)page + 1);
    c->expected[MARKOV] = c->expected[FIT] = NOTHING;
    feed_costly(c, page, kind, before);
}

static void auto_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    for (unsigned i = 0; i < n; i++)
        learn(state, pages[i], kind);
}

static bool order_is_proven(const struct chooser *c)
{
    return c->replay.tested && c->replay.trust >= TRUST_FULL;
}

/* Most pages that this predictor may name now: on proof as many as it likes, else what it has earned. */
static unsigned allowance(const struct chooser *c, enum predictor who, unsigned max)
{
    if (who == FIT)
        return c->replay.fit.nalive > 0 ? max : 0;
    if (who == ORDER && order_is_proven(c))
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
    switch (who) {
    case ORDER:
        return replay_predict_order(&c->replay, query, out);
    case FIT:
        return fit_predict(&c->replay.fit, query, out);
    case MARKOV:
        return markov_predict(c->replay.markov, query, out);
    case STRIDE:
        return stride_predict(&c->stride, query, out);
    default:
        return readahead_predict(&c->readahead, query, out);
    }
}

/* A proven order knows where a run ends; the others only where it would go on. */
static unsigned merit(const struct chooser *c, enum predictor who)
{
    return c->score[who] + (who == ORDER && order_is_proven(c) ? ORDER_MERIT : 0u);
}

/* Those that may name pages, the best first. */
static unsigned rank(const struct chooser *c, unsigned max, enum predictor *order, unsigned *most)
{
    unsigned n = 0;
    for (unsigned who = 0; who < PREDICTORS; who++) {
        unsigned pages = allowance(c, who, max), at = n;
        if (pages == 0)
            continue;
        for (; at > 0 && merit(c, order[at - 1]) < merit(c, who); at--) {
            order[at] = order[at - 1];
            most[at] = most[at - 1];
        }
        order[at] = who;
        most[at] = pages;
        n++;
    }
    return n;
}

static unsigned auto_predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    struct chooser *c = state;
    enum predictor order[PREDICTORS];
    unsigned most[PREDICTORS], ranked = rank(c, query->max, order, most);
    for (unsigned i = 0; i < ranked; i++) {
        struct prefetch_query q = *query;
        q.max = most[i];
        unsigned n = ask(c, order[i], &q, out);
        if (n > 0) {
            c->credit -= (int32_t)n;
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
    if (order_is_proven(c))
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
