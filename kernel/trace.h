/*
 * trace.h: the pages that the program touches in MAP_LLM mappings, for scripts/simulate (`scripts/run --trace FILE`).
 *
 * The launcher then gives the pool its fewest frames and no prefetching, so that nearly every change of page is a fault and the order
 * does not depend on a policy or a cap: what is missed is turning back to one of the two pages touched last. Mappings
 * follow each other in one numbering, in the order in which they are first touched.
 */
#ifndef KERNEL_TRACE_H
#define KERNEL_TRACE_H

#include "kernel/region.h"

/* At boot, thread context: record from now on. 0 or -ENOMEM. */
int trace_begin(void);
/* pager_lock held: this page is touched now. Does nothing unless a trace is recorded. */
void trace_page(const struct region *r, uint32_t page);
/* Thread context, at exit: writes what was recorded to /.bower/trace on the share, in the compact form of docs/policies.md. */
void trace_save(void);

#endif
