#include "kernel/vm/vm_pages.h"

#include "arch/pt.h"
#include "kernel/pager/batch.h"
#include "kernel/pager/harvest.h"
#include "kernel/pager/page_wait.h"
#include "kernel/pager/windows.h"
#include "kernel/pager/writeback.h"

#include <string.h>

bool region_is_written(const struct region *r)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling)
        if (r->shared && (v->prot & VM_PROT_WRITE))
            return true;
    return false;
}

#define STEP 32   /* pages a step: what a stack frame of the kernel has room for */
#define UPDATED 4 /* pages that are copied in one go */

/*
 * The next at most STEP resident pages of [*at, end), waiting for those under way if `settle`; *at moves past them. Absent ones lose the
 * flags `forget` as they are passed: while this waits for another one, they may be read again.
 */
static size_t next_resident(struct region *r, uint32_t *at, uint32_t end, struct page_ref *refs, bool settle, uint8_t forget)
{
    size_t n = 0;
    for (; *at < end && n < STEP; ++*at) {
        while (settle && (r->pages[*at].state == PAGE_READING || r->pages[*at].state == PAGE_WRITING)) {
            if (n > 0)
                return n; /* these first: the wait lets the lock go */
            page_wait(r, *at);
        }
        if (r->pages[*at].state == PAGE_RESIDENT)
            refs[n++] = (struct page_ref){ r, *at };
        else if (r->pages[*at].state == PAGE_ABSENT)
            r->pages[*at].flags &= (uint8_t)~forget;
    }
    return n;
}

void pages_hide(struct vma *v, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    vaddr_t va[STEP];
    struct pt_entry old[STEP];
    uint32_t at = first;
    size_t count;
    while ((count = next_resident(v->region, &at, first + n, refs, true, 0)) > 0) {
        for (size_t i = 0; i < count; i++)
            va[i] = vma_page_address(v, refs[i].page);
        pt_unmap_batched(va, count, old);
        for (size_t i = 0; i < count; i++)
            if (old[i].valid && old[i].dirty)
                v->region->pages[refs[i].page].flags |= PAGE_DIRTY;
    }
}

int pages_write_back(struct region *r, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    uint32_t at = first;
    size_t count;
    int error = 0;
    while ((count = next_resident(r, &at, first + n, refs, true, 0)) > 0) {
        windows_collect_dirty(refs, count);
        size_t ndirty = 0;
        for (size_t i = 0; i < count; i++)
            if (r->pages[refs[i].page].flags & PAGE_DIRTY)
                refs[ndirty++] = refs[i];
        int failed = ndirty ? writeback_pages(refs, ndirty, true) : 0;
        error = error ? error : failed;
    }
    return error;
}

uint32_t pages_of_file(const struct region *r, uint64_t offset, uint64_t length, uint32_t *first)
{
    uint64_t end = offset + length < offset ? UINT64_MAX : offset + length;
    uint64_t region_end = r->offset + ((uint64_t)r->npages << PAGE_SHIFT);
    uint64_t from = MAX(offset, r->offset), to = MIN(end, region_end);
    if (from >= to)
        return 0;
    *first = (uint32_t)((from - r->offset) >> PAGE_SHIFT);
    return (uint32_t)((to - r->offset + PAGE_MASK) >> PAGE_SHIFT) - *first;
}

int pages_flush_file(struct backing *backing, uint64_t offset, uint64_t length, const struct region *but)
{
    int error = 0;
    for (struct region *r = regions; r; r = r->next) {
        uint32_t first, n = r->backing && r->shared ? pages_of_file(r, offset, length, &first) : 0;
        if (n == 0 || r == but || !r->backing->ops->same(r->backing, backing))
            continue;
        spin_lock(&pager_lock);
        int failed = pages_write_back(r, first, n);
        spin_unlock(&pager_lock);
        error = error ? error : failed;
    }
    return error;
}

static bool page_is_shown(const struct region *r, uint32_t page)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling)
        if (vma_page_address(v, page))
            return true;
    return false;
}

void pages_drop_unseen(struct region *r, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    uint32_t at = first;
    size_t count;
    while ((count = next_resident(r, &at, first + n, refs, true, 0)) > 0)
        for (size_t i = 0; i < count; i++)
            if (!page_is_shown(r, refs[i].page))
                region_free_page(r, refs[i].page);
}

void pages_drop(struct region *r, uint32_t first, uint32_t n)
{
    struct page_ref refs[STEP];
    uint32_t at = first;
    size_t count;
    pt_make_leave(); /* no hart reads on what is gone already */
    if (r->pool)
        harvest_all(r->pool);
    while ((count = next_resident(r, &at, first + n, refs, true, PAGE_SWAPPED)) > 0) {
        size_t ndirty = 0;
        windows_unmap(refs, count);
        for (size_t i = 0; i < count; i++) {
            struct page *p = &r->pages[refs[i].page];
            if (r->shared && (p->flags & PAGE_DIRTY)) {
                refs[ndirty++] = refs[i];
            } else {
                region_free_page(r, refs[i].page);
                p->flags = 0; /* nor is what it has in the swap file its contents any more */
            }
        }
        if (ndirty > 0)
            writeback_pages(refs, ndirty, true); /* an error leaves them dirty: msync will say why */
    }
    pt_make_leave(); /* nor on what a plan has let go while this waited */
}

static void update_page(const struct region *r, uint32_t page, const struct file_bytes *now)
{
    uint64_t start = r->offset + ((uint64_t)page << PAGE_SHIFT);
    uint64_t from = MAX(start, now->offset), to = MIN(start + PAGE_SIZE, now->offset + now->length);
    uint8_t *frame = pa_to_kva(page_pa(&r->pages[page]));
    memcpy(frame + (from - start), now->bytes + (from - now->offset), to - from);
}

void pages_update(struct region *r, uint32_t first, uint32_t n, const struct file_bytes *now)
{
    uint8_t dirty = region_is_written(r) ? PAGE_DIRTY : 0;
    pt_make_leave(); /* no hart reads on what is gone already */
    for (uint32_t page = first; page < first + n; page++) {
        struct page *p = &r->pages[page];
        while (p->state == PAGE_READING || p->state == PAGE_WRITING)
            page_wait(r, page);
        if (p->state == PAGE_RESIDENT) {
            update_page(r, page, now);
            p->flags |= dirty;
        }
        if (page % UPDATED == 0) {
            spin_unlock(&pager_lock); /* others have their turn */
            spin_lock(&pager_lock);
        }
    }
    pt_make_leave(); /* nor on what a plan has let go while this waited */
}

void pages_fetch(struct region *r, uint32_t first, uint32_t n)
{
    uint32_t end = MIN(first + n, region_file_pages(r));
    uint32_t at = first;
    while (at < end) {
        uint32_t wanted[BATCH_MAX], count = 0;
        uint32_t most = r->pool ? MIN((uint32_t)BATCH_MAX, pool_available(r->pool)) : BATCH_MAX;
        for (; at < end && count < most; at++)
            if (r->pages[at].state == PAGE_ABSENT)
                wanted[count++] = at;
        if (count == 0)
            return;
        int error;
        struct batch *b = batch_read(r, 0, PAGE_NONE, wanted, count, &error);
        if (b)
            batch_wait(b);
        else if (error)
            return;
        else if (!r->pool)
            at = wanted[0]; /* no place in the ring, until now: plain memory comes as asked, frames of a pool if there are some */
    }
}

void pages_protect(struct vma *v, uint8_t prot)
{
    struct page_ref refs[STEP];
    vaddr_t va[STEP];
    uint32_t at = v->first, n = (uint32_t)((v->end - v->start) >> PAGE_SHIFT);
    size_t count;
    v->prot = prot;
    pt_make_leave(); /* with the old permission */
    if (prot == 0) { /* R=W=X=0 would mean a pointer to the next level (Priv. 4.3.2): no PTE at all */
        pages_hide(v, v->first, n);
        pt_make_leave(); /* what a plan has let go while this waited */
        return;
    }
    while ((count = next_resident(v->region, &at, v->first + n, refs, false, 0)) > 0) {
        for (size_t i = 0; i < count; i++)
            va[i] = vma_page_address(v, refs[i].page);
        pt_protect_batched(va, count, prot);
    }
}
