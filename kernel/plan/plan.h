/*
 * plan.h: the order in which the program will touch its mappings, and what the pager makes of it.
 *
 * One plan at a time has the pool. It keeps (pins) as many pages as frames go round and streams the others through a ring of cells
 * (policy/order.h says which): each cell holds one run of neighbours, on its way or read ahead, until the program is through with it.
 * The pager follows the program by the A bits of the pages in the ring, which nobody clears: when a read completes, at a fault, at
 * ticks of a timer while little is on its way, or when the program moves the cursor itself. What it finds used leaves, unmapped in
 * one call, and the next run is read into the frames once no hart can read the old one any more.
 *
 * Frames of the plan (FRAME_PLANNED) are known to no eviction policy. A few frames stay outside, for everything that is not planned and for
 * pages that are touched out of order: a wrong plan costs reads and faults (counters plan_*), never more. One that proves wrong
 * again and again is dropped, and the policies have the pool back.
 *
 * All functions: pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_PLAN_PLAN_H
#define KERNEL_PLAN_PLAN_H

#include "arch/pt.h"
#include "kernel/pager/region.h"

#define PLAN_MAX_SOURCES 16
#define PLAN_MAX_EXTENTS 65536
/* One frame for so many pages of N - C is the ring's, beside a few: 1.02 (N - C) + 16 are to be read, a few outside the ring. */
#define PLAN_RING_SHARE 56

/* n pages of a region, which is in use (page_wait.h) or has a window. */
struct plan_extent {
    struct region *region;
    uint32_t first, n;
};

struct plan_options {
    bool cyclic;       /* else once */
    bool learned;      /* by the pager itself: dropped sooner */
    bool anew;         /* a learnt one, in place of the one that is in force */
    bool cursor;       /* pages go when the cursor has passed them, not when they have been used */
    uint32_t width;    /* pages that the program works on at once; 0: a few */
    uint32_t reserved; /* frames that it asks to leave to what is not planned */
};

/*
 * Thread or fault context, pager_lock not held: makes the plan of the pool and starts to read, from the page where `begin` begins
 * (NULL: the first). A learnt plan gives way to a declared one. 0; -EBUSY (there is one); -EINVAL (no pages, too many mappings, one
 * that is not in the pool or has no file); -ENOTSUP (one that has another policy than auto, or the pool has); -ENOMEM.
 */
int plan_start(const struct plan_extent *extents, size_t n, const struct plan_extent *begin,
               const struct plan_options *options);
/*
 * The same for what the pager has learnt: pager_lock held, and let go in between; regions that are unmapped meanwhile stay until the end.
 * `begin` is not NULL; -EINVAL without extents.
 */
int plan_start_learned(const struct plan_extent *extents, size_t n, const struct plan_extent *begin, const struct plan_options *options);
/* May pages of this region be in a plan? Not where somebody wants to see another policy at work. */
bool plan_may_have(const struct region *r);
/* Thread context, pager_lock not held: ends the plan, waits for what is on its way and gives its pages to the policies. */
void plan_end(void);
/* The same if the plan has pages of this region, which is about to go. */
void plan_end_for(const struct region *r);
/* Is there a plan (one that was dropped is none)? Any context. */
bool plan_is_on(void);
/* Was there one of one turn, which ended by itself? */
bool plan_is_over(void);
/* Fault context, pager_lock not held: makes a learnt one anew, with a ring as wide as the program needs it. */
void plan_widen(void);
/* The learnt one that is in force is dropped, and was not wrong: what the program uses now fits the frames, and needs none. */
void plan_give_up(void);
/* Its mappings, at most PLAN_MAX_SOURCES, its pages, and how many of them are worked on at once. */
uint32_t plan_sources(struct region **out);
uint32_t plan_pages(void);
uint32_t plan_width(void);

/*
 * The program will touch this page next: everything that comes before it in the ring has been used. Waits for what is under way where
 * counts must repeat.
 */
void plan_cursor(struct region *r, uint32_t page);
/* Would a call for this address do anything, for the plan or a fence? Any context, no lock: a guess that is wrong costs little. */
extern vaddr_t plan_quiet_start;
extern uint64_t plan_quiet_length;
static inline bool plan_needs_cursor(vaddr_t address)
{
    uint64_t at = address - __atomic_load_n(&plan_quiet_start, __ATOMIC_RELAXED);
    return at >= __atomic_load_n(&plan_quiet_length, __ATOMIC_RELAXED) || pt_is_behind();
}

/*
 * A fault on a page of a region with a plan (region->plan_source) found it ABSENT. Looks how far the program is, and reads on. True: the
 * page is on its way or here, look again; false: it must be read by itself, since the program left the order, or the plan has no room.
 * again: this fault has been here, and found no frame; it is out of order once only.
 */
bool plan_fault(struct region *r, uint32_t page, bool again);
/* A page of such a region that has a frame was touched and is mapped now: the plan may have left it unmapped, to see that. May wait. */
void plan_shown(struct region *r, uint32_t page);
/*
 * A page of such a region that a declared plan says nothing of is the policies', as if there was no plan; what a program was seen to do is
 * all of it.
 */
bool plan_leaves(const struct region *r, uint32_t page);
/* A page of such a region came by a demanded read: it may be one to keep. */
void plan_came(struct region *r, uint32_t page);
/* Waits for the reads that are under way, and looks: where counts must repeat, nothing else does. False: there were none. */
bool plan_settle(void);
/*
 * A plan that was dropped still has its frames: at most n of them become ordinary used ones. Returns how many. One whose one turn is over
 * is dropped by this.
 */
unsigned plan_dissolve_some(unsigned n);
extern bool plan_may_dissolve;
static inline unsigned plan_dissolve(unsigned n)
{
    return __builtin_expect(plan_may_dissolve, 0) ? plan_dissolve_some(n) : 0;
}

#endif
