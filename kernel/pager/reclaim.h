/*
 * reclaim.h: pages of files outside the pool, which go when memory runs short and are read again when they are touched: what a program
 * maps without MAP_LLM, as on Linux.
 *
 * Only clean pages go. Which ones is left to chance, but for a second one to those that were used since they were last looked at: in a scan
 * that comes round again the oldest page would be just the one that is needed next.
 */
#ifndef KERNEL_PAGER_RECLAIM_H
#define KERNEL_PAGER_RECLAIM_H

#include "kernel/types.h"

/* Memory for a page outside the pool; while less than RECLAIM_RESERVE pages are free, such pages go. 0: none. pager_lock held. */
#define RECLAIM_RESERVE 1024u
paddr_t reclaim_page(void);
/* Until so many pages are free, or no more can go; nothing goes where all of it would not be enough. Thread context, no lock held. */
void reclaim_until(uint64_t npages);
/*
 * Pages that would be free if all of files went (dirty ones do not); *mapped: how many such pages there would be if all came. mapping_lock
 * or pager_lock held.
 */
uint64_t reclaim_reach(uint64_t *mapped);

#endif
