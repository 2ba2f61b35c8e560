/*
 * harvest.h: which of the pages that were read ahead have been used since: their A bit is set, and nobody has told. All functions:
 * pager_lock held.
 */
#ifndef KERNEL_PAGER_HARVEST_H
#define KERNEL_PAGER_HARVEST_H

#include "kernel/pager/region.h"

/* Looks at the A bits of pages read ahead (bounded) and says of those used that they are (region_note_touched), oldest first. */
void harvest_some(struct pool *pool);
/* The same without a bound, before pages go: what they were used for since the last fault is not lost. */
void harvest_all(struct pool *pool);

#endif
