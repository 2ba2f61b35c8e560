/*
 * fit.c: recognises a recurrence p' = a*p + (b*p mod m) + c from a few pages and follows it.
 *
 * fit_search.c finds the hypotheses; this file keeps those that go on agreeing, decides how far to trust the
 * most plausible one, and what to do when a page comes that it did not lead to:
 *  - one of the few pages that follow: some between were resident and nobody saw their use. The walk goes on from there.
 *  - the successor of the page before: the walk goes on from there (the sequence was left and entered again).
 *  - anything else: noise, or the end. A hypothesis that has proved itself is kept for a while and is tried from wherever
 *    the next fault is, as long as that works (`restart`); one that has not is dropped, and raises what the next find has
 *    to show (`doubt`), so that patterns which merely look like a recurrence now and then cost little.
 *
 * Depth follows the evidence: n bits more than the hypothesis costs to state allow 2^n pages, where the
 * hypotheses that are left disagree no more than two, and no more than two while steps grow and nothing has wrapped yet.
 *
 * Holds about 200 bytes. Costs about 40 instructions an access and 20 a page named while a hypothesis holds; a search (at
 * most one per fault, and after k that found nothing only every k-th fault, up to 16) is bounded in fit_search.c.
 */
#include "kernel/policy/prefetch/fit.h"

#include <limits.h>
#include <string.h>

#include "kernel/policy/prefetch/naming.h"
#include "kernel/policy/prefetch/trust.h"

#define PROVEN 48 /* quarter bits: from here on a miss does not end a hypothesis */
#define GAIN_MAX 96
#define DOUBT_STEP 8 /* quarter bits for a false find; a hit takes one back */
#define DOUBT_MAX 32
#define WALK 32    /* pages that may have been resident between two that were seen */
#define PATIENCE 2 /* misses before another hypothesis is looked for beside a proven one */
#define DISPUTED 2 /* pages beyond the point where rivals disagree, or without a wrap seen */
#define SEARCH_REST 16

int64_t recurrence_next(const struct recurrence *r, uint32_t page)
{
    uint64_t product = (uint64_t)r->b * page;
    uint64_t rest = r->m == 0 ? product : product % r->m;
    return (int64_t)((uint64_t)r->a * page + rest) + r->c;
}

void fit_init(struct fit *f)
{
    memset(f, 0, sizeof(*f));
    f->restart = TRUST_FULL;
}

bool fit_in_step(const struct fit *f)
{
    return f->nalive > 0 && f->at == f->last;
}

static void remember(struct fit *f, uint32_t page)
{
    if (f->nwindow == FIT_WINDOW) {
        memmove(f->window, f->window + 1, (FIT_WINDOW - 1) * sizeof(f->window[0]));
        f->nwindow--;
    }
    f->window[f->nwindow++] = page;
    f->last = page;
}

/* Drops the hypotheses that did not lead from `from` to page; false if that would be all of them. */
static bool eliminate(struct fit *f, uint32_t from, uint32_t page)
{
    unsigned left = 0;
    for (unsigned i = 0; i < f->nalive; i++)
        if (recurrence_next(&f->alive[i], from) == page)
            f->alive[left++] = f->alive[i];
    if (left > 0)
        f->nalive = left;
    return left > 0;
}

static void confirm(struct fit *f, uint32_t page)
{
    f->at = page;
    f->misses = 0;
    if (f->gain < GAIN_MAX)
        f->gain += 16;
    if (f->doubt > 0)
        f->doubt--;
}

static bool follows_soon(const struct fit *f, uint32_t page)
{
    int64_t next = f->at;
    for (unsigned i = 0; i < WALK && next >= 0 && next <= UINT32_MAX; i++) {
        next = recurrence_next(&f->alive[0], (uint32_t)next);
        if (next == page)
            return true;
    }
    return false;
}

/* The pages between were resident, or the walk takes smaller steps than the program: weak evidence against it. */
static void skip_to(struct fit *f, uint32_t page)
{
    f->at = page;
    f->misses = 0;
    f->gain -= 8;
}

static void miss(struct fit *f)
{
    f->misses++;
    if (f->gain >= PROVEN)
        return;
    f->nalive = 0;
    if (f->doubt < DOUBT_MAX)
        f->doubt += DOUBT_STEP;
}

void fit_access(struct fit *f, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE || (f->nwindow > 0 && page == f->last))
        return;
    if (f->nalive > 0 && f->nwindow > 0) {
        bool from_last = eliminate(f, f->last, page);
        if (f->restarted)
            (from_last ? trust_hit : trust_miss)(&f->restart);
        if (from_last || eliminate(f, f->at, page))
            confirm(f, page);
        else if (f->gain >= PROVEN && follows_soon(f, page))
            skip_to(f, page);
        else
            miss(f);
    }
    f->restarted = false;
    remember(f, page);
}

/* Looks for a hypothesis if there is none that holds. A proven one stays unless something better turns up. */
static void search(struct fit *f)
{
    if (f->nalive > 0 && (f->gain < PROVEN || f->misses < PATIENCE))
        return;
    if (f->nwindow < 3 || f->skip > 0) {
        f->skip -= f->skip > 0;
        return;
    }
    struct fit found = *f;
    if (fit_search(&found)) {
        found.at = f->last;
        found.failed = 0;
        found.misses = 0;
        *f = found;
        return;
    }
    /* What broke the sequence lies in the past: begin again with the latest pages. */
    if (f->nwindow > 3) {
        memmove(f->window, f->window + f->nwindow - 3, 3 * sizeof(f->window[0]));
        f->nwindow = 3;
    }
    if (f->failed < SEARCH_REST)
        f->failed++;
    f->skip = f->failed > 4 ? f->failed : 0;
}

/* 2^(quarters / 4), at most max. */
static unsigned depth_of(int quarters, unsigned max)
{
    if (quarters < 0)
        return 0;
    if (quarters >= 40)
        return max;
    unsigned depth = ((4u + (unsigned)quarters % 4) << (quarters / 4)) / 4;
    return depth < max ? depth : max;
}

static bool rivals_agree(const struct fit *f, uint32_t page, int64_t next)
{
    for (unsigned i = 1; i < f->nalive; i++)
        if (recurrence_next(&f->alive[i], page) != next)
            return false;
    return true;
}

unsigned fit_predict(struct fit *f, const struct prefetch_query *query, uint32_t *out)
{
    search(f);
    if (f->nalive == 0)
        return 0;
    const struct recurrence *r = &f->alive[0];
    struct prefetch_query q = *query;
    q.max = depth_of(f->gain - f->doubt, query->max);
    if (f->at != query->page) {
        unsigned depth = trust_depth(f->restart, query->max);
        q.max = q.max < depth ? q.max : depth;
        f->restarted = true;
    }
    if (q.max == 0)
        return 0;
    struct naming n = naming_start(&q, out);
    unsigned left = r->m == 0 && r->b > 0 ? DISPUTED : UINT_MAX;
    uint32_t page = query->page;
    for (;;) {
        int64_t next = recurrence_next(r, page);
        if (left > DISPUTED && !rivals_agree(f, page, next))
            left = DISPUTED;
        if (left-- == 0 || next < 0 || next >= query->npages || !naming_offer(&n, (uint32_t)next))
            return n.count;
        page = (uint32_t)next;
    }
}

static void put(uint8_t *out, uint64_t value, unsigned bytes)
{
    for (unsigned i = 0; i < bytes; i++)
        out[i] = (uint8_t)(value >> (8 * i));
}

static uint64_t get(const uint8_t *in, unsigned bytes)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint64_t)in[i] << (8 * i);
    return value;
}

size_t fit_save(const struct fit *f, uint8_t *out, size_t size)
{
    if (f->nalive == 0 || f->gain < PROVEN || size < FIT_SAVED)
        return 0;
    const struct recurrence *r = &f->alive[0];
    put(out, r->a, 4);
    put(out + 4, r->b, 4);
    put(out + 8, r->m, 4);
    put(out + 12, (uint64_t)r->c, 8);
    put(out + 20, (uint64_t)f->gain, 4);
    put(out + 24, f->restart, 4);
    return FIT_SAVED;
}

/* A restart is trusted in a new run, whatever became of it in the last: it begins with one. */
bool fit_load(struct fit *f, const uint8_t *bytes, size_t n)
{
    if (n < FIT_SAVED)
        return false;
    struct recurrence r = { (uint32_t)get(bytes, 4), (uint32_t)get(bytes + 4, 4), (uint32_t)get(bytes + 8, 4),
                            (int64_t)get(bytes + 12, 8) };
    int64_t c_max = INT64_C(1) << 32;
    if (r.a > 64 || r.m > 65536 || r.b > 65536 || r.c > c_max || r.c < -c_max)
        return false;
    fit_init(f);
    f->alive[0] = r;
    f->nalive = 1;
    f->gain = PROVEN;
    return true;
}

static size_t state_size(uint32_t npages)
{
    (void)npages;
    return sizeof(struct fit);
}

static void init(void *state, uint32_t npages)
{
    (void)npages;
    fit_init(state);
}

static void on_access(void *state, uint32_t page, enum access_kind kind)
{
    fit_access(state, page, kind);
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    return fit_predict(state, query, out);
}

const struct prefetch_policy prefetch_fit = {
    .name = "fit",
    .help = "recognises a recurrence p' = a*p + (b*p mod m) + c from a few pages and follows it",
    .state_size = state_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
};
