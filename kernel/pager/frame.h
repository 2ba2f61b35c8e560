/*
 * frame.h: the capped pool of frames: who holds each one, which may be taken, and the order in which they go.
 *
 * A frame is free, in flight (its page is READING or WRITING), untouched (read ahead, not used yet), used, or planned (the
 * plan's, plan.h, with or without a page). Only used frames are known to the eviction policy, so nothing else can become its victim.
 * The pool is filled once, at boot, with contiguous memory, and never grows: no counter can exceed the cap. All functions: pager_lock held.
 */
#ifndef KERNEL_PAGER_FRAME_H
#define KERNEL_PAGER_FRAME_H

#include "arch/hart.h"
#include "kernel/policy/evict.h"
#include "kernel/types.h"

struct region;

/* An instruction can touch two pages at once (a misaligned access, pitfall of every small cap); fewer frames, for each hart, livelock. */
#define POOL_MIN_FRAMES 2

#define FRAME_NONE 0xFFFFFFFFu
#define BATCH_MAX 64 /* pages that move at once */

/* Victims that could not be written, one after the other, before a fault that finds no clean frame fails for it. */
#define WRITE_TRIES 4

enum frame_use { FRAME_FREE,
                 FRAME_IN_FLIGHT,
                 FRAME_UNTOUCHED,
                 FRAME_USED,
                 FRAME_PLANNED };

struct frame {
    struct region *region; /* owner while not FREE */
    uint32_t page;         /* of the region */
    uint8_t use;
    bool was_used;       /* its page is hidden, and had its A bit then (learn_show.h): as good as that bit, for the eviction policy */
    uint16_t held;       /* by so many threads and harts that were just given it: no victim until they have used it */
    uint32_t next, prev; /* of the free or the untouched list */
    uint64_t order;      /* of its mapping: the age that fifo goes by */
};

/* A frame that is held; once its order is another one it has left meanwhile, and the hold is void. */
struct hold {
    vaddr_t va; /* 0: none */
    uint32_t slot;
    uint64_t order;
};

struct pool {
    paddr_t base; /* frame i is base + i * PAGE_SIZE */
    uint32_t nframes;
    struct frame *frames;
    uint32_t free_head, nfree;
    uint32_t untouched_head, untouched_tail, nuntouched;
    uint32_t harvest_next; /* untouched frame to look at next among the older ones, or FRAME_NONE */
    uint32_t nused, nplanned;
    uint32_t planned_gone;                         /* planned frames that were given back with their page, so far */
    uint32_t peak;                                 /* most frames in use at once */
    uint64_t order;                                /* pages mapped so far */
    uint32_t nheld;                                /* frames that are held */
    struct hold holds[MAX_HARTS][POOL_MIN_FRAMES]; /* what each hart's last instruction needed, the youngest first; see keep_neighbour */
    uint32_t failed_writes;                        /* of batches of victims, in a row */
    int write_error;                               /* of the last of them */
    uint64_t write_named;                          /* the page that failed alone last: region's id and number */
    uint32_t write_apart;                          /* so many victims are written one by one, since some could not be written */
    uint32_t writing;                              /* batches of victims */
    uint32_t nunwritable;                          /* so far */
    struct hold unwritable[WRITE_TRIES];           /* those that failed last */
    uint32_t write_ahead;                          /* victims that are written beyond what a fault needs: grows while they are dirty */
    bool swept;                                    /* A bits have been cleared since the last fence */
    const struct evict_policy *evict;
    void *evict_state;
    struct evict_view view; /* what it sees of the pool */
};

/* Takes the cap from mem_pages at once. 0, -EINVAL (fewer than POOL_MIN_FRAMES for each hart), -ENOMEM. */
int pool_init(struct pool *pool, uint64_t nframes, const struct evict_policy *evict);

static inline bool pool_owns(const struct pool *pool, paddr_t pa)
{
    return pa - pool->base < (uint64_t)pool->nframes << PAGE_SHIFT;
}
static inline uint32_t pool_slot(const struct pool *pool, paddr_t pa)
{
    return (uint32_t)((pa - pool->base) >> PAGE_SHIFT);
}
static inline paddr_t pool_pa(const struct pool *pool, uint32_t slot)
{
    return pool->base + ((paddr_t)slot << PAGE_SHIFT);
}

/* At most n free frames become in flight, for nobody yet. Returns how many there were. */
unsigned pool_take_free(struct pool *pool, unsigned n, uint32_t *slots);
/* In flight -> used (the eviction policy learns of it) or untouched (end of the list: oldest first). */
void pool_mark_used(struct pool *pool, uint32_t slot);
void pool_mark_untouched(struct pool *pool, const uint32_t *slots, unsigned n);
/* Untouched -> used: n <= BATCH_MAX frames, in the order of use. */
void pool_touch(struct pool *pool, const uint32_t *slots, unsigned n);
/* Whatever it is -> in flight, out of the policy's, the list's and the plan's sight (a page about to be written or dropped). */
void pool_withdraw(struct pool *pool, uint32_t slot);
/* In flight -> free. */
void pool_give_back(struct pool *pool, uint32_t slot);

/* A frame is no victim until it is released as often as it was held; one that is given back is held by nobody. */
static inline struct hold pool_hold(struct pool *pool, uint32_t slot, vaddr_t va)
{
    struct frame *f = &pool->frames[slot];
    if (f->held++ == 0)
        pool->nheld++;
    return (struct hold){ va, slot, f->order };
}
void pool_unhold(struct pool *pool, uint32_t slot); /* of a frame that cannot have left meanwhile */
/* It may be void, or none (va is 0). */
static inline void pool_release(struct pool *pool, struct hold *hold)
{
    const struct frame *f = &pool->frames[hold->slot];
    if (hold->va == 0)
        return;
    hold->va = 0;
    if (f->order == hold->order && f->held)
        pool_unhold(pool, hold->slot);
}

/*
 * The oldest untouched frame, if so many pages were mapped since it was read that it was a false prediction, which would else hold its
 * frame until nothing is left: a page for each frame that may be spared for predictions, and STALE_MORE. Else FRAME_NONE. Junk goes sooner
 * where pages come back that were pushed out. Whether it was used meanwhile, harvest_some looks.
 */
#define STALE_MORE 32U /* half a batch; at most a page for each frame */
static inline uint32_t pool_spare(const struct pool *pool)
{
    return pool->evict->spare ? pool->evict->spare(pool->evict_state) : pool->nframes;
}
static inline uint32_t pool_stale(const struct pool *pool)
{
    uint32_t slot = pool->untouched_head;
    const struct frame *f = &pool->frames[slot];
    bool stale = slot != FRAME_NONE && !f->held && pool->order - f->order > (uint64_t)pool_spare(pool) + MIN(pool->nframes, STALE_MORE);
    return stale ? slot : FRAME_NONE;
}

/*
 * Chooses at most n frames: stale ones, then used ones through the eviction policy; each becomes in flight and still names its old
 * page. Frames that are held are never among them. With last_resort, untouched frames follow, oldest first, when the policy has no more.
 */
unsigned pool_pick_victims(struct pool *pool, unsigned n, uint32_t *out, bool last_resort);

/* Frames that could be had now: free ones and used ones. */
static inline uint32_t pool_available(const struct pool *pool)
{
    return pool->nfree + pool->nused - MIN(pool->nheld, pool->nused);
}
/*
 * The same for pages that are only predicted, the demanded one included: the eviction policy may spare less. A few may come even if those
 * before them have not been used yet, up to half of the pool: else old predictions would keep out all new ones.
 */
#define PREDICTABLE_FEW 8U   /* so many, or in a small pool */
#define PREDICTABLE_SHARE 8U /* one for so many of its frames */
static inline uint32_t pool_predictable(const struct pool *pool)
{
    uint32_t frames = pool_available(pool);
    if (!pool->evict->spare || frames == 0)
        return frames;
    uint32_t spare = pool_spare(pool), left = spare > pool->nuntouched ? spare - pool->nuntouched : 0;
    uint32_t few = MIN(pool->nframes / PREDICTABLE_SHARE, PREDICTABLE_FEW);
    if (left < few && pool->nuntouched < pool->nframes / 2)
        left = few;
    return MIN(frames, pool->nfree + left + 1);
}

#endif
