#include "kernel/plan/learn_turn.h"

#include "kernel/plan/learn.h"
#include "kernel/mem.h"
#include "kernel/plan/plan.h"
#include "kernel/vm/vma.h"
#include "kernel/plan/walk.h"
#include "kernel/pager/windows.h"

#define NEAR 256     /* uses, within which a second use of a page is none */
#define BEGINNING 64 /* pages of the turn that are hidden again, so that it shows when they are used anew */
#define AGREE 6      /* of them so used: the next turn has begun */
#define TOO_MANY 4   /* uses for each page of the pool's and the plan's, without an end */
#define STEP 64      /* pages that are hidden in one go */

_Static_assert(STEP <= BATCH_MAX, "one call of windows_unmap");

/* Protected by pager_lock. */
static bool on, ending;
static struct walk turn;
static uint32_t most;             /* so many uses are too many */
static uint32_t beginning, again; /* extents that the turn began with, once there are BEGINNING pages; uses of them since */
static bool hidden;               /* they are hidden again */
static uint32_t newest;           /* the last use of a page that had not been used before */

bool learn_turn_is_on(void)
{
    return __atomic_load_n(&on, __ATOMIC_RELAXED) || __atomic_load_n(&ending, __ATOMIC_RELAXED);
}

/* Its pages are not shown any more, those that have frames. */
static void hide(struct region *r, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    windows_unmap(refs, walk_add_resident(refs, 0, r, first, n));
}

void learn_turn_stop(void)
{
    walk_clear(&turn);
    on = false;
}

/* The mappings of the plan, all of them or none. */
static bool note_regions(void)
{
    struct region *sources[PLAN_MAX_SOURCES];
    uint32_t n = plan_sources(sources);
    walk_clear(&turn);
    for (uint32_t i = 0; i < n; i++) {
        if (!walk_add(&turn, sources[i])) {
            learn_turn_stop();
            return false;
        }
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
    beginning = again = newest = 0;
    turn.near = MAX(MIN((uint32_t)NEAR, plan_pages() / 4), 2 * plan_width());
    most = TOO_MANY * (plan_pages() + llm_pool.nframes);
    learn_wants = true;
    for (uint32_t i = 0; i < turn.nregions; i++)
        for (uint32_t page = 0; i < turn.nregions && page < turn.regions[i].region->npages; page += STEP) {
            hide(turn.regions[i].region, page, STEP);
            spin_unlock(&pager_lock); /* others have their turn; the turn may be stopped meanwhile */
            spin_lock(&pager_lock);
        }
    spin_unlock(&pager_lock);
}

/* ---- what is used */

/* Is this one of the pages that the turn began with? */
static bool is_beginning(const struct region *r, uint32_t page)
{
    for (uint32_t i = 0; i < beginning; i++)
        if (turn.list[i].region == r && page - turn.list[i].first < MIN(turn.list[i].n, (uint32_t)BEGINNING))
            return true;
    return false;
}

static void hide_beginning(void)
{
    for (uint32_t i = 0; i < beginning; i++)
        hide(turn.list[i].region, turn.list[i].first, MIN(turn.list[i].n, (uint32_t)BEGINNING));
    hidden = true;
}

enum outcome { GOES_ON,
               IS_OVER,
               FITS,
               HAS_FAILED };

/* What fits the frames is worth no plan, and may be a loop within a turn. */
static bool is_long_enough(void)
{
    return turn.pages >= MAX(2 * BEGINNING, llm_pool.nframes / 4 * 3);
}

static enum outcome note_use(struct region *r, uint32_t page)
{
    enum walk_use use = walk_use(&turn, r, page);
    if (use != WALK_NEW && hidden && is_beginning(r, page))
        return ++again < AGREE ? GOES_ON : is_long_enough() ? IS_OVER
                                                            : FITS;
    if (use == WALK_NEW) {
        again -= again > 0;
        newest = turn.now;
    }
    if (turn.now > most || (use != WALK_IN_USE && !walk_list(&turn, r, page, turn.now)))
        return HAS_FAILED;
    if (beginning == 0 && turn.pages >= BEGINNING)
        beginning = turn.count;
    if (!hidden && beginning > 0 && (is_long_enough() || turn.now - newest > BEGINNING))
        hide_beginning();
    return GOES_ON;
}

/* ---- the end */

/* pager_lock held; it is let go in between. */
static void make_plan(const struct plan_extent *begin)
{
    struct plan_options options = { .cyclic = true, .learned = true, .anew = true, .width = plan_width() };
    struct plan_extent *made = kalloc(WALK_MOST_MADE * sizeof *made);
    size_t n = made ? walk_extents(&turn, 0, made, WALK_MOST_MADE) : 0;
    ending = true;
    learn_turn_stop();
    plan_start_learned(made, n, begin, &options); /* if it cannot be, the policies go on */
    ending = false;
    kfree(made);
}

void learn_turn_note(vaddr_t address)
{
    spin_lock(&pager_lock);
    struct vma *v = on ? vma_find(address) : NULL;
    if (v && walk_region(&turn, v->region)) {
        struct plan_extent at = { v->region, vma_page(v, address), 1 };
        enum outcome outcome = note_use(at.region, at.first);
        if (outcome == IS_OVER)
            make_plan(&at);
        else if (outcome == FITS)
            plan_give_up();
        else if (outcome == HAS_FAILED)
            learn_turn_stop(); /* the plan that is in force stays as it is */
    }
    spin_unlock(&pager_lock);
}
