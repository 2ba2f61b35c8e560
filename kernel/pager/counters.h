/*
 * counters.h: what is counted, once, by the state change that it describes. Printed at exit as `bower-stats` (docs/counters.md).
 *
 * prefetch_used + prefetch_wasted + still resident untouched = prefetched, per region and in total.
 */
#ifndef KERNEL_PAGER_COUNTERS_H
#define KERNEL_PAGER_COUNTERS_H

#include "kernel/types.h"

#define PRINTED_COUNTERS(X) \
    X(faults)          /* traps taken on a page of a MAP_LLM mapping, whatever resolved them */ \
    X(faults_major)    /* waited for a device read */ \
    X(faults_soft)     /* found the page on its way or in a frame */ \
    X(faults_spurious) /* found it mapped already */ \
    X(prefetched)      /* pages read that no fault had asked for */ \
    X(prefetch_used)   /* ... touched later */ \
    X(prefetch_late)   /* ... touched while still on their way (also counted as used) */ \
    X(prefetch_wasted) /* ... evicted, unmapped or dropped untouched */ \
    X(evicted)         /* pages that lost their frame to another page */ \
    X(written_back)    /* dirty pages written */ \
    X(bytes_read)      /* over the device */ \
    X(bytes_written) \
    X(io_reads) /* device requests */ \
    X(io_writes) \
    X(batches) /* batches of reads submitted */ \
    X(ptes_installed) \
    X(plan_pages)  /* pages that the plan read ahead (also counted as prefetched) */ \
    X(plan_missed) /* faults on planned pages that came out of the plan's order, or before it could read them */ \
    X(stall_ns)    /* time in which a fault waited for a device */
#define COUNTERS(X) \
    PRINTED_COUNTERS(X) \
    X(stall_instret) /* instructions spent in that waiting: not printed, since they are not in `instret` */

struct counters {
#define COUNTER_FIELD(name) uint64_t name;
    COUNTERS(COUNTER_FIELD)
#undef COUNTER_FIELD
};

#endif
