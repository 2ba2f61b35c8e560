/*
 * region.h: what is paged: one mapping's pages, where they come from, its pool, its policy, its counters.
 *
 * mmap makes a region and one window (struct vma) onto it; munmap or mprotect of a part splits the window, a second shared
 * mapping of the same file opens another. A page therefore belongs to the region, its PTEs to the windows. All functions:
 * pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_PAGER_REGION_H
#define KERNEL_PAGER_REGION_H

#include "kernel/pager/backing.h"
#include "kernel/pager/counters.h"
#include "kernel/pager/frame.h"
#include "kernel/pager/page.h"
#include "kernel/policy/prefetch.h"
#include "kernel/thread/sync.h"

#define PAGE_NONE 0xFFFFFFFFu
#define PLAN_NO_SOURCE 0xFFu

/* Protects vmas, regions, pages and pools. The fault path holds it for everything but the wait for the device. */
extern struct spinlock pager_lock;

/* The one pool of the cap (--frames). */
extern struct pool llm_pool;

struct vma {
    vaddr_t start, end; /* whole pages */
    uint8_t prot;       /* VM_PROT_*; 0: nothing is mapped */
    uint32_t first;     /* the region's page at start */
    struct region *region;
    struct vma *sibling; /* next window onto the same region */
};

struct region {
    uint32_t id;
    char name[64];
    struct backing *backing; /* NULL: anonymous */
    uint64_t offset;         /* of page 0 in the backing, bytes */
    uint64_t file_size;      /* bytes of the backing, as last known: nothing is written beyond it, nothing read ahead */
    uint32_t npages;
    bool shared;          /* writes go to the backing; else to the swap file, if the page must leave */
    bool lasts;           /* memory that is shared, with a file or without: its contents outlive advice */
    struct backing *swap; /* of a private writable region in a pool; page i at i * PAGE_SIZE */
    struct pool *pool;    /* NULL: plain memory, which pages leave only if it runs short (reclaim.h) */
    struct page *pages;
    struct vma *vmas;        /* windows, in no order */
    uint32_t resident, peak; /* pages that hold a frame: now, most ever */
    uint32_t untouched;      /* of these, read ahead and not used yet */
    uint32_t traced;         /* 1 and the number of its page 0 in the trace (trace.h), or 0 */
    uint32_t traced_plan;    /* number of the last plan in the trace that has pages of it, or 0 */
    uint8_t plan_source;     /* its number in the plan that is in force, or PLAN_NO_SOURCE */
    bool shows_late;         /* pages are not mapped before they are used: the order of uses is to be seen (learn.h, learn_turn.h) */
    uint32_t users;          /* threads that wait for something of it, and will look at it again */
    const struct prefetch_policy *prefetch;
    void *prefetch_state;
    uint8_t advice; /* VM_MADV_NORMAL, RANDOM or SEQUENTIAL */
    struct counters counters;
    struct region *next; /* list of all regions */
};

extern struct region *regions;

/* One page of one region. */
struct page_ref {
    struct region *region;
    uint32_t page;
};

/*
 * Thread context, mapping_lock held, pager_lock not. Takes its own reference to backing. NULL if memory is short. The region has no
 * window yet and is on the list of all regions.
 */
struct region *region_create(struct backing *backing, uint64_t offset, uint64_t npages, bool shared, struct pool *pool);
/* The same: no window, no page with a frame left. It leaves the list, and its counters go to the totals. */
void region_retire(struct region *r);
/* The same for one that the program was never given, perhaps without a policy: it is freed, and leaves no counters. */
void region_discard(struct region *r);
/* The program ends, and threads that wait for a page never run again: what they use is not freed, and not waited for. */
extern bool regions_end;
/* Thread context, no lock held: waits for whoever still uses the retired region, then frees it. */
void region_destroy(struct region *r);

/* Pages that a prediction may name: those that the file reached when its size was last asked. */
static inline uint32_t region_file_pages(const struct region *r)
{
    if (!r->backing)
        return r->npages;
    if (r->file_size <= r->offset)
        return 0;
    uint64_t pages = (r->file_size - r->offset + PAGE_MASK) >> PAGE_SHIFT;
    return (uint32_t)MIN(pages, r->npages);
}

/* The page's address in window v; 0 if v doesn't show it. */
static inline vaddr_t vma_page_address(const struct vma *v, uint32_t page)
{
    vaddr_t va = v->start + ((vaddr_t)(page - v->first) << PAGE_SHIFT);
    return page >= v->first && va < v->end ? va : 0;
}

static inline uint32_t vma_page(const struct vma *v, vaddr_t address)
{
    return v->first + (uint32_t)((address - v->start) >> PAGE_SHIFT);
}

/* Installs a prefetch policy with fresh state. Thread context. 0 or -ENOMEM (the old one stays). */
int region_set_prefetch(struct region *r, const struct prefetch_policy *policy);

/* Untouched page found used: counters, pool and policy hear of it. (Its frame: pool_touch.) */
void region_touch(struct region *r, uint32_t page);
/* The same, but for its frame, which its owner has in hands. */
void region_note_used(struct region *r, uint32_t page);
/* As region_touch for n of them, in these frames, their flag cleared already. */
void region_note_touched(struct region *r, const uint32_t *pages, const uint32_t *slots, uint32_t n);

/*
 * A page that holds a frame and is mapped nowhere becomes ABSENT. detach is for a frame that is in flight already (a
 * victim's) and stays in the caller's hands; free gives it back to the pool, or to memory.
 */
void region_detach_frame(struct region *r, uint32_t page);
void region_free_page(struct region *r, uint32_t page);

#endif
