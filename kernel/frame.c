#include "kernel/frame.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/page.h"
#include "kernel/panic.h"
#include "kernel/region.h"

static uint64_t page_key(const struct frame *f)
{
    return (uint64_t)f->region->id << 32 | f->page;
}

int pool_init(struct pool *pool, uint64_t nframes, const struct evict_policy *evict)
{
    if (nframes < POOL_MIN_FRAMES || nframes >= FRAME_NONE)
        return -EINVAL;
    pool->frames = kalloc(nframes * sizeof *pool->frames);
    pool->evict_state = kalloc(evict->state_size((uint32_t)nframes));
    pool->base = mem_pages(nframes);
    if (!pool->frames || !pool->evict_state || !pool->base)
        return -ENOMEM;
    pool->nframes = (uint32_t)nframes;
    pool->evict = evict;
    evict->init(pool->evict_state, pool->nframes);
    pool->untouched_head = pool->untouched_tail = pool->harvest_next = pool->keep = FRAME_NONE;
    for (uint32_t i = 0; i < nframes; i++)
        pool->frames[i] = (struct frame){ .use = FRAME_FREE, .next = i + 1 };
    pool->frames[nframes - 1].next = FRAME_NONE;
    pool->free_head = 0;
    pool->nfree = pool->nframes;
    return 0;
}

int pool_set_evict(struct pool *pool, const struct evict_policy *evict)
{
    void *state = kalloc(evict->state_size(pool->nframes));
    if (!state)
        return -ENOMEM;
    evict->init(state, pool->nframes);
    kfree(pool->evict_state);
    pool->evict = evict;
    pool->evict_state = state;
    for (uint32_t i = 0; i < pool->nframes; i++)
        if (pool->frames[i].use == FRAME_USED)
            evict->on_insert(state, i, page_key(&pool->frames[i]), pool->frames[i].order);
    return 0;
}

uint32_t pool_take_free(struct pool *pool)
{
    uint32_t slot = pool->free_head;
    if (slot == FRAME_NONE)
        return FRAME_NONE;
    struct frame *f = &pool->frames[slot];
    pool->free_head = f->next;
    pool->nfree--;
    pool->peak = MAX(pool->peak, pool->nframes - pool->nfree);
    f->use = FRAME_IN_FLIGHT;
    return slot;
}

void pool_give_back(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_IN_FLIGHT);
    f->use = FRAME_FREE;
    f->region = NULL;
    f->next = pool->free_head;
    pool->free_head = slot;
    pool->nfree++;
}

static void insert_used(struct pool *pool, struct frame *f, uint32_t slot)
{
    f->use = FRAME_USED;
    pool->nused++;
    pool->evict->on_insert(pool->evict_state, slot, page_key(f), f->order);
}

void pool_mark_used(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_IN_FLIGHT);
    f->order = pool->order++;
    insert_used(pool, f, slot);
}

void pool_mark_untouched(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_IN_FLIGHT);
    f->order = pool->order++;
    f->use = FRAME_UNTOUCHED;
    f->next = FRAME_NONE;
    f->prev = pool->untouched_tail;
    if (f->prev != FRAME_NONE)
        pool->frames[f->prev].next = slot;
    else
        pool->untouched_head = slot;
    pool->untouched_tail = slot;
    pool->nuntouched++;
}

static inline void unlink_untouched(struct pool *pool, struct frame *f)
{
    if (f->prev != FRAME_NONE)
        pool->frames[f->prev].next = f->next;
    else
        pool->untouched_head = f->next;
    if (f->next != FRAME_NONE)
        pool->frames[f->next].prev = f->prev;
    else
        pool->untouched_tail = f->prev;
    pool->nuntouched--;
}

void pool_touch(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    ASSERT(f->use == FRAME_UNTOUCHED);
    unlink_untouched(pool, f);
    insert_used(pool, f, slot);
}

void pool_withdraw(struct pool *pool, uint32_t slot)
{
    struct frame *f = &pool->frames[slot];
    if (f->use == FRAME_UNTOUCHED)
        unlink_untouched(pool, f);
    else if (f->use == FRAME_USED) {
        pool->evict->on_remove(pool->evict_state, slot);
        pool->nused--;
    } else
        panic("pool_withdraw: frame %u is in use %u", slot, f->use);
    f->use = FRAME_IN_FLIGHT;
}

static bool view_test_and_clear(void *context, uint32_t slot)
{
    struct pool *pool = context;
    return region_test_and_clear_accessed(pool->frames[slot].region, pool->frames[slot].page);
}

static bool view_may_take(void *context, uint32_t slot)
{
    struct pool *pool = context;
    return slot != pool->keep;
}

unsigned pool_pick_victims(struct pool *pool, unsigned n, uint32_t *out, bool last_resort)
{
    struct evict_view view = { view_test_and_clear, view_may_take, pool };
    unsigned got = pool->evict->pick_victims(pool->evict_state, n, out, &view);
    ASSERT(got <= n);
    for (unsigned i = 0; i < got; i++) {
        ASSERT(out[i] < pool->nframes && pool->frames[out[i]].use == FRAME_USED && out[i] != pool->keep);
        pool->frames[out[i]].use = FRAME_IN_FLIGHT;
    }
    pool->nused -= got;
    while (last_resort && got < n) {
        uint32_t slot = pool->untouched_head;
        if (slot == pool->keep && slot != FRAME_NONE)
            slot = pool->frames[slot].next;
        if (slot == FRAME_NONE)
            break;
        unlink_untouched(pool, &pool->frames[slot]);
        pool->frames[slot].use = FRAME_IN_FLIGHT;
        out[got++] = slot;
    }
    return got;
}
