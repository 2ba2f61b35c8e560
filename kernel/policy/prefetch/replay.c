/*
 * replay.c: keeps the order in which a run used its pages and names the pages that follow, from the first fault of the
 * next run on and from whichever page that run starts. For a page that the order does not hold it asks what else was learnt:
 * the recurrence (fit.c), then the steps (markov.c).
 *
 * The order is kept as each page's successor, so that a look-up is one load and memory is bounded by the mapping. Uses of
 * resident pages are not seen: if q follows p although the order says otherwise, q may still come a little later, with the
 * pages between resident (WALK are tried). A successor that was wrong twice running is replaced, one of an earlier run at
 * once. How the order fares when it is tested decides how far ahead it is used (trust.h).
 *
 * The profile holds the order as runs of equal steps, the steps' tables and the recurrence, under a checksum; what does not
 * fit is left out, the order last.
 *
 * Holds 4 bytes a page, and what markov.c and fit.c hold. Costs 15 instructions an access beside theirs (200 where the
 * order breaks) and 12 for each page named.
 */
#include "kernel/policy/prefetch/replay.h"

#include <string.h>

#include "kernel/policy/prefetch/bytes.h"
#include "kernel/policy/prefetch/naming.h"
#include "kernel/policy/prefetch/trust.h"

#define WALK 32       /* only while the order is trusted at all: else there is nothing to save */
#define NOISE_USUAL 2 /* single pages that did not fit, in a row, after which the next such is taken for noise at once */
#define NOISE_MOST 8
#define MAGIC 0x31795042u /* "BPy1" */
#define HEADER 16         /* magic, checksum, pages, trust */
#define UNTESTED 0xFFu

size_t replay_size(uint32_t npages)
{
    return sizeof(struct replay) + markov_size(npages) + npages * sizeof(uint32_t);
}

void replay_init(struct replay *r, uint32_t npages)
{
    memset(r, 0, sizeof(*r));
    r->npages = r->aside = npages;
    r->trust = TRUST_LEAST;
    r->markov = (struct markov *)(r + 1);
    r->after = (uint32_t *)((char *)r->markov + markov_size(npages));
    memset(r->after, 0, npages * sizeof(uint32_t));
    fit_init(&r->fit);
    markov_init(r->markov, npages);
}

uint32_t replay_successor(const struct replay *r, uint32_t page)
{
    uint32_t after = r->after[page] & ~REPLAY_FLAGS;
    return after == 0 ? r->npages : after - 1;
}

static bool comes_later(const struct replay *r, uint32_t from, uint32_t page)
{
    for (unsigned i = 0; i < WALK && from < r->npages; i++) {
        from = replay_successor(r, from);
        if (from == page)
            return true;
    }
    return false;
}

static void learn_successor(struct replay *r, uint32_t page)
{
    uint32_t *after = &r->after[r->last], flags = *after & REPLAY_FLAGS, known = *after & ~REPLAY_FLAGS;
    if (known == 0) {
        *after = flags | (page + 1);
    } else if (known == page + 1) {
        *after &= ~REPLAY_ONCE_WRONG;
        r->tested = true;
        trust_hit(&r->trust);
    } else if (r->trust < TRUST_LEAST || !comes_later(r, r->last, page)) {
        *after = flags & REPLAY_ONCE_WRONG ? (flags & ~REPLAY_ONCE_WRONG) | (page + 1) : *after | REPLAY_ONCE_WRONG;
        r->tested = true;
        trust_miss(&r->trust);
    }
}

static void go_to(struct replay *r, uint32_t page)
{
    if (r->started)
        learn_successor(r, page);
    r->step = (int32_t)(page - r->last);
    r->last = page;
    r->started = true;
}

/* Does the page go on from where the run is: as the order says, at once or past some that may have been resident; else in equal steps? */
static bool fits(const struct replay *r, uint32_t page)
{
    int32_t distance = (int32_t)(page - r->last);
    if ((r->after[r->last] & ~REPLAY_FLAGS) == 0)
        return r->step != 0 && distance % r->step == 0 && distance / r->step > 0 && distance / r->step <= WALK;
    return replay_expected(r) == page || (r->trust >= TRUST_LEAST && comes_later(r, r->last, page));
}

/* Lies the page that stands aside between the one before and this one? Then it is hardly noise, if the order knows nothing of it. */
static bool on_the_way(const struct replay *r, uint32_t page)
{
    uint32_t from = r->last < page ? r->last : page, to = r->last < page ? page : r->last;
    return (r->after[r->last] & ~REPLAY_FLAGS) == 0 && r->aside > from && r->aside < to;
}

/* The page before did not fit. If this one does, that was noise, and nothing is learnt from it; else the run goes on from there. */
static void settle_aside(struct replay *r, bool fit)
{
    uint32_t aside = r->aside;
    r->aside = r->npages;
    r->noise = !fit ? r->noise / 2 : r->noise < NOISE_MOST ? r->noise + 1
                                                           : NOISE_MOST;
    if (fit)
        r->after[aside] |= REPLAY_ONCE_ASIDE;
    else
        go_to(r, aside);
}

static void learn_order(struct replay *r, uint32_t page, bool foreseen)
{
    if (page >= r->npages || (r->started && (page == r->last || page == r->aside)))
        return;
    bool fit = foreseen || !r->started || fits(r, page);
    if (r->aside != r->npages) {
        settle_aside(r, fit && (foreseen || !on_the_way(r, page)));
    } else if (!fit && !(r->after[page] & REPLAY_ONCE_ASIDE)) {
        r->aside = page;
        return;
    }
    if (fit)
        r->after[page] &= ~REPLAY_ONCE_ASIDE;
    go_to(r, page);
}

void replay_learn_order(struct replay *r, uint32_t page)
{
    learn_order(r, page, false);
}

void replay_learn_foreseen(struct replay *r, uint32_t page, uint32_t from)
{
    learn_order(r, page, from == r->last);
}

unsigned replay_predict_order(struct replay *r, const struct prefetch_query *query, uint32_t *out)
{
    struct prefetch_query q = *query;
    q.max = trust_depth(r->trust, query->max);
    if (q.max == 0 || query->page >= r->npages)
        return 0;
    struct naming n = naming_start(&q, out);
    uint32_t page = query->page;
    if (r->aside != r->npages && r->noise >= NOISE_USUAL)
        page = r->last;
    else if (r->aside != r->npages && q.max > TRUST_LEAST)
        q.max = TRUST_LEAST;
    do
        page = replay_successor(r, page);
    while (page < r->npages && naming_offer(&n, page));
    return n.count;
}

/* To the page's successor; 0: none is known. A page that stands aside at the end of a run was its last. */
static int64_t saved_step(const struct replay *r, uint32_t page)
{
    uint32_t after = replay_successor(r, page);
    if (after == r->npages && page == r->last)
        after = r->aside;
    return after == r->npages ? 0 : (int64_t)after - page;
}

/* Runs of pages whose successors lie the same step away: (step, pages); step 0: no successor known. */
static void save_order(const struct replay *r, struct bytes_out *o)
{
    for (uint32_t page = 0; page < r->npages;) {
        int64_t step = saved_step(r, page);
        uint32_t first = page;
        do
            page++;
        while (page < r->npages && step == saved_step(r, page));
        struct bytes_out run = *o;
        put_signed(&run, step);
        put_number(&run, page - first);
        if (run.full)
            return;
        *o = run;
    }
}

static bool load_order(struct replay *r, struct bytes_in *in)
{
    uint32_t page = 0;
    while (page < r->npages && in->at < in->end) {
        int64_t step = get_signed(in);
        uint64_t run = get_number(in);
        if (in->bad || run == 0 || run > r->npages - page)
            return false;
        for (; run > 0; run--, page++) {
            int64_t after = page + step;
            if (step < -(int64_t)page || after >= r->npages)
                return false;
            if (step != 0) /* the new run's word counts for more */
                r->after[page] = ((uint32_t)after + 1) | REPLAY_ONCE_WRONG;
        }
    }
    return in->at == in->end;
}

static void put_word(uint8_t *out, uint32_t value)
{
    for (unsigned i = 0; i < 4; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint32_t get_word(const uint8_t *in)
{
    return (uint32_t)in[0] | (uint32_t)in[1] << 8 | (uint32_t)in[2] << 16 | (uint32_t)in[3] << 24;
}

/* A part: its length, then its bytes. */
static void save_part(struct bytes_out *o, const uint8_t *bytes, size_t n)
{
    put_number(o, n);
    for (size_t i = 0; i < n; i++)
        put_byte(o, bytes[i]);
}

static size_t save(const void *state, uint8_t *out, size_t size)
{
    const struct replay *r = state;
    if (size < HEADER + FIT_SAVED + 16 || !r->started)
        return 0;
    struct bytes_out o = { out + HEADER, out + size, false };
    uint8_t fit[FIT_SAVED];
    save_part(&o, fit, fit_save(&r->fit, fit, sizeof(fit)));
    /* The steps may take half of what is left; their length stands before them in four bytes. */
    size_t room = (size_t)(o.end - o.at) / 2;
    size_t n = room > 4 ? markov_save(r->markov, o.at + 4, room - 4) : 0;
    put_word(o.at, (uint32_t)n);
    o.at += 4 + n;
    save_order(r, &o);
    put_word(out, MAGIC);
    put_word(out + 8, r->npages);
    put_word(out + 12, r->tested ? r->trust : UNTESTED);
    put_word(out + 4, bytes_sum(out + 8, (size_t)(o.at - out) - 8));
    return (size_t)(o.at - out);
}

static bool load_parts(struct replay *r, struct bytes_in *in)
{
    uint64_t n = get_number(in);
    if (in->bad || n > (uint64_t)(in->end - in->at) || (n > 0 && !fit_load(&r->fit, in->at, (size_t)n)))
        return false;
    in->at += n;
    if (in->end - in->at < 4)
        return false;
    n = get_word(in->at);
    in->at += 4;
    if (n > (uint64_t)(in->end - in->at) || (n > 0 && !markov_load(r->markov, in->at, (size_t)n)))
        return false;
    in->at += n;
    return load_order(r, in);
}

bool replay_load(struct replay *r, const uint8_t *bytes, size_t n)
{
    if (n < HEADER || get_word(bytes) != MAGIC || get_word(bytes + 8) != r->npages ||
        get_word(bytes + 4) != bytes_sum(bytes + 8, n - 8))
        return false;
    struct bytes_in in = { bytes + HEADER, bytes + n, false };
    if (!load_parts(r, &in)) {
        replay_init(r, r->npages);
        return false;
    }
    /* An order that was used once and never tested is what this policy is for; one that failed has to begin small. */
    uint32_t trust = get_word(bytes + 12);
    r->tested = trust <= TRUST_MAX;
    r->trust = !r->tested ? TRUST_FULL : trust < TRUST_LEAST ? TRUST_LEAST
                                                             : (uint8_t)trust;
    return true;
}

static void init(void *state, uint32_t npages)
{
    replay_init(state, npages);
}

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    struct replay *r = state;
    for (unsigned i = 0; i < n; i++) {
        fit_access(&r->fit, pages[i], kind);
        markov_access(r->markov, pages[i], kind);
        if (kind != ACCESS_WASTE)
            replay_learn_order(r, pages[i]);
    }
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    struct replay *r = state;
    unsigned n = replay_predict_order(r, query, out);
    if (n == 0)
        n = fit_predict(&r->fit, query, out);
    return n > 0 ? n : markov_predict(r->markov, query, out);
}

static bool load(void *state, const uint8_t *bytes, size_t n)
{
    return replay_load(state, bytes, n);
}

const struct prefetch_policy prefetch_replay = {
    .name = "replay",
    .help = "the page order of earlier runs, kept in a profile; else what fit and markov learnt",
    .state_size = replay_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
    .save = save,
    .load = load,
};
