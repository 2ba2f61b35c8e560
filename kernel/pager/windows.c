#include "kernel/pager/windows.h"

#include "arch/pt.h"

#include <string.h>

/* How many of the n pages from here on are neighbours in one window, with A preset alike? page `demanded` stands alone. */
static inline uint32_t run_length(const uint32_t *pages, size_t n, uint64_t room, uint32_t demanded)
{
    uint32_t page = pages[0], length = 1, most = (uint32_t)MIN(n, room);
    if (page == demanded)
        return 1;
    while (length < most && pages[length] == page + length && page + length != demanded)
        length++;
    return length;
}

/* Apart from windows_map, so that a single page needs no room for so many runs. */
static __attribute__((noinline)) void map_pages(struct region *r, const uint32_t *pages, const paddr_t *pa, size_t n, bool accessed,
                                                uint32_t demanded)
{
    struct pt_run runs[BATCH_MAX];
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        struct pt_run *run = runs;
        if (v->prot == 0)
            continue;
        for (size_t i = 0, length; i < n; i += length) {
            vaddr_t va = vma_page_address(v, pages[i]);
            length = 1;
            if (va == 0)
                continue;
            length = run_length(pages + i, n - i, (v->end - va) >> PAGE_SHIFT, demanded);
            *run++ = (struct pt_run){ va, pa + i, (uint32_t)length, v->prot, accessed || pages[i] == demanded, false };
            r->counters.ptes_installed += length;
        }
        map_batched(runs, (size_t)(run - runs));
    }
}

static inline void map_page(struct region *r, uint32_t page, const paddr_t *pa, bool accessed)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va == 0 || v->prot == 0)
            continue;
        map_batched(&(struct pt_run){ va, pa, 1, v->prot, accessed, false }, 1);
        r->counters.ptes_installed++;
    }
}

void windows_map(struct region *r, const uint32_t *pages, const paddr_t *pa, size_t n, bool accessed, uint32_t demanded)
{
    ASSERT(n <= BATCH_MAX);
    if (__builtin_expect(r->shows_late, 0) && !accessed) {
        while (n > 0 && *pages != demanded)
            pages++, pa++, n--;
        n = MIN(n, (size_t)1);
    }
    if (n == 1)
        map_page(r, pages[0], pa, accessed || pages[0] == demanded);
    else
        map_pages(r, pages, pa, n, accessed, demanded);
}

void windows_map_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n)
{
    if (__builtin_expect(!r->shows_late, 1))
        windows_show_run(r, first, pa, n);
}

/* So many of n pages a window shows, which may begin later, or end sooner: those from page `first` + *skip on, at *va. */
static inline uint32_t shown_by(const struct vma *v, uint32_t first, uint32_t n, uint32_t *skip, vaddr_t *va)
{
    *skip = __builtin_expect(first < v->first, 0) ? MIN(v->first - first, n) : 0;
    uint32_t shown = (uint32_t)((v->end - v->start) >> PAGE_SHIFT), at = first + *skip - v->first;
    *va = v->start + ((vaddr_t)at << PAGE_SHIFT);
    return at < shown ? MIN(n - *skip, shown - at) : 0;
}

void windows_show_run(struct region *r, uint32_t first, const paddr_t *pa, uint32_t n)
{
    uint32_t skip;
    vaddr_t va;
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        uint32_t left = shown_by(v, first, n, &skip, &va);
        if (v->prot == 0 || left == 0)
            continue;
        map_batched(&(struct pt_run){ va, pa + skip, left, v->prot, false, false }, 1);
        r->counters.ptes_installed += left;
    }
}

bool windows_is_mapped(const struct region *r, uint32_t page)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va && pt_lookup(va).valid)
            return true;
    }
    return false;
}

bool windows_is_accessed(const struct region *r, uint32_t page)
{
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        struct pt_entry e = pt_lookup(va);
        if (va && e.valid && e.accessed)
            return true;
    }
    return false;
}

bool windows_sweep_accessed(struct region *r, uint32_t page)
{
    bool any = false;
    for (struct vma *v = r->vmas; v; v = v->sibling) {
        vaddr_t va = vma_page_address(v, page);
        if (va)
            any |= pt_sweep_accessed(va);
    }
    return any;
}

enum pte_step { TAKE_AWAY,
                CLEAR_DIRTY };

/* One step for up to BATCH_MAX PTEs; said[i]: D was set. */
static void step_ptes(const vaddr_t *va, size_t n, enum pte_step step, bool *said)
{
    struct pt_entry old[BATCH_MAX];
    switch (step) {
    case TAKE_AWAY:
        pt_unmap_batched(va, n, old);
        for (size_t i = 0; i < n; i++)
            said[i] = old[i].valid && old[i].dirty;
        break;
    case CLEAR_DIRTY:
        pt_clear_dirty(va, n, said);
    }
}

/*
 * The step for every PTE of n pages. said[i] is about refs[i], whichever window it was seen in. Windows beyond the first are
 * rare: they go one by one.
 */
static void for_every_pte(const struct page_ref *refs, size_t n, enum pte_step step, bool *said)
{
    vaddr_t va[BATCH_MAX];
    size_t others = 0;
    if (n == 0)
        return;
    va[0] = 0; /* gcc 12 cannot see that the loop runs */
    for (size_t i = 0; i < n; i++) {
        const struct vma *v = refs[i].region->vmas;
        va[i] = v ? vma_page_address(v, refs[i].page) : 0; /* page 0 is never mapped: nothing is found there */
        others += v && v->sibling;
    }
    step_ptes(va, n, step, said);
    for (size_t i = 0; i < n && others > 0; i++) {
        for (const struct vma *v = refs[i].region->vmas; v; v = v->sibling) {
            bool one = false;
            vaddr_t address = vma_page_address(v, refs[i].page);
            if (address && address != va[i])
                step_ptes(&address, 1, step, &one);
            said[i] |= one;
        }
    }
}

static void note_dirty(const struct page_ref *refs, size_t n, const bool *dirty)
{
    for (size_t i = 0; i < n; i++)
        if (dirty[i])
            refs[i].region->pages[refs[i].page].flags |= PAGE_DIRTY;
}

void windows_unmap(const struct page_ref *refs, size_t n)
{
    bool dirty[BATCH_MAX];
    for_every_pte(refs, n, TAKE_AWAY, dirty);
    note_dirty(refs, n, dirty);
}

void windows_collect_dirty(const struct page_ref *refs, size_t n)
{
    bool dirty[BATCH_MAX];
    for_every_pte(refs, n, CLEAR_DIRTY, dirty);
    note_dirty(refs, n, dirty);
}

/* windows_unmap_run where several windows show the pages, or none shows them all: a fence for each that had any of them. */
static __attribute__((noinline)) uint64_t unmap_everywhere(const struct region *r, uint32_t first, uint32_t n, struct pt_entry *old)
{
    struct pt_entry seen[IO_MAX_PAGES];
    uint32_t skip;
    vaddr_t va;
    ASSERT(n <= IO_MAX_PAGES);
    memset(old, 0, n * sizeof *old);
    for (const struct vma *v = r->vmas; v; v = v->sibling) {
        uint32_t left = shown_by(v, first, n, &skip, &va);
        if (left > 0)
            pt_unmap_spans(&(struct pt_span){ va, left }, 1, seen);
        for (uint32_t i = 0; i < left; i++) {
            old[skip + i].valid |= seen[i].valid;
            old[skip + i].accessed |= seen[i].accessed;
            old[skip + i].dirty |= seen[i].dirty;
        }
    }
    return 0;
}

static __attribute__((noinline)) uint64_t unmap_writable(vaddr_t va, uint32_t n, struct pt_entry *old)
{
    pt_unmap_spans(&(struct pt_span){ va, n }, 1, old);
    return 0;
}

uint64_t windows_unmap_run(const struct region *r, uint32_t first, uint32_t n, struct pt_entry *old)
{
    const struct vma *v = r->vmas;
    if (!v || v->sibling || first < v->first || (uint64_t)(first - v->first + n) > (v->end - v->start) >> PAGE_SHIFT)
        return unmap_everywhere(r, first, n, old);
    vaddr_t va = v->start + ((vaddr_t)(first - v->first) << PAGE_SHIFT);
    return v->prot & VM_PROT_WRITE ? unmap_writable(va, n, old) : pt_unmap_later(va, n, old);
}

void windows_unmap_others(const struct region *r, uint32_t page, struct pt_entry *said)
{
    const struct vma *first = r->vmas;
    for (const struct vma *v = first ? first->sibling : NULL; v; v = v->sibling) {
        struct pt_entry one;
        vaddr_t va = vma_page_address(v, page);
        if (va == 0)
            continue;
        pt_unmap_batched(&va, 1, &one); /* all zeros where none is valid */
        said->accessed |= one.accessed;
        said->dirty |= one.dirty;
    }
}
