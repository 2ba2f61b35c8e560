/*
 * writeback.h: dirty pages on their way out: written and kept (msync), or written because their frames are wanted.
 *
 * A page is WRITING until its request is done. Whoever faults on it, syncs, unmaps or ends the program waits for it (page_wait.h), so
 * nothing is lost between eviction and device. A page whose write fails is RESIDENT, mapped and dirty again, the log names it with its
 * offset in the file, and the next msync of it, or the exit, tries again and says why it fails.
 *
 * All functions: pager_lock held on entry and on return.
 */
#ifndef KERNEL_PAGER_WRITEBACK_H
#define KERNEL_PAGER_WRITEBACK_H

#include "kernel/pager/region.h"

/*
 * Writes n <= BATCH_MAX RESIDENT pages to their backings (or swap files) and waits. With keep they stay RESIDENT and mapped;
 * else they must be unmapped and their frames withdrawn, and they end ABSENT with their frames free. A page whose write fails stays
 * RESIDENT, mapped and dirty. Returns 0 or the first error. The regions stay while it waits.
 */
int writeback_pages(const struct page_ref *refs, size_t n, bool keep);

/*
 * For n frames that victims_evict has dealt with, some of them dirty. Where counts must repeat, what is dirty is written and waited
 * for, and all frames become free; fewer if some cannot be written, whose pages stay. 0 or the first error.
 */
int writeback_wait(struct pool *pool, uint32_t *slots, unsigned n);
/*
 * Else what is dirty is written behind, and its frames become free as that is done; while all that a fault finds is dirty, more and more
 * are written ahead of need. slots[] has room for `room` <= BATCH_MAX. Returns how many are clean, at most `wanted`: their slots come
 * first. Pages that find no place in the ring of batches stay in their frames.
 */
unsigned writeback_behind(struct pool *pool, uint32_t *slots, unsigned n, unsigned wanted, unsigned room);

/* There is no victim left: what could not be written is one again, though it was to be passed over for a while. False: there is nothing. */
bool writeback_try_again(struct pool *pool);

/* Must a fault that finds no clean frame fail, since so many victims could not be written? 0, or a negative errno: the last of them. */
static inline int writeback_error(const struct pool *pool)
{
    return pool->failed_writes >= WRITE_TRIES ? pool->write_error : 0;
}

#endif
