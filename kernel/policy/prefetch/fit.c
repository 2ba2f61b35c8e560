/*
 * fit.c: recognises a recurrence p' = a*p + (b*p mod m) + c from a few pages and follows it.
 *
 * fit_search.c finds the hypotheses; this file keeps those that go on agreeing, decides how far to trust the
 * most plausible one, and what to do when a page comes that it did not lead to:
 *  - one of the few pages that follow: some between were resident and nobody saw their use. The walk goes on from there.
 *  - the successor of the page before: the walk goes on from there (the sequence was left and entered again).
 *  - anything else: noise, or the end. A hypothesis that has proved itself is kept for a while and is tried from wherever
 *    the next fault is, as long as that works (`restart`); one that has not is dropped, and raises what the next find has
 *    to show (`doubt`), so that patterns which merely look like a recurrence now and then cost little. The latest that had
 *    proved itself comes back, on trial, as soon as one page leads to the next by it.
 *
 * Depth follows the evidence: n bits more than the hypothesis costs to state allow 2^n pages, where the
 * hypotheses that are left disagree no more than two, and no more than two while steps grow and nothing has wrapped yet. And it follows
 * how far the walk lately went on before it began somewhere else (lengths.h): a walk through short blocks is not read beyond their ends.
 *
 * Holds about 300 bytes. Costs about 50 instructions an access and 70 a page named while a hypothesis holds, 150 an access
 * else; a search (at most one per fault, and while they are in vain at every second) is bounded in fit_search.c.
 */
#include "kernel/policy/prefetch/fit.h"

#include <limits.h>
#include <string.h>

#include "kernel/policy/prefetch/naming.h"
#include "kernel/policy/prefetch/trust.h"

#define PROVEN 48       /* quarter bits: from here on a miss does not end a hypothesis */
#define RESTART_TRUST 2 /* before a sequence was ever seen to begin anew: it has to be twice */
#define BETTER 16       /* quarter bits of a find that takes the place of a proven hypothesis */
#define DOUBT_STEP 8    /* quarter bits for a false find; a hit takes one back */
#define DOUBT_MAX 32
#define WALK 32        /* pages that may have been resident between two that were seen */
#define REVIVED 16     /* quarter bits for one that was proven before */
#define PATIENCE 2     /* misses before another hypothesis is looked for beside a proven one */
#define DISPUTED 2     /* pages beyond the point where rivals disagree, or without a wrap seen */
#define SEARCH_EAGER 4 /* searches in vain before every second fault is let pass */

void fit_note_run(struct fit *f)
{
    unsigned class = lengths_class(f->run);
    lengths_note(&f->lengths, class);
    f->next_class = class + 1 < LENGTHS_CLASSES ? lengths_begin(class + 1) : 0;
}

/* The walk begins somewhere, and so many pages of it have been seen. */
static void begin_run(struct fit *f, uint32_t pages)
{
    f->run = pages;
    fit_note_run(f);
}

void fit_init(struct fit *f)
{
    memset(f, 0, sizeof(*f));
    f->restart = RESTART_TRUST;
}

static void remember(struct fit *f, uint32_t page)
{
    f->ring[f->end++ % FIT_RING] = page;
    if (f->nwindow < FIT_WINDOW)
        f->nwindow++;
    f->last = page;
    f->looked = false;
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

static void move_to(struct fit *f, uint32_t page)
{
    f->at = page;
    f->next = recurrence_next(&f->alive[0], page);
}

static void confirm(struct fit *f, uint32_t page)
{
    move_to(f, page);
    f->misses = 0;
    if (f->gain < FIT_SURE)
        f->gain += 16;
    if (f->gain >= PROVEN) {
        f->failed = 0;
        f->known = f->alive[0];
        f->knows = true;
    }
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
    move_to(f, page);
    f->misses = 0;
    f->gain -= 8;
    fit_lengthen(f);
}

/* Another search came to nothing, or what it found did: the next ones have to wait. */
static void rest(struct fit *f)
{
    if (f->failed <= SEARCH_EAGER)
        f->failed++;
    f->skip = f->failed > SEARCH_EAGER;
}

static void miss(struct fit *f)
{
    f->misses++;
    if (f->gain >= PROVEN)
        return;
    f->nalive = 0;
    if (f->doubt < DOUBT_MAX)
        f->doubt += DOUBT_STEP;
    rest(f);
}

void fit_restart(struct fit *f, uint32_t page)
{
    f->nwindow = 0;
    f->restarted = false;
    remember(f, page);
}

/* Not the usual case: what does the page say of the hypotheses? */
static void judge(struct fit *f, uint32_t page)
{
    bool from_last = eliminate(f, f->last, page);
    if (f->restarted)
        (from_last ? trust_hit : trust_miss)(&f->restart);
    f->restarted = false;
    bool anew = from_last && f->at != f->last;
    if (from_last || eliminate(f, f->at, page)) {
        confirm(f, page);
        if (anew)
            begin_run(f, 2);
        else
            fit_lengthen(f);
    } else if (f->gain >= PROVEN && follows_soon(f, page)) {
        skip_to(f, page);
    } else {
        miss(f);
    }
}

/* The walk goes on that was known before, until too much came between. */
static void revive(struct fit *f, uint32_t page)
{
    f->alive[0] = f->known;
    f->nalive = 1;
    f->gain = REVIVED;
    f->misses = 0;
    move_to(f, page);
    begin_run(f, 2);
}

void fit_access(struct fit *f, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE || (f->nwindow > 0 && page == f->last))
        return;
    if (fit_follow(f, page))
        return;
    if (f->nalive == 1 && f->next == page && f->at == f->last && !f->restarted) {
        confirm(f, page);
        fit_lengthen(f);
    } else if (f->nalive > 0 && f->nwindow > 0) {
        judge(f, page);
    } else if (f->knows && f->nwindow > 0 && recurrence_next(&f->known, f->last) == page) {
        revive(f, page);
    }
    remember(f, page);
}

static bool search(struct fit *f)
{
    uint32_t pages[FIT_WINDOW];
    struct fit found = *f;
    for (unsigned i = 0; i < f->nwindow; i++)
        pages[i] = f->ring[(f->end - f->nwindow + i) % FIT_RING];
    if (!fit_search(&found, pages, f->nwindow))
        return false;
    if (f->nalive > 0 && found.gain - f->doubt < BETTER)
        return false;
    *f = found;
    f->misses = 0;
    move_to(f, f->last);
    begin_run(f, f->nwindow);
    return true;
}

/* Looks for a hypothesis if there is none that holds. A proven one stays unless something better turns up. */
void fit_look(struct fit *f)
{
    if (f->looked)
        return;
    f->looked = true;
    if (f->nalive > 0 && (f->gain < PROVEN || f->misses < PATIENCE))
        return;
    if (f->nwindow < 3 || f->skip > 0) {
        f->skip -= f->skip > 0;
    } else if (!search(f)) {
        /* What broke the sequence lies in the past: begin again with the latest pages. */
        f->nwindow = 3;
        rest(f);
    }
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

/* Pages that a run of so many is likely to go on for: half of the runs lately did. */
static unsigned likely(const struct fit *f, uint32_t run)
{
    if (f->lengths.reached[lengths_class(run)] < LENGTHS_EVIDENCE)
        return UINT_MAX;
    uint32_t until = lengths_until(&f->lengths, run, 1, 2);
    return until > run ? until - run : 0;
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
    fit_look(f);
    if (f->nalive == 0)
        return 0;
    const struct recurrence *r = &f->alive[0];
    struct prefetch_query q = *query;
    q.max = depth_of(f->gain - f->doubt, query->max);
    unsigned most = likely(f, f->at == query->page ? f->run : 2);
    q.max = q.max < most ? q.max : most;
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
    f->next = -1;
    f->restart = TRUST_FULL;
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

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    for (unsigned i = 0; i < n; i++)
        fit_access(state, pages[i], kind);
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
