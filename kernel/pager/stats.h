/*
 * stats.h: the pager's numbers, for the counters' line at exit and for <bower.h>. Implemented by the pager.
 *
 * Thread context; a call takes pager_lock for a moment and reads consistent sums.
 */
#ifndef KERNEL_PAGER_STATS_H
#define KERNEL_PAGER_STATS_H

#include "kernel/pager/counters.h"
#include "kernel/types.h"

/* The whole program since boot: every MAP_LLM mapping, those unmapped already included. */
struct pager_totals {
    struct counters counters;
    uint64_t cap;           /* frames of the pool */
    uint64_t frames_peak;   /* most of them in use at once */
    uint64_t frames_leaked; /* after vm_shutdown: frames that nobody gave back; before it, 0 */
    const char *prefetch;   /* policies by name, as asked for ("auto") */
    const char *evict;
};
void pager_totals(struct pager_totals *out);

/* One MAP_LLM mapping. Those unmapped already keep their numbers, as far as the pager remembers them. */
struct region_stats {
    char name[64];            /* the file's name, "/dev/model", or "anonymous" */
    uint64_t pages;           /* length of the mapping */
    uint64_t resident;        /* pages that hold a frame: now, or once it is unmapped, at most */
    uint64_t resident_unused; /* of these, prefetched and not touched yet; once it is unmapped, 0 */
    const char *prefetch, *evict;
    struct counters counters;
};
/* The i-th in order of mapping; false: there is none. */
bool pager_region_stats(unsigned i, struct region_stats *out);
/* The MAP_LLM mapping that owns this address; false: none does. */
bool pager_region_stats_at(vaddr_t address, struct region_stats *out);

struct region;
/* The pager's own: a MAP_LLM region goes (pager_lock held, room made before; NULL: only its sums are kept); vm_shutdown has run. */
struct kept;
struct kept *stats_room(void);
void stats_keep_region(const struct region *r, struct kept *room);
void stats_shut_down(void);

#endif
