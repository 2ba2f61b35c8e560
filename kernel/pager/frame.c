#include "kernel/pager/frame.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/pager/page.h"
#include "kernel/pager/page_wait.h"
#include "kernel/panic.h"
#include "kernel/pager/region.h"
#include "kernel/pager/windows.h"

static uint64_t page_key(const struct frame *f)
{
    return (uint64_t)f->region->id << 32 | f->page;
}

static bool view_test_and_clear(void *context, uint32_t slot)
{
    struct pool *pool = context;
    struct frame *f = &pool->frames[slot];
    bool was = windows_sweep_accessed(f->region, f->page), hidden = f->was_used;
    pool->swept |= was;
    f->was_used = false;
    return was || hidden;
}

static bool view_may_take(void *context, uint32_t slot)
{
    struct pool *pool = context;
    return pool->frames[slot].held == 0;
}

int pool_init(struct pool *pool, uint64_t nframes, const struct evict_policy *evict)
{
    if (nframes < POOL_MIN_FRAMES * hart_count() || nframes >= FRAME_NONE)
        return -EINVAL;
    pool->base = mem_pages(nframes); /* first, as long as memory is in one piece */
    pool->frames = kalloc(nframes * sizeof *pool->frames);
    pool->evict_state = kalloc(evict->state_size((uint32_t)nframes));
    if (!pool->frames || !pool->evict_state || !pool->base)
        return -ENOMEM;
    pool->nframes = (uint32_t)nframes;
    pool->evict = evict;
    pool->view = (struct evict_view){ .test_and_clear_accessed = view_test_and_clear, .context = pool };
    evict->init(pool->evict_state, pool->nframes);
    pool->untouched_head = pool->untouched_tail = pool->harvest_next = FRAME_NONE;
    for (uint32_t i = 0; i < nframes; i++)
        pool->frames[i] = (struct frame){ .use = FRAME_FREE, .next = i + 1 };
    pool->frames[nframes - 1].next = FRAME_NONE;
    pool->free_head = 0;
    pool->nfree = pool->nframes;
    return 0;
}

unsigned pool_take_free(struct pool *pool, unsigned n, uint32_t *slots)
{
    unsigned got = 0;
    for (uint32_t slot = pool->free_head; got < n && slot != FRAME_NONE; slot = pool->free_head) {
        pool->free_head = pool->frames[slot].next;
        pool->frames[slot].use = FRAME_IN_FLIGHT;
        slots[got++] = slot;
    }
    pool->nfree -= got;
    pool->peak = MAX(pool->peak, pool->nframes - pool->nfree);
    return got;
}

void pool_give_back(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_IN_FLIGHT);
    f->use = FRAME_FREE;
    f->region = NULL;
    if (__builtin_expect(f->held, 0)) {
        f->held = 0;
        pool->nheld--;
    }
    f->next = pool->free_head;
    pool->free_head = slot;
    pool->nfree++;
    page_wake();
}

void pool_unhold(struct pool *pool, uint32_t slot)
{
    if (--pool->frames[slot].held == 0) {
        pool->nheld--;
        page_wake();
    }
}

void pool_mark_used(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_IN_FLIGHT);
    if (__builtin_expect(f->held == 0, 1)) /* else whoever holds it knows it by its order: the plan may give a page back that is held */
        f->order = pool->order;
    pool->order++;
    f->use = FRAME_USED;
    f->was_used = false;
    pool->nused++;
    pool->evict->on_insert(pool->evict_state, &(struct evict_new){ slot, page_key(f), f->order, false }, 1);
}

void pool_mark_untouched(struct pool *pool, const uint32_t *slots, unsigned n)
{
    struct frame *frames = pool->frames;
    uint64_t order = pool->order;
    uint32_t last = pool->untouched_tail;
    uint32_t *link = last != FRAME_NONE ? &frames[last].next : &pool->untouched_head;
    if (n == 0)
        return;
    for (const uint32_t *slot = slots; slot < slots + n; slot++) {
        struct frame *f = &frames[*slot];
        ASSERT(f->use == FRAME_IN_FLIGHT);
        f->use = FRAME_UNTOUCHED;
        f->order = order++;
        f->prev = last;
        last = *slot;
        *link = last;
        link = &f->next;
    }
    *link = FRAME_NONE;
    pool->untouched_tail = last;
    pool->order = order;
    pool->nuntouched += n;
}

/* The untouched frames from one to another, which follow each other in the list, leave it. */
static inline void unlink_untouched(struct pool *pool, const struct frame *from, const struct frame *to)
{
    if (from->prev != FRAME_NONE)
        pool->frames[from->prev].next = to->next;
    else
        pool->untouched_head = to->next;
    if (to->next != FRAME_NONE)
        pool->frames[to->next].prev = from->prev;
    else
        pool->untouched_tail = from->prev;
}

void pool_touch(struct pool *pool, const uint32_t *slots, unsigned n)
{
    struct evict_new new[BATCH_MAX], *at = new;
    struct frame *frames = pool->frames;
    ASSERT(n <= BATCH_MAX);
    for (const uint32_t *slot = slots, *end = slots + n; slot < end;) {
        struct frame *from = &frames[*slot], *f = from;
        for (;;) {
            ASSERT(f->use == FRAME_UNTOUCHED);
            f->use = FRAME_USED;
            f->was_used = false;
            *at++ = (struct evict_new){ *slot++, page_key(f), f->order, true };
            if (slot == end || f->next != *slot)
                break;
            f = &frames[*slot];
        }
        unlink_untouched(pool, from, f);
    }
    pool->nuntouched -= n;
    pool->nused += n;
    pool->evict->on_insert(pool->evict_state, new, n);
}

static void forget_untouched(struct pool *pool, const struct frame *f)
{
    unlink_untouched(pool, f, f);
    pool->nuntouched--;
}

void pool_withdraw(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    if (f->use == FRAME_UNTOUCHED)
        forget_untouched(pool, f);
    else if (f->use == FRAME_USED) {
        pool->evict->on_remove(pool->evict_state, slot);
        pool->nused--;
    } else if (f->use == FRAME_PLANNED)
        pool->nplanned--;
    else
        panic("pool_withdraw: frame %u is in use %u", slot, f->use);
    f->use = FRAME_IN_FLIGHT;
}

/* Untouched frames that nobody used in all the time in which their pool was read anew. */
static unsigned take_stale(struct pool *pool, unsigned n, uint32_t *out)
{
    unsigned got = 0;
    for (uint32_t slot; got < n && (slot = pool_stale(pool)) != FRAME_NONE;) {
        forget_untouched(pool, &pool->frames[slot]);
        pool->frames[slot].use = FRAME_IN_FLIGHT;
        out[got++] = slot;
    }
    return got;
}

unsigned pool_pick_victims(struct pool *pool, unsigned n, uint32_t *out, bool last_resort)
{
    unsigned stale = take_stale(pool, n, out);
    n -= stale;
    out += stale;
    pool->view.may_take = pool->nheld > 0 ? view_may_take : NULL;
    pool->view.lent = pool->nplanned;
    unsigned got = pool->evict->pick_victims(pool->evict_state, n, out, &pool->view);
    ASSERT(got <= n);
    pt_sweep_end(pool->swept); /* one fence for all that the policy has cleared */
    pool->swept = false;
    struct frame *frames = pool->frames;
    uint32_t nframes = pool->nframes;
    for (const uint32_t *slot = out; slot < out + got; slot++) {
        ASSERT(*slot < nframes && frames[*slot].held == 0 && frames[*slot].use == FRAME_USED);
        frames[*slot].use = FRAME_IN_FLIGHT;
    }
    pool->nused -= got;
    while (last_resort && got < n) {
        uint32_t slot = pool->untouched_head;
        while (slot != FRAME_NONE && pool->frames[slot].held)
            slot = pool->frames[slot].next;
        if (slot == FRAME_NONE)
            break;
        forget_untouched(pool, &pool->frames[slot]);
        pool->frames[slot].use = FRAME_IN_FLIGHT;
        out[got++] = slot;
    }
    return stale + got;
}
