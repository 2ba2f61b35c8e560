#include "kernel/plan/walk.h"

#include "kernel/mem.h"
#include "kernel/thread/sched.h"

#define RECENT 4       /* extents, the last ones, that a page may go on with: streams side by side, threads in one matrix */
#define SIDE_BY_SIDE 8 /* uses in which each of several streams must come by once */
#define GAP 4          /* pages that each thread may leave to others, or leave out, within an extent */
#define ALONE 8        /* ... or one thread that is alone: it may come by that far apart, and by the others later on */
#define MOST_THREADS 8 /* that walk side by side */
#define GROWN 4        /* pages of an extent from which on it is more than noise */
#define PART 8         /* pages of an extent that grows down; */
#define STEP_DOWN 4    /* ... it is made of so many at a time, since a plan goes up through each */
#define MIXED_SHARE 4  /* one use in so many that goes on with one of several streams: their extents have no order, slices of them have */
#define LEAST_SLICE 4  /* pages of a slice; */
#define SLICES 8       /* ... or so long that the ring has so many */

#define TWICE 0x80000000U /* of `listed`: not for the first time */

/* When the page was listed last, in uses; 0: never. */
static uint32_t when_listed(const struct walk_region *of, uint32_t page)
{
    return of->listed[page] & ~TWICE;
}

void walk_clear(struct walk *w)
{
    for (uint32_t i = 0; i < w->nregions; i++) {
        w->regions[i].region->shows_late = false;
        kfree(w->regions[i].listed);
    }
    w->count = w->now = w->pages = w->mixed = w->nregions = 0;
}

const struct walk_region *walk_region(const struct walk *w, const struct region *r)
{
    for (const struct walk_region *of = w->regions; of < w->regions + w->nregions; of++)
        if (of->region == r)
            return of;
    return NULL;
}

bool walk_add(struct walk *w, struct region *r)
{
    if (walk_region(w, r))
        return true;
    uint32_t *listed = w->nregions < PLAN_MAX_SOURCES ? kalloc(r->npages * sizeof *listed) : NULL;
    if (listed)
        w->regions[w->nregions++] = (struct walk_region){ r, listed };
    return listed != NULL;
}

/* ---- what is used */

bool walk_grows(const struct walk *w, uint32_t extent)
{
    return extent + RECENT >= w->count && w->now - w->last_use[extent] <= SIDE_BY_SIDE;
}

/*
 * anew: for the first time. What one thread has left out of an extent, and uses when that is far ahead, belongs to another round: it goes
 * through every second page, say, and then through the others.
 */
static bool list_page(struct walk *w, struct region *r, uint32_t page, uint32_t when, bool anew)
{
    uint32_t threads = MIN(threads_live(), (uint32_t)MOST_THREADS), gap = threads == 1 ? ALONE : GAP * threads;
    anew &= threads == 1;
    bool others = false; /* later extents that grow as well */
    for (uint32_t i = 0; i < RECENT && i < w->count; i++) {
        struct plan_extent *e = &w->list[w->count - 1 - i];
        uint32_t end = e->first + e->n;
        bool grows = walk_grows(w, w->count - 1 - i), was = others;
        others |= grows && e->n >= GROWN;
        if (e->region != r || page + gap < e->first || page >= end + gap || !grows)
            continue;
        if ((page < e->first && e->n >= PART) || (anew && page >= e->first && page + PART < end))
            continue;
        w->mixed += was;
        w->last_use[w->count - 1 - i] = when;
        e->first = MIN(e->first, page);
        e->n = MAX(end, page + 1) - e->first;
        return true;
    }
    if (w->count == WALK_MOST)
        return false;
    w->began[w->count] = w->last_use[w->count] = when;
    w->again[w->count] = 0;
    w->list[w->count++] = (struct plan_extent){ r, page, 1 };
    return true;
}

bool walk_list(struct walk *w, struct region *r, uint32_t page, uint32_t when)
{
    uint32_t *listed = &walk_region(w, r)->listed[page];
    if (!list_page(w, r, page, when, *listed == 0))
        return false;
    w->pages += *listed == 0;
    *listed = when | (*listed ? TWICE : 0);
    return true;
}

enum walk_use walk_use(struct walk *w, const struct region *r, uint32_t page)
{
    uint32_t listed = when_listed(walk_region(w, r), page);
    w->now++;
    if (listed == 0)
        return WALK_NEW;
    return w->now - listed <= w->near ? WALK_IN_USE : WALK_AGAIN;
}

bool walk_find(const struct walk *w, const struct region *r, uint32_t page, uint32_t extent, struct walk_place *out)
{
    for (uint32_t i = extent; i < w->count; i++)
        if (w->list[i].region == r && page - w->list[i].first < w->list[i].n) {
            *out = (struct walk_place){ i, page };
            return true;
        }
    return false;
}

/* Was that while this extent grew? */
static bool is_within(const struct walk *w, uint32_t extent, uint32_t listed)
{
    return listed >= w->began[extent] && listed <= w->last_use[extent];
}

/* A page that was listed elsewhere since, the end of one extent and the beginning of another say, has its extent's time. */
uint32_t walk_when(const struct walk *w, const struct walk_place *place)
{
    const struct plan_extent *e = &w->list[place->extent];
    uint32_t listed = when_listed(walk_region(w, e->region), place->page);
    if (is_within(w, place->extent, listed))
        return listed;
    return MIN(w->began[place->extent] + (place->page - e->first), w->last_use[place->extent]);
}

bool walk_find_soon(const struct walk *w, const struct region *r, uint32_t page, uint32_t behind, uint32_t most, struct walk_place *out)
{
    uint32_t listed = when_listed(walk_region(w, r), page);
    if (listed - behind - 1 >= most)
        return false;
    for (uint32_t i = 0; walk_find(w, r, page, i, out); i = out->extent + 1)
        if (is_within(w, out->extent, listed))
            return true;
    return false;
}

/* ---- what it makes */

/*
 * Is the page one of extent i since then? If it was listed elsewhere since then, and not for the first time, it comes twice; or it was a
 * hole here, which nobody knows any more.
 */
static bool is_listed(const struct walk *w, uint32_t i, const struct walk_region *of, uint32_t page, uint32_t since)
{
    uint32_t listed = when_listed(of, page);
    bool later = w->began[i] >= since && (of->listed[page] & TWICE);
    return listed > 0 && listed >= since && listed >= w->began[i] && (listed <= w->last_use[i] || later);
}

/* The pages [first, end) of extent i come behind out[n], without the holes. Returns how many there are then; most + 1: too many. */
static size_t add_extents(const struct walk *w, uint32_t i, uint32_t first, uint32_t end, uint32_t since, struct plan_extent *out, size_t n,
                          size_t most)
{
    const struct walk_region *of = walk_region(w, w->list[i].region);
    bool goes_on = false;
    for (uint32_t page = first; n <= most && page < end; page++) {
        bool used = is_listed(w, i, of, page, since);
        if (used && goes_on)
            out[n - 1].n++;
        else if (used && n == most)
            return most + 1;
        else if (used)
            out[n++] = (struct plan_extent){ w->list[i].region, page, 1 };
        goes_on = used;
    }
    return n;
}

static size_t make_extents(const struct walk *w, uint32_t since, struct plan_extent *out, size_t most)
{
    size_t n = 0;
    for (uint32_t i = 0; i < w->count && n <= most; i++) {
        const struct plan_extent *e = &w->list[i];
        const struct walk_region *of = walk_region(w, e->region);
        uint32_t end = e->first + e->n;
        uint32_t from = w->again[i] >= since ? 0 : since;
        if (w->last_use[i] < from)
            continue;
        if (e->n <= PART && when_listed(of, e->first) > when_listed(of, end - 1)) {
            for (; end > e->first + STEP_DOWN; end -= STEP_DOWN)
                n = add_extents(w, i, end - STEP_DOWN, end, from, out, n, most);
        }
        n = add_extents(w, i, e->first, end, from, out, n, most);
    }
    return n <= most ? n : 0;
}

/* ---- streams side by side */

static void add_to_slice(struct plan_extent *out, size_t *n, struct page_ref page, uint32_t slice)
{
    for (size_t i = 0; i < RECENT && i < *n; i++) {
        struct plan_extent *e = &out[*n - 1 - i];
        if (e->region == page.region && e->first + e->n == page.page && e->n < slice) {
            e->n++;
            return;
        }
    }
    out[(*n)++] = (struct plan_extent){ page.region, page.page, 1 };
}

/* Slices of so many pages of each stream, in the order in which they began; pages in the order in which they were listed last. */
static size_t make_slices(const struct walk *w, uint32_t since, uint32_t slice, struct plan_extent *out, size_t most)
{
    uint32_t uses = w->now - since + 1;
    struct page_ref *used = kalloc(uses * sizeof *used); /* by time; not every use lists a page */
    size_t n = 0;
    for (const struct walk_region *of = w->regions; used && of < w->regions + w->nregions; of++)
        for (uint32_t page = 0; page < of->region->npages; page++)
            if (when_listed(of, page) > 0 && when_listed(of, page) >= since)
                used[when_listed(of, page) - since] = (struct page_ref){ of->region, page };
    for (uint32_t i = 0; used && n < most && i < uses; i++)
        if (used[i].region)
            add_to_slice(out, &n, used[i], slice);
    kfree(used);
    return n < most ? n : 0;
}

/* So long that one of each of several streams is in the ring, which has a small part of what is missing, and another on its way. */
static uint32_t slice_of(const struct walk *w)
{
    uint32_t missing = w->pages > llm_pool.nframes ? w->pages - llm_pool.nframes : 0;
    return MAX(missing / PLAN_RING_SHARE / SLICES, (uint32_t)LEAST_SLICE);
}

size_t walk_extents(const struct walk *w, uint32_t since, struct plan_extent *out, size_t most)
{
    bool side_by_side = threads_live() == 1 && MIXED_SHARE * (uint64_t)w->mixed > w->now;
    return side_by_side ? make_slices(w, since, slice_of(w), out, most) : make_extents(w, since, out, most);
}

uint32_t walk_add_resident(struct page_ref *refs, uint32_t found, struct region *r, uint32_t first, uint32_t n)
{
    for (uint32_t page = first; page < first + n && page < r->npages; page++)
        if (r->pages[page].state == PAGE_RESIDENT)
            refs[found++] = (struct page_ref){ r, page };
    return found;
}
