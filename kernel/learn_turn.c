#include "kernel/learn_turn.h"

#include "kernel/learn.h"
#include "kernel/mem.h"
#include "kernel/page_wait.h"
#include "kernel/plan.h"
#include "kernel/sched.h"
#include "kernel/vma.h"

#define MOST_EXTENTS 2048
#define RECENT 4       /* extents that a page may go on with: streams side by side, threads in one matrix */
#define SIDE_BY_SIDE 8 /* uses in which each of several streams must come by once */
#define GAP 4          /* pages that each thread may leave to others, within an extent */
#define MOST_THREADS 8 /* that walk side by side */
#define NEAR 256       /* uses, within which a second use of a page is none */
#define BEGINNING 64   /* pages of the turn that are hidden again, so that it shows when they are used anew */
#define AGREE 6        /* of them so used: the next turn has begun */
#define TOO_MANY 4     /* uses for each page of the pool's and the plan's, without an end */
#define STEP 64        /* pages that are hidden in one go */
#define WORD_BITS 64

_Static_assert(STEP <= BATCH_MAX, "one call of region_unmap");

/* Protected by pager_lock. */
static bool on, ending;
static struct noted {
    struct region *region;
    uint64_t *used; /* a bit for each page */
} noted[PLAN_MAX_SOURCES];
static uint32_t nnoted;
static struct plan_extent list[MOST_EXTENTS]; /* what was used, in this order; with holes */
static uint32_t count, last_use[MOST_EXTENTS];
static uint32_t now, pages, most; /* uses, different pages; so many uses are too many */
static uint32_t beginning, again; /* extents that the turn began with, once there are BEGINNING pages; uses of them since */
static bool hidden;               /* they are hidden again */

bool learn_turn_is_on(void)
{
    return __atomic_load_n(&on, __ATOMIC_RELAXED) || __atomic_load_n(&ending, __ATOMIC_RELAXED);
}

/* Its pages are not shown any more, those that have frames. */
static void hide(struct region *r, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    uint32_t found = 0;
    for (uint32_t page = first; page < first + n; page++)
        if (r->pages[page].state == PAGE_RESIDENT)
            refs[found++] = (struct page_ref){ r, page };
    region_unmap(refs, found);
}

static struct noted *noted_of(const struct region *r)
{
    for (uint32_t i = 0; i < nnoted; i++)
        if (noted[i].region == r)
            return &noted[i];
    return NULL;
}

void learn_turn_stop(void)
{
    for (uint32_t i = 0; i < nnoted; i++) {
        noted[i].region->shows_late = false;
        kfree(noted[i].used);
    }
    nnoted = 0;
    on = false;
}

/* The mappings of the plan, all of them or none. */
static bool note_regions(void)
{
    struct region *sources[PLAN_MAX_SOURCES];
    uint32_t n = plan_sources(sources);
    for (uint32_t i = 0; i < n; i++) {
        uint64_t *used = kalloc(((size_t)sources[i]->npages + WORD_BITS - 1) / WORD_BITS * sizeof *used);
        if (!used) {
            learn_turn_stop();
            return false;
        }
        noted[nnoted++] = (struct noted){ sources[i], used };
        sources[i]->shows_late = true;
    }
    return n > 0;
}

void learn_turn_begin(void)
{
    spin_lock(&pager_lock);
    if (learn_turn_is_on() || !plan_is_on() || !note_regions()) {
        spin_unlock(&pager_lock);
        return;
    }
    on = true;
    hidden = false;
    count = now = pages = beginning = again = 0;
    most = TOO_MANY * (plan_pages() + llm_pool.nframes);
    learn_wants = true;
    for (uint32_t i = 0; i < nnoted; i++)
        for (uint32_t page = 0; i < nnoted && page < noted[i].region->npages; page += STEP) {
            hide(noted[i].region, page, MIN(noted[i].region->npages - page, (uint32_t)STEP));
            spin_unlock(&pager_lock); /* others have their turn; the turn may be stopped meanwhile */
            spin_lock(&pager_lock);
        }
    spin_unlock(&pager_lock);
}

/* ---- what is used */

/*
 * The page goes on with an extent that was used just now, in either direction, or begins a new one. Threads side by side leave out what
 * others have yet to use. False: there are too many extents.
 */
static bool note_page(struct region *r, uint32_t page)
{
    uint32_t gap = GAP * MIN(threads_live(), (uint32_t)MOST_THREADS);
    for (uint32_t i = 0; i < RECENT && i < count; i++) {
        struct plan_extent *e = &list[count - 1 - i];
        uint32_t end = e->first + e->n;
        if (e->region != r || page + gap < e->first || page >= end + gap || now - last_use[count - 1 - i] > SIDE_BY_SIDE)
            continue;
        last_use[count - 1 - i] = now;
        e->first = MIN(e->first, page);
        e->n = MAX(end, page + 1) - e->first;
        return true;
    }
    if (count == MOST_EXTENTS)
        return false;
    last_use[count] = now;
    list[count++] = (struct plan_extent){ r, page, 1 };
    return true;
}

/* Was a page that has been used before just used again? Then it went too early, for a thread that is behind the others. */
static bool is_near(const struct region *r, uint32_t page)
{
    for (uint32_t i = count; i-- > 0;)
        if (list[i].region == r && page - list[i].first < list[i].n)
            return now - last_use[i] <= MIN((uint32_t)NEAR, plan_pages() / 4);
    return false;
}

/* Is this one of the pages that the turn began with? */
static bool is_beginning(const struct region *r, uint32_t page)
{
    for (uint32_t i = 0; i < beginning; i++)
        if (list[i].region == r && page - list[i].first < MIN(list[i].n, (uint32_t)BEGINNING))
            return true;
    return false;
}

static void hide_beginning(void)
{
    for (uint32_t i = 0; i < beginning; i++)
        hide(list[i].region, list[i].first, MIN(list[i].n, (uint32_t)BEGINNING));
    hidden = true;
}

enum outcome { GOES_ON,
               IS_OVER,
               HAS_FAILED };

static enum outcome note_use(struct noted *n, uint32_t page)
{
    uint64_t bit = (uint64_t)1 << page % WORD_BITS, *word = &n->used[page / WORD_BITS];
    bool before = *word & bit;
    *word |= bit;
    now++;
    if (before && hidden && is_beginning(n->region, page))
        return ++again >= AGREE ? IS_OVER : GOES_ON;
    if (!before) {
        pages++;
        again -= again > 0;
    }
    bool counts = !before || !is_near(n->region, page);
    if (now > most || (counts && !note_page(n->region, page)))
        return HAS_FAILED;
    if (beginning == 0 && pages >= BEGINNING)
        beginning = count;
    /* A turn that fits the frames is worth no plan: until then it cannot be over. */
    if (!hidden && beginning > 0 && pages >= MAX(2 * BEGINNING, llm_pool.nframes / 4 * 3))
        hide_beginning();
    return GOES_ON;
}

/* ---- the end */

/* Was it used, though perhaps without a fault: when the turn began it was on its way. */
static bool was_used(const struct noted *n, uint32_t page)
{
    if (n->used[page / WORD_BITS] >> page % WORD_BITS & 1)
        return true;
    return n->region->pages[page].state == PAGE_RESIDENT && region_is_accessed(n->region, page);
}

/* The extents without their holes. Returns how many, or 0: too many. */
static size_t without_holes(struct plan_extent *out)
{
    size_t n = 0;
    for (uint32_t i = 0; i < count; i++) {
        const struct noted *of = noted_of(list[i].region);
        bool goes_on = false;
        for (uint32_t page = list[i].first; page < list[i].first + list[i].n; page++) {
            bool used = was_used(of, page);
            if (used && goes_on)
                out[n - 1].n++;
            else if (used && n == MOST_EXTENTS)
                return 0;
            else if (used)
                out[n++] = (struct plan_extent){ list[i].region, page, 1 };
            goes_on = used;
        }
    }
    return n;
}

/* pager_lock held; it is let go in between. */
static void make_plan(const struct plan_extent *begin)
{
    static const struct plan_options options = { .cyclic = true, .learned = true, .anew = true };
    struct plan_extent *made = kalloc(MOST_EXTENTS * sizeof *made);
    struct region *users[PLAN_MAX_SOURCES];
    size_t n = made ? without_holes(made) : 0;
    uint32_t nusers = nnoted;
    for (uint32_t i = 0; i < nusers; i++) {
        users[i] = noted[i].region;
        region_use_begin(users[i]);
    }
    ending = true;
    learn_turn_stop();
    spin_unlock(&pager_lock);
    if (n > 0)
        plan_start(made, n, begin, &options); /* if it cannot be, the policies go on */
    kfree(made);
    spin_lock(&pager_lock);
    ending = false;
    for (uint32_t i = 0; i < nusers; i++)
        region_use_end(users[i]);
}

void learn_turn_note(vaddr_t address)
{
    spin_lock(&pager_lock);
    struct vma *v = on ? vma_find(address) : NULL;
    struct noted *n = v ? noted_of(v->region) : NULL;
    if (n) {
        struct plan_extent at = { v->region, vma_page(v, address), 1 };
        enum outcome outcome = note_use(n, at.first);
        if (outcome == IS_OVER)
            make_plan(&at);
        else if (outcome == HAS_FAILED)
            learn_turn_stop(); /* the plan that is in force stays as it is */
    }
    spin_unlock(&pager_lock);
}
