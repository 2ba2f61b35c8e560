#include "kernel/learn.h"

#include "kernel/learn_turn.h"
#include "kernel/page_wait.h"
#include "kernel/pager.h"
#include "kernel/plan.h"

#define MOST_EXTENTS 2048
#define RECENT 4       /* extents that a page may go on with: streams side by side, threads in one matrix */
#define SIDE_BY_SIDE 8 /* uses in which each of several streams must come by once */
#define GAP 4          /* pages that may have been left out, or not seen, within an extent */
#define LEAST_PAGES 64 /* of a pass; less is not worth a plan */
#define LEAST_MEAN 6   /* pages of an extent, on the whole: else there is no order, or none that is worth a plan */
#define AGREE 6        /* uses in the order of the first pass, one after the other: the second one has begun */
#define STRAYED 16     /* second passes that were none, beside one for each extent: pages that come twice in a turn */
#define ATTEMPTS 4     /* plans that proved wrong, or passes without an end */

/* Protected by pager_lock. While a plan is being made nothing is learnt, so that the list can be read without. */
static struct plan_extent list[MOST_EXTENTS];
static uint32_t count, attempts;
static uint32_t last_use[MOST_EXTENTS], now; /* in uses */
static bool following, ready, starting, turn_is_due;
static uint32_t at, at_page, agreed; /* of a second pass: extent and page where it is, uses in order so far */
static uint32_t strayed;             /* second passes that were none */

#define MOST_GROUPS 64
static struct plan_extent groups[MOST_GROUPS]; /* found used since the last fault, which was on this page */
static uint32_t ngroups, fault_page;
static const struct region *fault_region;

bool learn_repeats, learn_wants;

static void start_anew(void)
{
    count = strayed = ngroups = 0;
    following = ready = learn_wants = false;
}

static bool has(const struct plan_extent *e, const struct region *r, uint32_t page)
{
    return e->region == r && page - e->first < e->n;
}

/* Does the page come later in the pass than where the second pass is? */
static bool goes_on(const struct region *r, uint32_t page)
{
    for (uint32_t i = at; i < count; i++) {
        if (!has(&list[i], r, page) || (i == at && page + RECENT < at_page))
            continue;
        at = i;
        at_page = page;
        return true;
    }
    return false;
}

static bool extend(const struct region *r, uint32_t page)
{
    for (uint32_t i = 0; i < RECENT && i < count; i++) {
        struct plan_extent *e = &list[count - 1 - i];
        bool goes_on_there = page >= e->first && page < e->first + e->n + GAP && page + GAP >= e->first + e->n;
        if (e->region != r || !goes_on_there || now - last_use[count - 1 - i] > SIDE_BY_SIDE)
            continue;
        last_use[count - 1 - i] = now;
        e->n = MAX(e->n, page - e->first + 1);
        return true;
    }
    return false;
}

/* A page that was used before: perhaps the second pass begins here. */
static bool begins_again(const struct region *r, uint32_t page)
{
    for (uint32_t i = 0; i < count; i++) {
        if (!has(&list[i], r, page))
            continue;
        following = true;
        at = i;
        at_page = page;
        agreed = 0;
        return true;
    }
    return false;
}

/*
 * The turn is all that was seen: where it begins does not show, since pages that the frames still hold are used without a fault. What came
 * before the first turn, a header say, is planned in vain.
 */
static void note_agreement(void)
{
    uint64_t turn = 0;
    if (++agreed < AGREE)
        return;
    for (uint32_t i = 0; i < count; i++)
        turn += list[i].n;
    ready = learn_wants = turn >= LEAST_PAGES && turn > (uint64_t)count * LEAST_MEAN && turn > llm_pool.nframes;
}

bool learn_is_active(const struct region *r)
{
    bool busy = starting || plan_is_on() || learn_turn_is_on() || (pager_repeats && !learn_repeats);
    return !busy && attempts < ATTEMPTS && r->pool == &llm_pool && r->backing;
}

static void note(struct region *r, uint32_t page)
{
    now++;
    if (following && goes_on(r, page)) {
        note_agreement();
        return;
    }
    strayed += following;
    following = ready = learn_wants = false;
    if (strayed > STRAYED + count)
        start_anew(); /* the program goes its way in another order by now */
    if (extend(r, page) || begins_again(r, page))
        return;
    if (count == MOST_EXTENTS) {
        attempts++;
        start_anew();
    }
    last_use[count] = now;
    list[count++] = (struct plan_extent){ r, page, 1 };
}

/* Neighbours among the pages found used, as one. */
static void note_group(const struct plan_extent *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        note(g->region, g->first + i);
}

void learn_touched(struct region *r, const uint32_t *pages, uint32_t n)
{
    if (!learn_is_active(r))
        return;
    for (uint32_t i = 0; i < n; i++) {
        struct plan_extent *g = ngroups ? &groups[ngroups - 1] : NULL;
        if (g && g->region == r && g->first + g->n == pages[i])
            g->n++;
        else if (ngroups < MOST_GROUPS)
            groups[ngroups++] = (struct plan_extent){ r, pages[i], 1 };
    }
}

/* The group that goes on from this page; else the first one that does not lead to the page of this fault; else any. */
static struct plan_extent *next_group(const struct region *r, uint32_t from, const struct region *now_in, uint32_t page)
{
    struct plan_extent *best = NULL, *last = NULL;
    for (struct plan_extent *g = groups; g < groups + ngroups; g++) {
        if (g->n == 0)
            continue;
        if (g->region == r && g->first == from)
            return g;
        if (g->region == now_in && g->first + g->n == page)
            last = g;
        else if (!best)
            best = g;
    }
    return best ? best : last;
}

/*
 * What was used since the last fault comes in the order in which it was read, not used, and what was still on its way when it was used
 * comes before. What goes on from the page of that fault was first, what leads to the page of this one was last; about the rest the
 * order of reading is as good a guess as any.
 */
void learn_fault(struct region *r, uint32_t page)
{
    const struct region *in = fault_region;
    uint32_t from = fault_page + 1;
    if (!learn_is_active(r))
        return;
    for (struct plan_extent *g; (g = next_group(in, from, r, page)) != NULL; g->n = 0) {
        note_group(g);
        in = g->region;
        from = g->first + g->n;
    }
    ngroups = 0;
    fault_region = r;
    fault_page = page;
    note(r, page);
}

void learn_forget(const struct region *r)
{
    ngroups = 0;
    if (r->shows_late)
        learn_turn_stop();
    for (uint32_t i = 0; i < count; i++)
        if (list[i].region == r) {
            start_anew();
            return;
        }
}

void learn_was_wrong(void)
{
    attempts++;
    learn_turn_stop();
    start_anew();
}

void learn_anew(void)
{
    if (attempts + 1 >= ATTEMPTS || learn_turn_is_on())
        return;
    attempts++;
    turn_is_due = learn_wants = true;
}

/* What the first pass has shown is put in force; a turn under that plan will show the rest. */
static void start(void)
{
    static const struct plan_options options = { .cyclic = true, .learned = true };
    spin_lock(&pager_lock);
    if (!ready || starting) {
        spin_unlock(&pager_lock);
        return;
    }
    starting = true;
    uint32_t n = count; /* somebody may unmap one of them meanwhile, and all be forgotten */
    for (uint32_t i = 0; i < n; i++) {
        region_use_begin(list[i].region);
        list[i].n = MIN(list[i].n, list[i].region->npages - list[i].first);
    }
    struct plan_extent from = { list[at].region, at_page, 1 };
    spin_unlock(&pager_lock);
    int error = plan_start(list, n, &from, &options);
    spin_lock(&pager_lock);
    for (uint32_t i = 0; i < n; i++)
        region_use_end(list[i].region);
    starting = false;
    attempts = error ? ATTEMPTS : attempts;
    start_anew();
    spin_unlock(&pager_lock);
    if (!error)
        learn_turn_begin();
}

void learn_look(vaddr_t address)
{
    if (learn_turn_is_on()) {
        learn_turn_note(address);
    } else if (ready) {
        start();
    } else {
        bool due = turn_is_due;
        turn_is_due = learn_wants = false;
        if (due)
            learn_turn_begin();
    }
}
