/*
 * victims.h: the pages of frames that a policy or the plan picked leave them. All functions: pager_lock held.
 */
#ifndef KERNEL_PAGER_VICTIMS_H
#define KERNEL_PAGER_VICTIMS_H

#include "kernel/pager/region.h"

/*
 * The PTEs of n <= BATCH_MAX of these frames' pages go, with one fence. The pages become ABSENT if they are clean, and count as evicted.
 * Returns how many are dirty: those stay RESIDENT.
 */
unsigned victims_evict(struct pool *pool, const uint32_t *slots, unsigned n);
/* If this victim is a dirty one it is mapped and used again, for whoever cannot wait until it is written. False: it is clean. */
bool victims_restore_dirty(struct pool *pool, uint32_t slot);

#endif
