/*
 * auto.c: watches how the others would have done and reads what the best of them name, or nothing.
 *
 * Six predictors learn side by side: the order of earlier passes and runs (replay.c), the recurrence (fit.c), walks side by side
 * (streams.c), correlated steps (markov.c), the majority step (stride.c) and the doubling window (readahead.c). Each says which single
 * page it expects next; the next access tells who was `right`. What a predictor names is remembered by page, and whether it was used then:
 * `yield` is the share that was. At a fault those are asked first whose pages proved useful; each adds what nobody before it has named,
 * until the batch is full or a proven order has spoken. Several walks at once are seldom all known to one predictor, and what the first
 * leaves out would be the next fault.
 *
 * Two things bound what is read in vain, because a page that nobody uses holds a frame. Every predictor limits itself by its own
 * evidence: proof (a tested order, a recurrence that explains more than it costs to state, streams that go on), or else some pages for
 * each time that it was right lately, unheard, more often than not. And of these it may name its yield. So where nobody can predict,
 * nearly nothing is read ahead.
 *
 * While the order or the recurrence is proven and right, the rest are not fed: they catch up at the first surprise. Streams alone hear of
 * what the latest of them leads to, which costs little: a step that the recurrence takes for its own may be one of several walks' that take
 * turns, and where one stops for a while only the streams know how the others go on. Where nobody has been right for long, those that
 * cost most to feed listen only now and then.
 *
 * Costs, measured in the guest: 1,600 instructions at a fault where nothing can be predicted, all told; 110 for an access that was
 * foreseen; what the chosen predictors need for each page they name, and now and then a search of fit.c (7000 at most). Holds what
 * replay.c holds, a byte a page, and 1 KiB.
 */
#include "kernel/policy/prefetch.h"

#include <string.h>

#include "kernel/policy/prefetch/readahead.h"
#include "kernel/policy/prefetch/replay.h"
#include "kernel/policy/prefetch/streams.h"
#include "kernel/policy/prefetch/stride.h"
#include "kernel/policy/prefetch/trust.h"

/* In the order in which they are asked while yields are equal. */
enum predictor { ORDER,
                 FIT,
                 STREAMS,
                 MARKOV,
                 STRIDE,
                 READAHEAD,
                 PREDICTORS };

#define NOTHING UINT32_MAX
#define RIGHT_MAX 21
#define RIGHT_PAGES 3  /* that may be named for each of these: a batch at most */
#define ASTRAY_MOST 16 /* pages that the order may name at a page that it did not foresee */
#define YIELD_MAX 1024
#define YIELD_FIRST 896
#define YIELD_POOR (YIELD_MAX / 4) /* below this a page named in vain counts as a false expectation */
#define YIELD_WEIGHT 32            /* of these, one page counts for one */
#define QUIET 64
#define AWAKE 16
#define STRIDE_FAULTS 4 /* a first trend is looked for at every fourth fault */
#define RUN_SHORT 12    /* pages by the recurrence; where so many runs as these in a row ended as soon, */
#define SHORT_RUNS 4    /* ... streams side by side may be what knows the next page, too */
#define NEAR 32         /* pages ahead that may have been skipped because those between were resident */

struct chooser {
    struct readahead readahead;
    struct stride stride;
    struct streams streams;
    bool foresaw[PREDICTORS];      /* the latest access */
    uint32_t expected[PREDICTORS]; /* page, or NOTHING */
    uint8_t right[PREDICTORS];     /* expectations that came true, less those that did not, RIGHT_MAX at most */
    bool behind;                   /* the others were not fed lately, */
    bool streams_behind;           /* nor the streams, which go on being fed as long as one of them leads on */
    uint8_t short_runs;            /* of the last runs by the recurrence, in a row, at most SHORT_RUNS */
    uint32_t last;
    uint32_t faults;
    uint32_t quiet;             /* accesses since the latest that somebody foresaw */
    uint16_t yield[PREDICTORS]; /* share of the pages it named that were used, lately, of YIELD_MAX */
    uint8_t *namer;             /* by page: who named it last, plus one; 0: nobody */
    struct replay replay;       /* its tables follow, then namer */
};

static size_t auto_size(uint32_t npages)
{
    return offsetof(struct chooser, replay) + replay_size(npages) + npages;
}

static void auto_init(void *state, uint32_t npages)
{
    struct chooser *c = state;
    memset(c, 0, offsetof(struct chooser, replay));
    replay_init(&c->replay, npages);
    readahead_init(&c->readahead);
    stride_init(&c->stride);
    streams_init(&c->streams);
    c->namer = (uint8_t *)&c->replay + replay_size(npages);
    memset(c->namer, 0, npages);
    for (unsigned i = 0; i < PREDICTORS; i++) {
        c->expected[i] = NOTHING;
        c->yield[i] = YIELD_FIRST;
    }
}

static bool known(const struct chooser *c, int64_t page)
{
    return page >= 0 && page < c->replay.npages;
}

static void expect(struct chooser *c, enum predictor who, int64_t page)
{
    c->expected[who] = known(c, page) && page != c->last ? (uint32_t)page : NOTHING;
}

/*
 * A little further in the right direction: the pages between may have been resident. Neither right nor wrong, unless there was hardly ever
 * such a direction.
 */
static bool may_have_skipped(const struct chooser *c, enum predictor who, uint32_t page)
{
    int64_t step = (int64_t)c->expected[who] - c->last, distance = (int64_t)page - c->last;
    return (who == STRIDE || who == READAHEAD) && c->right[who] > 1 && distance % step == 0 && distance / step > 0 &&
           distance / step <= NEAR;
}

static bool judge(struct chooser *c, uint32_t page)
{
    bool anybody = false;
    for (unsigned who = 0; who < PREDICTORS; who++) {
        c->foresaw[who] = c->expected[who] == page;
        anybody |= c->foresaw[who];
        if (c->foresaw[who])
            c->right[who] = (uint8_t)(c->right[who] + (c->right[who] < RIGHT_MAX));
        else if (c->right[who] > 0 && c->expected[who] != NOTHING && !may_have_skipped(c, who, page))
            c->right[who]--;
    }
    c->quiet = anybody ? 0 : c->quiet + 1;
    return anybody;
}

/* The page from which this one was foreseen, by whoever knows. */
static uint32_t led_from(const struct chooser *c, uint32_t page)
{
    if (c->foresaw[ORDER])
        return c->replay.last;
    if (c->foresaw[FIT])
        return c->replay.fit.at;
    return c->foresaw[STREAMS] ? page - (uint32_t)c->streams.stream[c->streams.latest].step : c->last;
}

/* The order or the recurrence is proven and foresaw this page: nobody else needs to hear of it. */
static bool foreseen(struct chooser *c, uint32_t page, enum access_kind kind)
{
    struct replay *r = &c->replay;
    bool by_fit = fit_follow(&r->fit, page);
    bool by_order = r->trust >= TRUST_FULL && replay_expected(r) == page;
    if (!by_fit && !by_order)
        return false;
    if (!by_fit && r->fit.nalive > 0)
        fit_access(&r->fit, page, kind); /* it keeps step */
    c->foresaw[FIT] = by_fit;
    c->foresaw[ORDER] = by_order;
    replay_follow(r, page, by_order ? r->last : c->last);
    if (!c->streams_behind) {
        bool led = streams_follow(&c->streams, page, kind), shown = !by_order && c->short_runs >= SHORT_RUNS;
        c->foresaw[STREAMS] = led || (shown && streams_access(&c->streams, page, kind));
        c->streams_behind = !led && !shown;
    }
    c->last = page;
    c->behind = true;
    return true;
}

/* Those that were not fed begin at the latest page. */
static void catch_up(struct chooser *c)
{
    struct fit *f = &c->replay.fit;
    c->behind = false;
    c->short_runs = (uint8_t)(f->run < RUN_SHORT ? c->short_runs + (c->short_runs < SHORT_RUNS) : 0);
    c->stride.last = c->last;
    c->readahead.last = c->last;
    markov_restart(c->replay.markov, c->last);
    if (c->streams_behind)
        streams_restart(&c->streams);
    c->streams_behind = false;
    if (f->last != c->last)
        fit_restart(f, c->last);
    for (unsigned who = MARKOV; who < PREDICTORS; who++)
        c->expected[who] = NOTHING;
    expect(c, ORDER, replay_expected(&c->replay));
    expect(c, FIT, f->nalive > 0 ? f->next : -1);
}

/*
 * After QUIET accesses in a row that nobody foresaw, those that cost most to feed listen to AWAKE of every QUIET accesses, until
 * somebody is right again.
 */
static bool is_resting(const struct chooser *c)
{
    return c->quiet >= QUIET && c->quiet % QUIET >= AWAKE;
}

static void feed_costly(struct chooser *c, uint32_t page, enum access_kind kind, uint32_t before)
{
    struct replay *r = &c->replay;
    if (is_resting(c))
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

/* A page that was read ahead was used, or was not. */
static void note_yield(struct chooser *c, uint32_t page, bool used)
{
    if (!known(c, page) || c->namer[page] == 0)
        return;
    unsigned who = c->namer[page] - 1u, yield = c->yield[who];
    c->namer[page] = 0;
    c->yield[who] = (uint16_t)(used ? yield + (YIELD_MAX - yield) / YIELD_WEIGHT : yield - yield / YIELD_WEIGHT);
    if (!used && yield < YIELD_POOR && c->right[who] > 0)
        c->right[who]--;
}

static void learn(struct chooser *c, uint32_t page, enum access_kind kind)
{
    if (kind != ACCESS_FAULT)
        note_yield(c, page, kind == ACCESS_TOUCH);
    if (kind == ACCESS_WASTE || !known(c, page)) {
        stride_access(&c->stride, page, ACCESS_WASTE);
        streams_access(&c->streams, page, ACCESS_WASTE);
        return;
    }
    if (kind == ACCESS_FAULT)
        c->faults++;
    if (foreseen(c, page, kind))
        return;
    if (c->behind)
        catch_up(c);
    if (!is_resting(c) && streams_access(&c->streams, page, kind))
        c->expected[STREAMS] = page;
    bool anybody = judge(c, page);
    readahead_access(&c->readahead, page, kind);
    stride_access(&c->stride, page, kind);
    if (kind == ACCESS_FAULT && (c->stride.trend != 0 || c->faults % STRIDE_FAULTS == 0))
        stride_find_trend(&c->stride);
    if (anybody)
        replay_follow(&c->replay, page, led_from(c, page));
    else
        replay_learn_order(&c->replay, page);
    uint32_t before = c->last;
    c->last = page;
    expect(c, ORDER, replay_expected(&c->replay));
    expect(c, STRIDE, c->stride.trend == 0 ? -1 : (int64_t)page + c->stride.trend);
    expect(c, READAHEAD, c->readahead.window == 0 ? -1 : (int64_t)page + 1);
    c->expected[MARKOV] = c->expected[FIT] = c->expected[STREAMS] = NOTHING;
    feed_costly(c, page, kind, before);
}

static bool named_by_streams(const struct chooser *c, uint32_t page)
{
    return known(c, page) && c->namer[page] == 1 + STREAMS;
}

/* Pages found used at once, as named; what streams named goes where it was likely used. */
static void put_in_order(const struct chooser *c, uint32_t *pages, unsigned n)
{
    uint32_t walks[STREAMS_SPREAD];
    unsigned where[STREAMS_SPREAD], count = 0;
    for (unsigned i = 0; i < n; i++) {
        if (!named_by_streams(c, pages[i]))
            continue;
        where[count] = i;
        walks[count++] = pages[i];
    }
    streams_spread(&c->streams, walks, count);
    for (unsigned i = 0; i < count; i++)
        pages[where[i]] = walks[i];
}

static void auto_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    uint32_t ordered[STREAMS_SPREAD];
    if (kind == ACCESS_TOUCH && n > 2 && n <= STREAMS_SPREAD) {
        memcpy(ordered, pages, n * sizeof(*pages));
        put_in_order(state, ordered, n);
        pages = ordered;
    }
    for (unsigned i = 0; i < n; i++)
        learn(state, pages[i], kind);
}

static bool order_is_proven(const struct chooser *c)
{
    return c->replay.tested && c->replay.trust >= TRUST_FULL;
}

/* Most pages that this predictor may name now: on proof as many as it likes, else some for each time that it was right. */
static unsigned evident(const struct chooser *c, enum predictor who, unsigned max)
{
    if (c->behind && who != FIT && who != ORDER && (who != STREAMS || c->streams_behind))
        return 0;
    if (who == FIT)
        return c->replay.fit.nalive > 0 ? max : 0;
    if (who == ORDER && order_is_proven(c))
        return c->foresaw[ORDER] || max < ASTRAY_MOST ? max : ASTRAY_MOST;
    unsigned pages = who == STREAMS ? max : RIGHT_PAGES * c->right[who];
    return pages < max ? pages : max;
}

/* The share of these that was lately worth reading, but one page at least: else nobody would learn when that changes. */
static unsigned allowance(const struct chooser *c, enum predictor who, unsigned max)
{
    return (evident(c, who, max) * c->yield[who] + YIELD_MAX - 1) / YIELD_MAX;
}

static unsigned ask(struct chooser *c, enum predictor who, const struct prefetch_query *query, uint32_t *out)
{
    switch (who) {
    case ORDER:
        return replay_predict_order(&c->replay, query, out);
    case FIT:
        return fit_predict(&c->replay.fit, query, out);
    case STREAMS:
        return streams_predict(&c->streams, query, out);
    case MARKOV:
        return markov_predict(c->replay.markov, query, out);
    case STRIDE:
        return stride_predict(&c->stride, query, out);
    default:
        return readahead_predict(&c->readahead, query, out);
    }
}

/* Those that may name pages, the best first. */
static unsigned rank(const struct chooser *c, unsigned max, enum predictor *order, unsigned *most)
{
    unsigned n = 0;
    for (unsigned who = 0; who < PREDICTORS; who++) {
        unsigned pages = allowance(c, who, max), at = n;
        if (pages == 0)
            continue;
        for (; at > 0 && c->yield[order[at - 1]] < c->yield[who]; at--) {
            order[at] = order[at - 1];
            most[at] = most[at - 1];
        }
        order[at] = who;
        most[at] = pages;
        n++;
    }
    return n;
}

/* Appends what this predictor names and nobody else has. Returns how many names there are then. */
static unsigned add_names(struct chooser *c, enum predictor who, const struct prefetch_query *query, unsigned most, uint32_t *out,
                          unsigned n)
{
    uint32_t names[PREFETCH_HORIZON / 8];
    struct prefetch_query q = *query;
    q.max = who == ORDER ? query->max : query->max - n;
    q.max = q.max < most ? q.max : most;
    bool proven = n > 0 && who == STREAMS;
    unsigned named = proven ? streams_predict_proven(&c->streams, &q, names) : ask(c, who, &q, names), before = n;
    for (unsigned i = 0; i < named && n < query->max; i++) {
        unsigned k = 0;
        while (k < before && out[k] != names[i])
            k++;
        if (k == before) {
            out[n++] = names[i];
            c->namer[names[i]] = (uint8_t)(1 + who);
        }
    }
    return n;
}

static unsigned auto_predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    struct chooser *c = state;
    enum predictor order[PREDICTORS];
    unsigned most[PREDICTORS], ranked = rank(c, query->max, order, most), n = 0;
    for (unsigned i = 0; i < ranked && n < query->max; i++) {
        n = add_names(c, order[i], query, most[i], out, n);
        if (n > 0 && order[i] == ORDER && order_is_proven(c))
            break;
    }
    return n;
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
    /* What was proven is asked first, and for all that it has to say. */
    if (order_is_proven(c))
        c->yield[ORDER] = YIELD_MAX;
    if (c->replay.fit.nalive > 0)
        c->yield[FIT] = YIELD_MAX;
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
