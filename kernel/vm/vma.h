/*
 * vma.h: the table of address ranges, sorted by address. Only vm.c changes it: windows and their table change under mapping_lock and
 * pager_lock both, so holding either is enough to look. Functions that look: either is held; that change: both, unless a line says so.
 */
#ifndef KERNEL_VM_VMA_H
#define KERNEL_VM_VMA_H

#include "kernel/pager/region.h"
#include "kernel/thread/semaphore.h"

/*
 * Sleeping, outside pager_lock: whoever maps, unmaps, protects, syncs or advises holds it, and may wait for devices under it; faults never
 * take it. Nothing may be called under it that takes it again: reading or writing a mapped file does.
 */
extern struct semaphore mapping_lock;

/* The window that holds this address, or NULL. The fault path's first step: remembers the last answer. */
extern struct vma *vma_last_found;
struct vma *vma_search(vaddr_t address);
static inline struct vma *vma_find(vaddr_t address)
{
    struct vma *v = vma_last_found;
    return v && address - v->start < v->end - v->start ? v : vma_search(address);
}
/* Index of the first window that ends above address; vma_count() if there is none. For walks over a range. */
unsigned vma_first_above(vaddr_t address);
struct vma *vma_at(unsigned index);
unsigned vma_count(void);

/* Makes room for n more windows, before any change is begun. mapping_lock held, pager_lock not. 0 or -ENOMEM. */
int vma_reserve(unsigned n);
void vma_insert(struct vma *v); /* also opens it on its region */
void vma_remove(struct vma *v); /* also closes it; the caller frees it */
/* The window above `at` becomes a window of its own, `upper`. */
void vma_split(struct vma *v, vaddr_t at, struct vma *upper);

/* The window above becomes part of this one, if it goes on with the same pages and rights: then the caller frees it. Else NULL. */
struct vma *vma_join(struct vma *v);

/*
 * This range is to be mapped anew (MAP_FIXED): whoever finds nothing there, or may not touch it, waits until that is done. mapping_lock
 * held, pager_lock not. Length 0: it is.
 */
void vma_replace(vaddr_t start, uint64_t length);
bool vma_is_replaced(vaddr_t address);

/* The lowest gap of this length on this alignment, or 0. One page at least stays free between two mappings. */
vaddr_t vma_gap(uint64_t length, uint64_t alignment);

#endif
