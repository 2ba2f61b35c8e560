/*
 * vm_pages.h: what munmap, mprotect, msync and madvise do to a stretch of pages of one region. mapping_lock and pager_lock held, unless a
 * line says otherwise; functions marked "waits" let pager_lock go in between. Work goes in steps of some pages, each one fence.
 */
#ifndef KERNEL_VM_VM_PAGES_H
#define KERNEL_VM_VM_PAGES_H

#include "kernel/pager/region.h"

/* Does any window let the program write to the file? Either lock is enough. */
bool region_is_written(const struct region *r);

/* Takes the PTEs of the pages out of this window only (waits for those under way); what D said stays with the page. */
void pages_hide(struct vma *v, uint32_t first, uint32_t n);
/* Writes the dirty ones of a shared region to their file and waits. 0 or the first error; the pages stay. */
int pages_write_back(struct region *r, uint32_t first, uint32_t n);
/* Resident pages that no window shows give their frames back (waits for those under way). What was dirty is lost. */
void pages_drop_unseen(struct region *r, uint32_t first, uint32_t n);
/*
 * The same for every page, shown or not (waits). Private pages lose their contents, swapped ones too. A shared page that was written to
 * since pages_write_back is written once more and stays: its contents are nowhere else.
 */
void pages_drop(struct region *r, uint32_t first, uint32_t n);
/*
 * The file has these bytes now: so do pages that hold a frame (waits). They are dirty if somebody may store to them, since a write-back
 * that was under way meanwhile may have put the old bytes there again.
 */
struct file_bytes {
    uint64_t offset, length;
    const uint8_t *bytes;
};
void pages_update(struct region *r, uint32_t first, uint32_t n, const struct file_bytes *now);
/* Brings in what is absent, as far as frames go round without evicting anything read ahead (waits). */
void pages_fetch(struct region *r, uint32_t first, uint32_t n);
/* The pages of r that these bytes of its file lie in, from page *first on. Returns how many. No lock. */
uint32_t pages_of_file(const struct region *r, uint64_t offset, uint64_t length, uint32_t *first);
/* Writes back what shared mappings, except this one, hold of these bytes. mapping_lock held, pager_lock not. 0 or the first error. */
int pages_flush_file(struct backing *backing, uint64_t offset, uint64_t length, const struct region *but);
/* The window's pages get another permission, in place; with none at all they are hidden (waits). */
void pages_protect(struct vma *v, uint8_t prot);

#endif
