/*
 * windows.h: the PTEs that pages of a region have, one in each window that shows the page (region.h). A function is done with all of a
 * page's windows when it returns. All functions: pager_lock held.
 */
#ifndef KERNEL_PAGER_WINDOWS_H
#define KERNEL_PAGER_WINDOWS_H

#include "kernel/pager/region.h"

/*
 * Maps n <= BATCH_MAX pages, which have the frames pa[], in every window that allows access: one call to map_batched for
 * each. accessed: preset A; the page named by `demanded` (or PAGE_NONE) always gets it.
 */
void windows_map(struct region *r, const uint32_t *pages, const paddr_t *pa, size_t n, bool accessed, uint32_t demanded);
/* The same for n neighbours, the first of them page `first`, without A. */
void windows_map_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n);
/* The same, also where pages are shown late (region->shows_late): windows_map_run maps none there, windows_map the demanded one alone. */
void windows_show_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n);
/* Is the page mapped in any window? Is its A bit set in any? */
bool windows_is_mapped(const struct region *r, uint32_t page);
bool windows_is_accessed(const struct region *r, uint32_t page);
/* The page's A bit in any window, cleared: one step of a sweep that the caller ends with pt_sweep_end. */
bool windows_sweep_accessed(struct region *r, uint32_t page);
/*
 * Takes the PTEs of n pages out of every window (or clears D only), with one fence, and moves what D said into PAGE_DIRTY.
 * The pages may belong to several regions.
 */
void windows_unmap(const struct page_ref *refs, size_t n);
void windows_collect_dirty(const struct page_ref *refs, size_t n);
/*
 * The same for n neighbours, whose PTEs are handed out instead (those of several windows in one). Where nobody can write to
 * them, other harts fence later: the frames of those that were valid wait for the ticket (pt_have_left); 0: they need not.
 */
struct pt_entry;
uint64_t windows_unmap_run(const struct region *r, uint32_t first, uint32_t n, struct pt_entry *old);
/* Takes the page's PTEs out of all windows but the first; their A and D come to those of *said. */
void windows_unmap_others(const struct region *r, uint32_t page, struct pt_entry *said);

#endif
