#include "kernel/plan/learn.h"

#include "kernel/pager/harvest.h"
#include "kernel/plan/learn_show.h"
#include "kernel/plan/learn_turn.h"
#include "kernel/mem.h"
#include "kernel/pager/pager.h"
#include "kernel/plan/plan.h"
#include "kernel/thread/sched.h"
#include "kernel/plan/walk.h"

#define NEAR 8          /* uses for each thread, within which a second use of a page says nothing; a quarter of the frames at most */
#define LEFT_OUT 16     /* pages that a second pass may leave out in one place; who leaves out more is somewhere else */
#define GO_BACK 4       /* pages that it may go back */
#define LEAST_PAGES 128 /* of a turn; less is not worth a plan */
#define LEAST_MEAN 6    /* pages of an extent, on the whole: else there is no order, or it shows in such a part of a turn: */
#define AGREE_SHARE 8
#define AGREE 6           /* uses in the order of the first pass, one after the other: the second one has begun */
#define STRAYED 16        /* second passes that were none, beside one for each extent: pages that come twice in a turn */
#define LEAST_EXTENTS 128 /* with fewer uses than these for each, on the whole, a pass is no walk */
#define LEAST_USES 3
#define MOST_AIMLESS 16 /* passes that were none, since the last plan: as if there were no attempts left */
#define ATTEMPTS 4      /* plans that proved wrong, or passes without an end; */
#define UNPROVEN 2      /* ... a plan that never was right counts as so many */
#define REST 16         /* ... after so many pages mapped for each frame one more is made, the next time after twice as many */
#define LEAST_SEEN 16   /* pages of a pass, from which on it is seen what is used when */

/* Protected by pager_lock. While a plan is being made nothing is learnt, so that the pass can be read without. */
static struct walk pass;
static uint32_t attempts, aimless, rests, charged; /* charged: attempts that the turn which is noted has cost */
static uint64_t rest_until;                        /* pages mapped; 0: there are attempts left */
static bool following, ready, starting, turn_is_due, widening_is_due;
static struct walk_place at; /* of a second pass: where it is, */
static uint32_t began, turn; /* ... when the first one was where that began, and how long ago: in uses */
static uint32_t agreed;      /* uses in order so far */
static struct use {
    struct region *region;
    uint32_t page, when;
} pending[AGREE + 1]; /* ... that are not known to be in order */
static uint32_t npending;
static bool came_round;  /* it began where the one before did, which had gone through all of the turn */
static uint32_t strayed; /* second passes that were none, and ended where another could have begun */
static bool full;        /* the pass has too many extents */

#define MOST_GROUPS 64
static struct plan_extent groups[MOST_GROUPS]; /* found used since the last fault, which was on this page */
static uint32_t ngroups, fault_page;
static const struct region *fault_region;

bool learn_repeats, learn_wants;

static void start_anew(void)
{
    walk_clear(&pass);
    learn_show_all();
    strayed = ngroups = npending = 0;
    following = ready = full = came_round = false;
}

bool learn_is_active(const struct region *r)
{
    bool busy = starting || plan_is_on() || learn_turn_is_on() || (pager_repeats && !learn_repeats);
    return !busy && attempts < ATTEMPTS && r->pool == &llm_pool && r->backing;
}

/* ---- the second pass */

/* Pages of the first pass from one place to another, later one. */
static uint64_t pages_between(struct walk_place from, struct walk_place to)
{
    const struct plan_extent *first = &pass.list[from.extent], *last = &pass.list[to.extent];
    if (first == last)
        return to.page > from.page ? to.page - from.page : 0;
    uint64_t n = first->first + first->n - from.page + (to.page - last->first);
    for (uint32_t i = from.extent + 1; i < to.extent; i++)
        n += pass.list[i].n;
    return n;
}

static void list(struct region *r, uint32_t page, uint32_t when)
{
    full |= !walk_list(&pass, r, page, when);
}

/* It was no second pass: what was used goes on with the first one. */
static void list_pending(void)
{
    for (uint32_t i = 0; i < npending; i++)
        list(pending[i].region, pending[i].page, pending[i].when);
    npending = 0;
}

/* Perhaps the second pass begins here. */
static void join(const struct walk_place *place)
{
    list_pending();
    at = *place;
    began = walk_when(&pass, place);
    turn = pass.now - began;
    agreed = 0;
}

/*
 * Does the page come soon after where the second pass is, in whichever stream, or later on? If much is left out in between, the second
 * pass begins here.
 */
static bool goes_on(const struct region *r, uint32_t page)
{
    struct walk_place next;
    if (walk_find_soon(&pass, r, page, walk_when(&pass, &at), LEFT_OUT, &next)) {
        at = next;
        return true;
    }
    if (!walk_find(&pass, r, page, at.extent, &next))
        return false;
    if (next.extent == at.extent && page + GO_BACK < at.page && !walk_find(&pass, r, page, at.extent + 1, &next))
        return false;
    if (pages_between(at, next) > LEFT_OUT)
        join(&next);
    at = next;
    return true;
}

/*
 * What comes back is a turn: it begins where the second pass did. What came before that, a header say, is no part of it, unless it was used
 * again since; of a loop within the turn that is seen in part only, since what comes back is not hidden once more.
 */
static void note_agreement(void)
{
    if (++agreed % AGREE != 0)
        return;
    npending = 0; /* and is no part of the first */
    if (turn <= llm_pool.nframes)
        pass.again[at.extent] = pass.now;
    uint32_t extents = 0;
    for (uint32_t i = 0; i < pass.count; i++)
        extents += pass.last_use[i] >= began;
    /* Who walks behind another thread goes through what that one used just now. He goes on to something new, though. */
    bool is_turn = threads_live() == 1 || turn >= began || came_round;
    bool has_order = turn > (uint64_t)extents * LEAST_MEAN || agreed > turn / AGREE_SHARE;
    ready = is_turn && has_order && turn >= LEAST_PAGES && turn > llm_pool.nframes;
    learn_wants |= ready;
}

/* `seen`: the page had been hidden, else it faults because it is not here. */
static void note(struct region *r, uint32_t page, bool seen)
{
    if (ready)
        return; /* the plan is about to be made */
    if (!walk_region(&pass, r) && !(plan_may_have(r) && walk_add(&pass, r))) {
        attempts = ATTEMPTS;
        start_anew();
        return;
    }
    enum walk_use use = walk_use(&pass, r, page);
    bool agrees = following && use != WALK_NEW && goes_on(r, page);
    if (!agrees && use == WALK_IN_USE)
        return;
    if (!agrees) {
        struct walk_place place;
        uint32_t was = following && 2 * agreed >= turn ? began : 0;
        strayed += following && !seen && use == WALK_AGAIN;
        list_pending();
        following = use == WALK_AGAIN && walk_find(&pass, r, page, 0, &place);
        if (following)
            join(&place);
        came_round = following && was > 0 && began - was + LEFT_OUT <= 2 * LEFT_OUT;
    }
    if (following)
        pending[npending++] = (struct use){ r, page, pass.now };
    else
        list(r, page, pass.now);
    if (agrees)
        note_agreement();
    bool astray = strayed > STRAYED + pass.count || (pass.count >= LEAST_EXTENTS && pass.now < pass.count * LEAST_USES);
    attempts += full;
    aimless += astray;
    if (aimless == MOST_AIMLESS)
        attempts = ATTEMPTS;
    if (full || astray)
        start_anew(); /* the program goes its way in another order by now, or in none */
}

/* ---- what is used */

/* Neighbours among the pages found used, as one. */
static void note_group(const struct plan_extent *g)
{
    for (uint32_t i = 0; i < g->n; i++)
        note(g->region, g->first + i, false);
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

/*
 * The group that goes on from this page, be it with a hole; else the first one that does not lead to the page of this fault; else any.
 */
static struct plan_extent *next_group(const struct region *r, uint32_t from, const struct region *now_in, uint32_t page)
{
    struct plan_extent *nearest = NULL, *best = NULL, *last = NULL;
    for (struct plan_extent *g = groups; g < groups + ngroups; g++) {
        if (g->n == 0)
            continue;
        if (g->region == r && g->first - from < (nearest ? nearest->first - from : (uint32_t)BATCH_MAX))
            nearest = g;
        if (g->region == now_in && g->first + g->n == page)
            last = g;
        else if (!best)
            best = g;
    }
    return nearest ? nearest : best ? best
                                    : last;
}

/* A program that had no order, or changed it again and again, may have one by now. */
static void rest(void)
{
    if (attempts < ATTEMPTS)
        return;
    if (rest_until == 0)
        rest_until = llm_pool.order + ((uint64_t)REST * llm_pool.nframes << MIN(rests++, 32U));
    if (llm_pool.order < rest_until)
        return;
    rest_until = 0;
    attempts = ATTEMPTS - UNPROVEN;
    aimless = MOST_AIMLESS - 1;
    learn_show_more();
    start_anew();
}

/*
 * What was used since the last fault comes in the order in which it was read, not used, and what was still on its way when it was used
 * comes before. What goes on from the page of that fault was first, what leads to the page of this one was last; about the rest the
 * order of reading is as good a guess as any.
 */
static void note_fault(struct region *r, uint32_t page, bool seen)
{
    const struct region *in = fault_region;
    uint32_t from = fault_page + 1;
    if (!learn_is_active(r)) {
        rest();
        return;
    }
    pass.near = MIN((uint32_t)NEAR * threads_live(), llm_pool.nframes / 4);
    for (struct plan_extent *g; (g = next_group(in, from, r, page)) != NULL; g->n = 0) {
        note_group(g);
        in = g->region;
        from = g->first + g->n;
    }
    ngroups = 0;
    fault_region = r;
    fault_page = page;
    note(r, page, seen);
    learn_wants |= learn_hide_is_due(&pass);
    if (pass.pages >= LEAST_SEEN && walk_region(&pass, r)) /* not one that came when the plan was about to be made */
        learn_show_on(r, page);
}

void learn_fault(struct region *r, uint32_t page)
{
    note_fault(r, page, false);
}

void learn_shown(struct region *r, uint32_t page)
{
    if (!learn_is_active(r))
        return;
    struct plan_extent *last = ngroups ? &groups[ngroups - 1] : NULL;
    if (last && last->region == r && last->first + last->n - 1 == page)
        last->n--; /* this use has been told already */
    harvest_all(r->pool);
    note_fault(r, page, true);
}

void learn_forget(const struct region *r)
{
    ngroups = 0;
    if (r->shows_late)
        learn_turn_stop();
    if (walk_region(&pass, r))
        start_anew();
}

void learn_was_wrong(bool proven)
{
    attempts += proven ? 1 : UNPROVEN;
    learn_turn_stop();
    start_anew();
    learn_hide_soon();
}

void learn_gave_up(void)
{
    attempts -= MIN(attempts, charged);
    start_anew();
    learn_hide_soon();
}

void learn_was_right(void)
{
    attempts -= attempts > 0;
    learn_show_more();
}

void learn_has_plan(void)
{
    turn_is_due = widening_is_due = false; /* of another plan */
    start_anew();
}

bool learn_anew(bool proven)
{
    uint32_t more = proven ? 1 : UNPROVEN;
    if (attempts + more >= ATTEMPTS || learn_turn_is_on())
        return false;
    attempts += charged = more;
    turn_is_due = learn_wants = true;
    return true;
}

void learn_widen(void)
{
    widening_is_due = learn_wants = true;
}

/* What the first pass has shown is put in force. */
static void start(void)
{
    static const struct plan_options options = { .cyclic = true, .learned = true };
    spin_lock(&pager_lock);
    if (!ready || starting) {
        spin_unlock(&pager_lock);
        return;
    }
    starting = true;
    struct plan_extent *made = kalloc(WALK_MOST_MADE * sizeof *made), from = { pass.list[at.extent].region, at.page, 1 };
    size_t n = made ? walk_extents(&pass, began, made, WALK_MOST_MADE) : 0;
    start_anew();
    int error = plan_start_learned(made, n, &from, &options);
    starting = false;
    attempts = error ? ATTEMPTS : attempts;
    aimless = 0;
    spin_unlock(&pager_lock);
    kfree(made);
}

/* Others have their turn in between. */
static void hide(void)
{
    bool more;
    do {
        spin_lock(&pager_lock);
        more = learn_hide_some(&pass);
        spin_unlock(&pager_lock);
    } while (more);
}

void learn_look(vaddr_t address)
{
    if (learn_turn_is_on()) {
        learn_turn_note(address);
        return;
    }
    spin_lock(&pager_lock); /* what another hart wants from now on must not be forgotten */
    bool noted = learn_turn_is_on(), can_start = ready, due = turn_is_due, narrow = widening_is_due;
    turn_is_due = widening_is_due = false;
    learn_wants = noted;
    spin_unlock(&pager_lock);
    if (noted)
        return;
    if (can_start)
        start();
    else if (narrow)
        plan_widen();
    else if (due)
        learn_turn_begin();
    else
        hide();
}
