/*
 * page.h: the state machine of one page of a region.
 *
 *     ABSENT -> READING -> RESIDENT -> ABSENT               clean page evicted or dropped
 *                          RESIDENT -> WRITING -> ABSENT    dirty page evicted
 *                          RESIDENT -> WRITING -> RESIDENT  written back and kept (msync), or the write failed
 *               READING -> ABSENT                           the read failed
 *
 * Changes are made under pager_lock. page_set_state asserts them; what takes or leaves frames for whole runs sets `condition`. A page
 * that takes its frame without a device (zeros) passes through READING all the same. READING and WRITING own their frame and can't be
 * chosen as victims.
 */
#ifndef KERNEL_PAGER_PAGE_H
#define KERNEL_PAGER_PAGE_H

#include "kernel/panic.h"
#include "kernel/types.h"

enum page_state { PAGE_ABSENT,
                  PAGE_READING,
                  PAGE_RESIDENT,
                  PAGE_WRITING };

enum page_flag {
    PAGE_UNTOUCHED = 1, /* read ahead and not used yet: its frame is on the pool's untouched list, or the plan's */
    PAGE_DIRTY = 2,     /* written to, as seen when a PTE was taken away; else the D bit of the PTE says so */
    PAGE_SWAPPED = 4,   /* a private page whose contents are in the swap file, not in its backing */
};

struct page {
    uint32_t pfn; /* frame while not ABSENT: physical address >> PAGE_SHIFT */
    union {
        struct {
            uint8_t state, flags;
        };
        uint16_t condition; /* both at once, for loops over many pages: PAGE_CONDITION */
    };
};
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "PAGE_CONDITION");
#define PAGE_CONDITION(state, flags) ((uint16_t)((state) | (flags) << 8))

static inline bool page_may_become(enum page_state from, enum page_state to)
{
    static const uint8_t next[] = {
        [PAGE_ABSENT] = 1 << PAGE_READING,
        [PAGE_READING] = 1 << PAGE_RESIDENT | 1 << PAGE_ABSENT,
        [PAGE_RESIDENT] = 1 << PAGE_WRITING | 1 << PAGE_ABSENT,
        [PAGE_WRITING] = 1 << PAGE_RESIDENT | 1 << PAGE_ABSENT,
    };
    return next[from] & (1 << to);
}

static inline void page_set_state(struct page *p, enum page_state from, enum page_state to)
{
    ASSERT(p->state == from && page_may_become(from, to));
    p->state = (uint8_t)to;
}

static inline paddr_t page_pa(const struct page *p)
{
    return (paddr_t)p->pfn << PAGE_SHIFT;
}

#endif
