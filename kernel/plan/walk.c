#include "kernel/plan/walk.h"

#include "kernel/mem.h"
#include "kernel/thread/sched.h"

#define RECENT 4       /* extents, the last ones, that a page may go on with: streams side by side, threads in one matrix */
#define SIDE_BY_SIDE 8 /* uses in which each of several streams must come by once */
#define GAP 4          /* pages that each thread may leave to others, or leave out, within an extent */
#define MOST_THREADS 8 /* that walk side by side */
#define GROWN 4        /* pages of an extent from which on it is more than noise */
#define PART 8         /* pages of an extent that grows down; */
#define STEP_DOWN 4    /* ... it is made of so many at a time, since a plan goes up through each */

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

static bool list_page(struct walk *w, struct region *r, uint32_t page)
{
    uint32_t gap = GAP * MIN(threads_live(), (uint32_t)MOST_THREADS);
    bool others = false; /* later extents that grow as well */
    for (uint32_t i = 0; i < RECENT && i < w->count; i++) {
        struct plan_extent *e = &w->list[w->count - 1 - i];
        uint32_t end = e->first + e->n;
        bool grows = walk_grows(w, w->count - 1 - i), was = others;
        others |= grows && e->n >= GROWN;
        if (e->region != r || page + gap < e->first || page >= end + gap || !grows)
            continue;
        if (page < e->first && e->n >= PART)
            continue;
        w->mixed += was;
        w->last_use[w->count - 1 - i] = w->now;
        e->first = MIN(e->first, page);
        e->n = MAX(end, page + 1) - e->first;
        return true;
    }
    if (w->count == WALK_MOST)
        return false;
    w->began[w->count] = w->last_use[w->count] = w->now;
    w->list[w->count++] = (struct plan_extent){ r, page, 1 };
    return true;
}

bool walk_list(struct walk *w, struct region *r, uint32_t page)
{
    uint32_t *listed = &walk_region(w, r)->listed[page];
    if (!list_page(w, r, page))
        return false;
    w->pages += *listed == 0;
    *listed = w->now;
    return true;
}

enum walk_use walk_use(struct walk *w, const struct region *r, uint32_t page)
{
    uint32_t listed = walk_region(w, r)->listed[page];
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

/* A page that was listed elsewhere since, the end of one extent and the beginning of another say, has its extent's time. */
uint32_t walk_when(const struct walk *w, const struct walk_place *place)
{
    const struct plan_extent *e = &w->list[place->extent];
    uint32_t listed = walk_region(w, e->region)->listed[place->page], began = w->began[place->extent], last = w->last_use[place->extent];
    return listed >= began && listed <= last ? listed : MIN(began + (place->page - e->first), last);
}

/* ---- what it makes */

/*
 * Is the page one of extent i since then? If it is listed elsewhere since then as well, it comes twice; or it was a hole here, which nobody
 * knows any more.
 */
static bool is_listed(const struct walk *w, uint32_t i, uint32_t listed, uint32_t since)
{
    return listed >= since && listed >= w->began[i] && (listed <= w->last_use[i] || w->began[i] >= since);
}

/* The pages [first, end) of extent i come behind out[n], without the holes. Returns how many there are then; most + 1: too many. */
static size_t add_extents(const struct walk *w, uint32_t i, uint32_t first, uint32_t end, uint32_t since, struct plan_extent *out, size_t n,
                          size_t most)
{
    const uint32_t *listed = walk_region(w, w->list[i].region)->listed;
    bool goes_on = false;
    for (uint32_t page = first; n <= most && page < end; page++) {
        bool used = listed[page] > 0 && is_listed(w, i, listed[page], since);
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

size_t walk_extents(const struct walk *w, uint32_t since, struct plan_extent *out, size_t most)
{
    size_t n = 0;
    for (uint32_t i = 0; i < w->count && n <= most; i++) {
        const struct plan_extent *e = &w->list[i];
        const uint32_t *listed = walk_region(w, e->region)->listed;
        uint32_t end = e->first + e->n;
        if (w->last_use[i] < since)
            continue;
        if (e->n <= PART && listed[e->first] > listed[end - 1]) {
            for (; end > e->first + STEP_DOWN; end -= STEP_DOWN)
                n = add_extents(w, i, end - STEP_DOWN, end, since, out, n, most);
        }
        n = add_extents(w, i, e->first, end, since, out, n, most);
    }
    return n <= most ? n : 0;
}

uint32_t walk_add_resident(struct page_ref *refs, uint32_t found, struct region *r, uint32_t first, uint32_t n)
{
    for (uint32_t page = first; page < first + n && page < r->npages; page++)
        if (r->pages[page].state == PAGE_RESIDENT)
            refs[found++] = (struct page_ref){ r, page };
    return found;
}
