/*
 * writeback.h: dirty pages on their way out: written and kept (msync), or written because their frames are wanted.
 *
 * A page is WRITING until its request is done. Whoever faults on it, syncs, unmaps or ends the program waits for it (page_wait.h), so
 * nothing is lost between eviction and device. A page whose write fails is RESIDENT, mapped and dirty again, the log names it with its
 * offset in the file, and the next msync of it, or the exit, tries again and says why it fails.
 *
 * All functions: pager_lock held on entry and on return.
 */
#ifndef KERNEL_WRITEBACK_H
#define KERNEL_WRITEBACK_H

#include "kernel/region.h"

/*
 * Writes n <= BATCH_MAX RESIDENT pages to their backings (or swap files) and waits. With keep they stay RESIDENT and mapped;
 * else they must be unmapped and their frames withdrawn, and they end ABSENT with their frames free. A page whose write fails stays
 * RESIDENT, mapped and dirty. Returns 0 or the first error. The regions stay while it waits.
 */
int batch_write(const struct page_ref *refs, size_t n, bool keep);

/*
 * Of n frames that pool_evict has dealt with: at most `most` dirty pages for batch_write, in dirty[]; others are mapped again. The slots of
 * clean ones come first in slots[]. Returns how many are to be written.
 */
unsigned writeback_choose(struct pool *pool, uint32_t *slots, unsigned n, struct page_ref *dirty, unsigned most, unsigned *clean);
/*
 * Of n frames that pool_evict has dealt with some hold dirty pages: those are written in the background, and their frames become free
 * as they are done. Returns how many are clean: their slots come first. Frames of pages that find no place in the ring of batches stay
 * with them.
 */
unsigned writeback_begin(struct pool *pool, uint32_t *slots, unsigned n);

/* Must a fault that finds no clean frame fail, since so many victims could not be written? 0, or a negative errno: the last of them. */
static inline int writeback_error(const struct pool *pool)
{
    return pool->failed_writes >= WRITE_TRIES ? pool->write_error : 0;
}

#endif
