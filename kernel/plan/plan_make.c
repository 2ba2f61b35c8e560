/* What a plan is made of: its mappings, its order, and how large a ring it has. */
#include "kernel/mem.h"
#include "kernel/plan/plan_private.h"

#define SPARE_FRAMES 2 /* for each hart, outside the plan: what an instruction can need at once, */
#define SPARE_MORE 2   /* ... and these, so that pages chosen late wait for their use beside those of a fault */
#define SLACK 16       /* frames spent beyond N - C: spare ones and the ring; */
#define SLACK_LEAST 6  /* ... however many harts there are; and one for PLAN_RING_SHARE pages of N - C */
#define CELLS_CURSOR 2 /* of a program that moves the cursor: one in use, one on its way; */
#define CELLS_MORE 1   /* ... more where threads may run side by side, and be ahead of the last one, */
#define RUN_LEAST 24   /* ... as long as runs have so many pages even then, since each is dear */
#define FEW_AT_ONCE 2  /* pages that a program works on at once, for each hart; */
#define WIDE_SHARE 2   /* ... more are held in the ring, in such a part of the frames at most, */
#define WIDE_PART 6    /* ... beside such a part of them, at least, for reading ahead */
#define QUOTA_LEAST 4  /* frames: less than that is no ring */

bool plan_may_have(const struct region *r)
{
    return r->prefetch == prefetch_find("auto") && r->pool->evict == evict_find("auto");
}

/* Its number among the sources, made if it is new; -EINVAL, or -ENOTSUP where somebody wants to see another policy at work. */
static int source_of(struct plan *p, struct region *r)
{
    for (uint32_t i = 0; i < p->nsources; i++)
        if (p->sources[i] == r)
            return (int)i;
    if (p->nsources == PLAN_MAX_SOURCES || r->pool != &llm_pool || !r->backing)
        return -EINVAL;
    if (!plan_may_have(r))
        return -ENOTSUP;
    p->sources[p->nsources] = r;
    return (int)p->nsources++;
}

/* Frames of the pool that belong to pages of other regions: they stay there, up to a quarter of all. */
static uint32_t frames_of_others(const struct plan *p)
{
    uint64_t frames = 0;
    spin_lock(&pager_lock);
    for (const struct region *r = regions; r; r = r->next) {
        bool ours = r->pool != p->pool;
        for (uint32_t i = 0; i < p->nsources; i++)
            ours |= p->sources[i] == r;
        frames += ours ? 0 : r->resident;
    }
    spin_unlock(&pager_lock);
    return (uint32_t)MIN(frames, p->pool->nframes / 4);
}

static uint32_t spare_frames(void)
{
    return SPARE_MORE + SPARE_FRAMES * hart_count();
}

/* Of these pages, so many are in frames; without pager_lock: a guess. */
static uint32_t count_resident(void *context, const struct order_extent *pages)
{
    const struct plan *p = context;
    const struct page *page = &p->sources[pages->source]->pages[pages->first];
    uint32_t n = 0;
    for (uint32_t i = 0; i < pages->n; i++)
        n += page[i].state == PAGE_RESIDENT;
    return n;
}

/* Of so many pages that the program works on at once, beside a few, those that the ring has to hold: the others are pinned. */
static uint32_t wide_pages(const struct plan *p, uint32_t width)
{
    uint32_t n = p->order.npages, few = FEW_AT_ONCE * hart_count();
    bool holds = p->options.cyclic && !p->options.cursor && width > few && n > p->quota;
    return holds ? (uint32_t)((uint64_t)width * (n - p->quota) / n) : 0;
}

static uint32_t most_wide(const struct plan *p)
{
    return (p->quota - p->order.nhot) / WIDE_SHARE;
}

bool plan_has_room(const struct plan *p, uint32_t width)
{
    return wide_pages(p, width) <= most_wide(p);
}

/* Runs that a ring of so many pages is cut into. */
static uint32_t cells_of(const struct plan *p, uint32_t pages)
{
    if (!p->options.cursor)
        return ORDER_SILENT;
    bool more = hart_count() > 1 && pages / (CELLS_CURSOR + CELLS_MORE) >= RUN_LEAST;
    return CELLS_CURSOR + (more ? CELLS_MORE : 0);
}

/* Splits the order, and makes the ring. 0 or -ENOMEM. */
static int make_ring(struct plan *p)
{
    struct order *o = &p->order;
    uint32_t beyond = o->npages > p->pool->nframes ? (o->npages - p->pool->nframes) / PLAN_RING_SHARE : 0, spare = spare_frames();
    uint32_t wide = MIN(wide_pages(p, p->options.width), most_wide(p));
    uint32_t slack = MAX((spare + SLACK_LEAST < SLACK ? SLACK - spare : SLACK_LEAST) + beyond, wide / WIDE_PART);
    uint32_t frames = p->quota - wide, room = MIN(slack, frames - o->nhot);
    order_cut(o, frames, room, cells_of(p, room));
    o->cells += wide / o->run;
    if (!p->options.cyclic)
        o->cells = MAX(o->cells, MIN(p->quota / 2, 4 * ORDER_RUN_MAX) / o->run);
    p->ncells = o->cells;
    p->cells = kalloc(p->ncells * sizeof *p->cells + order_choice_size(o));
    if (!p->cells)
        return -ENOMEM;
    void *streams = p->cells + p->ncells;
    if (p->options.cyclic)
        order_choose(o, streams, p->quota, count_resident, p);
    else
        order_stream_all(o, streams); /* nothing comes back: nothing is worth keeping */
    p->wide = wide;
    p->width = wide > 0 ? wide + MIN(FEW_AT_ONCE * hart_count(), o->run) : MIN(p->options.width, p->ncells * o->run / 3);
    p->unread = p->options.cyclic ? o->nruns + (o->short_run != ORDER_NONE) : 0;
    return 0;
}

int plan_make(struct plan *p, const struct plan_extent *extents, size_t n, const struct plan_options *options)
{
    struct order_extent *list = kalloc(n * sizeof *list);
    *p = (struct plan){ .pool = &llm_pool, .options = *options };
    p->options.width = options->width ? options->width : FEW_AT_ONCE * hart_count();
    p->memory = kalloc(order_size(n));
    int error = list && p->memory ? 0 : -ENOMEM;
    for (size_t i = 0; !error && i < n; i++) {
        const struct plan_extent *e = &extents[i];
        int source = source_of(p, e->region);
        if (source < 0)
            error = source;
        else if (e->n == 0 || e->first + e->n < e->n || e->first + e->n > region_file_pages(e->region))
            error = -EINVAL;
        else
            list[i] = (struct order_extent){ (uint32_t)source, e->first, e->n };
    }
    if (!error) {
        uint32_t spare = MAX(spare_frames(), MAX(frames_of_others(p), options->reserved));
        p->quota = p->pool->nframes > spare ? p->pool->nframes - spare : 0;
        error = p->quota < QUOTA_LEAST ? -ENOMEM : 0;
    }
    if (!error) {
        order_init(&p->order, p->memory, list, order_join(list, n), p->quota / 2);
        error = make_ring(p);
    }
    kfree(list);
    if (error)
        kfree(p->memory);
    return error;
}
