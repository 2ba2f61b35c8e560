/*
 * auto.c: keeps what has proved to come back soonest, lets the rest stream by, and turns to new pages when the kept ones are dead.
 *
 * Pages live in two queues. `kept` holds most of the pool and is not touched by passing pages; `passing` is a
 * short first-in first-out queue that new pages go through and victims come from. So a scan of any length costs the kept pages
 * nothing, and a loop larger than the pool hits whatever part of it is kept.
 *
 * A page that comes back after its eviction has shown how long it takes to: the pages that came in meanwhile (a ghost
 * remembers when it came). It takes the place of a kept page just if that has gone unused for longer (the comparison that LIRS
 * makes: Jiang and Zhang, SIGMETRICS 2002). A hand goes round the kept pages, a few looks at a time, clears A bits
 * and notes when; if the pages under the hand were used since, or haven't had as long as the newcomer needed, nothing changes.
 * On a loop both take the same time, so kept pages stay; a hot page beats any that has cooled. The comparison needs A bits, so it
 * waits for the next pick.
 *
 * When a working set is replaced by another, all this is slow: each new page has to be read twice before it is kept. The sign is
 * that pages come back which a pool of this size would have held in the order of use alone, while the hand finds most kept pages
 * unused (`alive`). Then `target` gives frames of kept pages to passing ones, which are no longer evicted at the first turn: a page that
 * is used again on its way through the queue is kept without ever having left (as in CLOCK-Pro: Jiang, Chen and Zhang, USENIX 2005). When
 * kept pages are used, or those that come back took longer than a turn of the pool, the frames go back one by one; and so they do with
 * every FADE pages that come in, or a queue that was widened by chance would keep few pages, find few of them used, and stay.
 *
 * Holds 41 to 65 bytes a slot (more than half of it ghosts: a table of twice the pool or, since it is a power of two, more, in which
 * later ones overwrite earlier ones). Costs 25 instructions for a new page, 25 for a victim, up to LOOKS looks at A bits for a page that
 * came back, and while passing pages have many frames two looks for a victim.
 */
#include "kernel/policy/evict.h"
#include "kernel/policy/evict/list.h"

#include <string.h>

#define PASSING_SHARE 128 /* one in so many frames is for passing pages, */
#define PASSING_LEAST 2   /* but at least so many, and what a batch takes at once */
#define BATCH_PICKS 64    /* picks after which a large batch is forgotten */
#define LOOKS 8           /* at kept pages, for one page that came back */
#define CHANCES 32        /* reprieves for one victim */
#define ALIVE_MAX 65536u
#define ALIVE_LOOKS 32                 /* over which it is averaged */
#define ALIVE_FEW (ALIVE_MAX / 2)      /* fewer: kept pages give way, */
#define ALIVE_MANY (ALIVE_MAX / 4 * 3) /* more: they take frames back */
#define WIDEN 4                        /* frames for passing pages, for one page that came back while few kept ones are alive */
#define NARROW 1
#define FADE 8
#define DEMOTIONS 2           /* kept pages that a pick gives up when there are too many */
#define SECOND_TURN 16        /* one in so many frames for passing pages, from which on those go round twice */
#define SPARE_UNIT 1024       /* the frames for pages read ahead are counted in parts of one: */
#define SPARE_LEAST 32        /* so many stay, or in a small pool */
#define SPARE_SHARE 4         /* one in so many of its frames; */
#define SPARE_LESS 16         /* a page that comes back soon takes this share away, */
#define SPARE_MORE 1          /* any other gives these parts of each frame back */
#define SPARE_LESS_STILL 64   /* what one takes away that only they have pushed out, */
#define SPARE_SHARE_FEWEST 64 /* ... as long as there is one in so many frames, */
#define SPARE_FEWEST 2        /* ... and so many */

struct ghost {
    uint32_t tag;  /* of the page */
    uint32_t came; /* when it had come in; 0: nobody */
    uint32_t left; /* when it was evicted */
};

struct keeper {
    uint32_t nslots;
    uint32_t kept, passing, returned; /* heads of the lists; the hand is at the front of kept */
    uint32_t nkept, npassing, nreturned;
    uint32_t lent;                 /* slots that are others' at the last pick */
    uint32_t now;                  /* pages that came in so far: the clock of this policy */
    uint32_t picks, batch, recent; /* most victims asked for at once, lately and since picks was 0 */
    uint32_t mask;                 /* ghosts - 1 */
    uint32_t alive;                /* share of kept pages that the hand lately found used, of ALIVE_MAX */
    uint64_t spare;                /* frames for pages read ahead, in parts */
    uint32_t target;               /* frames for passing pages, beside the least */
    struct ghost *ghosts;
    uint32_t *tags;   /* by slot */
    uint32_t *stamps; /* by slot: when it came, or when its A bit was cleared; returned: how long it took */
    uint8_t *lists;   /* by slot: enum list, and LOOKED */
    struct slot_link links[];
};

enum list { KEPT,
            PASSING,
            RETURNED };
#define LOOKED 4 /* passing: it reached the end once, and its A bit was cleared then */
#define LIST_OF(entry) ((entry)&3)

static uint32_t ghost_count(uint32_t nslots)
{
    uint32_t n = 16;
    while (n < 2 * (uint64_t)nslots && n < UINT32_MAX / 2)
        n *= 2;
    return n;
}

static size_t auto_state_size(uint32_t nslots)
{
    return sizeof(struct keeper) + ((size_t)nslots + 3) * sizeof(struct slot_link) +
           ghost_count(nslots) * sizeof(struct ghost) + (2 * sizeof(uint32_t) + 1) * (size_t)nslots;
}

static void auto_init(void *state, uint32_t nslots)
{
    struct keeper *k = state;
    memset(k, 0, auto_state_size(nslots));
    k->nslots = nslots;
    k->spare = (uint64_t)nslots * SPARE_UNIT;
    k->kept = nslots + KEPT;
    k->passing = nslots + PASSING;
    k->returned = nslots + RETURNED;
    k->mask = ghost_count(nslots) - 1;
    k->ghosts = (struct ghost *)(k->links + nslots + 3);
    k->tags = (uint32_t *)(k->ghosts + k->mask + 1);
    k->stamps = k->tags + nslots;
    k->lists = (uint8_t *)(k->stamps + nslots);
    list_init(k->links, nslots, 3);
}

/*
 * Pages of one mapping that lie within the size of the table never meet in it, and whether two others do doesn't depend on the mapping's
 * number: so that a run counts the same whatever else is mapped.
 */
static uint32_t tag_of(uint64_t page)
{
    return (uint32_t)page + (uint32_t)(page >> 32) * 0x9E3779B1u;
}

static struct ghost *ghost_of(const struct keeper *k, uint32_t tag)
{
    return &k->ghosts[tag & k->mask];
}

static void put(struct keeper *k, enum list list, uint32_t slot)
{
    k->lists[slot] = (uint8_t)list;
    k->nkept += list == KEPT;
    k->npassing += list == PASSING;
    k->nreturned += list == RETURNED;
    list_append(k->links, k->nslots + list, slot);
}

static void take(struct keeper *k, uint32_t slot)
{
    k->nkept -= LIST_OF(k->lists[slot]) == KEPT;
    k->npassing -= LIST_OF(k->lists[slot]) == PASSING;
    k->nreturned -= LIST_OF(k->lists[slot]) == RETURNED;
    list_remove(k->links, slot);
}

static uint32_t auto_spare(const void *state)
{
    const struct keeper *k = state;
    return (uint32_t)(k->spare / SPARE_UNIT);
}

/*
 * Pages that fault again within a turn of the pool were pushed out by others; those read ahead have to do with fewer frames then, down to
 * `least`. Where so few pages have come since they left as those read ahead may have frames, they would be there without these, and it
 * goes on down to `fewest`, more slowly. One that was read again before anybody missed it is no loss.
 */
static void note_fault(struct keeper *k, const struct ghost *back)
{
    uint64_t all = (uint64_t)k->nslots * SPARE_UNIT, more = k->spare + (uint64_t)k->nslots * SPARE_MORE;
    uint32_t least = k->nslots / SPARE_SHARE < SPARE_LEAST ? k->nslots / SPARE_SHARE : SPARE_LEAST;
    uint32_t fewest = k->nslots / SPARE_SHARE_FEWEST > SPARE_FEWEST ? k->nslots / SPARE_SHARE_FEWEST : SPARE_FEWEST;
    uint32_t spare = auto_spare(k);
    if (!back || k->now - back->came > k->nslots)
        k->spare = more < all ? more : all;
    else if (spare >= least)
        k->spare -= k->spare / SPARE_LESS;
    else if (spare >= fewest && k->now - back->left <= spare)
        k->spare -= k->spare / SPARE_LESS_STILL;
}

static void widen(struct keeper *k, uint32_t by)
{
    k->target = k->target + by < k->nslots ? k->target + by : k->nslots;
}

static void narrow(struct keeper *k, uint32_t by)
{
    k->target = k->target > by ? k->target - by : 0;
}

static void insert_one(struct keeper *k, uint32_t slot, uint64_t page, bool ahead)
{
    uint32_t tag = tag_of(page);
    struct ghost *g = ghost_of(k, tag);
    k->now++;
    k->tags[slot] = tag;
    bool back = g->came != 0 && g->tag == tag;
    if (!ahead || !back)
        note_fault(k, back ? g : NULL);
    if (k->now % FADE == 0)
        narrow(k, NARROW);
    if (back) {
        k->stamps[slot] = k->now - g->came;
        g->came = 0;
        put(k, RETURNED, slot);
    } else {
        k->stamps[slot] = k->now;
        put(k, PASSING, slot);
    }
}

static void auto_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct keeper *k = state;
    for (unsigned i = 0; i < n; i++)
        insert_one(k, pages[i].slot, pages[i].page, pages[i].ahead);
}

/* A kept page has been used. */
static void renew(struct keeper *k, uint32_t slot)
{
    take(k, slot);
    k->stamps[slot] = k->now;
    put(k, KEPT, slot);
}

static void auto_remove(void *state, uint32_t slot)
{
    take(state, slot);
}

/* Slots that kept pages may have: all but what is lent, and what passing pages need. */
static uint32_t room(const struct keeper *k)
{
    uint32_t passing = k->nslots / PASSING_SHARE, ours = k->nslots - k->lent;
    if (passing < PASSING_LEAST)
        passing = PASSING_LEAST;
    passing += k->target;
    if (passing < k->batch)
        passing = k->batch;
    return passing < ours ? ours - passing : 0;
}

/* A kept page that has gone unused for longer than `took`, and may go; or nslots. The hand passes LOOKS used ones. */
static uint32_t cooled(struct keeper *k, uint32_t took, const struct evict_view *view)
{
    for (unsigned looks = 0; looks < LOOKS; looks++) {
        uint32_t hand = k->links[k->kept].next;
        if (hand == k->kept || k->now - k->stamps[hand] <= took)
            return k->nslots;
        bool used = view->test_and_clear_accessed(view->context, hand);
        k->alive += (used ? ALIVE_MAX / ALIVE_LOOKS : 0) - k->alive / ALIVE_LOOKS;
        if (!used)
            return hand;
        renew(k, hand);
    }
    return k->nslots;
}

/* A kept page becomes a passing one, the next to go. */
static void demote(struct keeper *k, uint32_t slot)
{
    take(k, slot);
    put(k, PASSING, slot);
    k->lists[slot] |= LOOKED;
    list_remove(k->links, slot);
    list_insert_after(k->links, k->passing, slot);
}

/* A page that came back takes the place of one that has cooled for longer than it took; else it passes. */
static void settle_returned(struct keeper *k, uint32_t slot, const struct evict_view *view)
{
    uint32_t took = k->stamps[slot];
    take(k, slot);
    k->stamps[slot] = k->now;
    if (k->nkept < room(k)) {
        put(k, KEPT, slot);
        return;
    }
    uint32_t loser = cooled(k, took, view);
    if (took > k->nslots || k->alive > ALIVE_MANY)
        narrow(k, NARROW);
    else if (loser != k->nslots && k->alive < ALIVE_FEW)
        widen(k, WIDEN);
    if (loser == k->nslots) {
        put(k, PASSING, slot);
        return;
    }
    put(k, KEPT, slot);
    demote(k, loser);
}

/*
 * What passes, victims included: pages read ahead do before anybody tells of them; a pick sees them as slots that are on no list and not
 * lent. What is lent comes back all at once when a plan ends, and would else be taken for a large batch for as long as that is remembered.
 */
static void note_batch(struct keeper *k, uint32_t victims, uint32_t lent)
{
    uint32_t n = k->nslots - k->nkept - k->npassing - k->nreturned - lent + victims;
    k->lent = lent;
    k->recent = k->recent > n ? k->recent : n;
    k->batch = k->batch > n ? k->batch : n;
    if (++k->picks == BATCH_PICKS) {
        k->batch = k->recent;
        k->picks = k->recent = 0;
    }
}

/* All that pass are held by the instructions that asked for them. With so many frames more beside them, kept pages could stay. */
static void note_held(struct keeper *k, uint32_t missing)
{
    uint32_t n = k->nslots - k->lent - k->nkept + missing;
    k->batch = k->batch > n ? k->batch : n;
}

/*
 * The oldest passing page may go. With few frames for such pages it does; with many its first turn clears the A bit, and in the second
 * one it goes or, if it was used, is kept as one that came back at once. True: it goes.
 */
static bool may_pass(struct keeper *k, uint32_t slot, const struct evict_view *view)
{
    if (k->target < k->nslots / SECOND_TURN)
        return true;
    bool used = view->test_and_clear_accessed(view->context, slot);
    if (!(k->lists[slot] & LOOKED)) {
        take(k, slot);
        put(k, PASSING, slot);
        k->lists[slot] |= LOOKED;
        return false;
    }
    if (used) {
        k->stamps[slot] = k->now - k->stamps[slot];
        settle_returned(k, slot, view);
    }
    return !used;
}

static uint32_t passing_victim(struct keeper *k, const struct evict_view *view)
{
    unsigned chances = CHANCES;
    for (uint32_t slot = k->links[k->passing].next, next; slot != k->passing; slot = next) {
        uint32_t before = k->links[slot].prev;
        if (!evict_may_take(view, slot))
            next = k->links[slot].next;
        else if (chances-- == 0 || may_pass(k, slot, view))
            return slot;
        else
            next = k->links[before].next;
    }
    return k->nslots;
}

/* The kept page under the hand, if it wasn't used since the hand came by. */
static uint32_t kept_victim(struct keeper *k, const struct evict_view *view)
{
    unsigned chances = CHANCES;
    for (uint32_t slot = k->links[k->kept].next; slot != k->kept;) {
        uint32_t next = k->links[slot].next;
        if (evict_may_take(view, slot)) {
            if (chances-- == 0 || !view->test_and_clear_accessed(view->context, slot))
                return slot;
            renew(k, slot);
            if (next == k->kept)
                next = slot;
        }
        slot = next;
    }
    return k->nslots;
}

/* Moves pages between the queues until each has the frames that it should have, or nearly. */
static void balance(struct keeper *k, unsigned n, const struct evict_view *view)
{
    while (!list_empty(k->links, k->returned))
        settle_returned(k, k->links[k->returned].next, view);
    for (unsigned i = 0; i < DEMOTIONS && k->nkept > room(k); i++) {
        uint32_t loser = cooled(k, 0, view);
        if (loser != k->nslots)
            demote(k, loser);
    }
    while (k->nkept < room(k) && k->npassing > n) {
        uint32_t oldest = k->links[k->passing].next;
        take(k, oldest);
        put(k, KEPT, oldest);
    }
}

static unsigned auto_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct keeper *k = state;
    unsigned taken = 0;
    note_batch(k, n, view->lent);
    balance(k, n, view);
    while (taken < n) {
        uint32_t slot = passing_victim(k, view);
        if (slot == k->nslots) {
            if (!list_empty(k->links, k->passing))
                note_held(k, n - taken);
            slot = kept_victim(k, view);
        }
        if (slot == k->nslots)
            break;
        take(k, slot);
        *ghost_of(k, k->tags[slot]) = (struct ghost){ k->tags[slot], k->stamps[slot], k->now };
        out[taken++] = slot;
    }
    return taken;
}

const struct evict_policy evict_auto = {
    .name = "auto",
    .help = "keeps the pages that come back soonest, lets scans stream by, follows working sets",
    .state_size = auto_state_size,
    .init = auto_init,
    .on_insert = auto_insert,
    .on_remove = auto_remove,
    .spare = auto_spare,
    .pick_victims = auto_pick,
};
