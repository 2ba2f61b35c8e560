/* The program's heap: one growing range of resident memory, for newlib's malloc. See vm.h. */
#include "kernel/vm/vm.h"

#include "arch/pt.h"
#include "kernel/pager/batch.h"
#include "kernel/pager/reclaim.h"
#include "kernel/mem.h"
#include "kernel/vm/vm_heap.h"

#define HEAP_RESERVE 512 /* pages that the heap leaves to page tables and the kernel */

static vaddr_t heap_end = HEAP_BASE; /* what the program has been given; both belong to the one caller of vm_sbrk */
static vaddr_t heap_top = HEAP_BASE; /* page-aligned end of what is mapped */

static int grow_page_by_page(vaddr_t to)
{
    paddr_t pa[BATCH_MAX];
    while (heap_top < to) {
        uint32_t n = 0;
        for (vaddr_t va = heap_top; va < to && n < BATCH_MAX; va += PAGE_SIZE) {
            pa[n] = mem_pages(1);
            if (!pa[n])
                break;
            n++;
        }
        if (n == 0)
            return -ENOMEM;
        map_batched(&(struct pt_run){ heap_top, pa, n, VM_PROT_READ | VM_PROT_WRITE, true, true }, 1);
        pt_fence_range(heap_top, n);
        heap_top += n * PAGE_SIZE;
    }
    return 0;
}

static void shrink_to(vaddr_t to)
{
    vaddr_t va[BATCH_MAX];
    struct pt_entry old[BATCH_MAX];
    while (heap_top > to) {
        size_t n = 0;
        while (heap_top > to && n < BATCH_MAX)
            va[n++] = heap_top -= PAGE_SIZE;
        pt_unmap_batched(va, n, old);
        for (size_t i = 0; i < n; i++)
            mem_free_pages(pt_entry_pa(old[i]), 1);
    }
}

int64_t vm_sbrk(int64_t increment)
{
    vaddr_t old_end = heap_end, to = heap_end + (vaddr_t)increment;
    if (to < HEAP_BASE || to > HEAP_LIMIT)
        return -ENOMEM;
    vaddr_t top = PAGE_ALIGN_UP(to), old_top = heap_top;
    if (top > heap_top) {
        uint64_t pages = (top - heap_top) >> PAGE_SHIFT;
        reclaim_until(pages + HEAP_RESERVE);
        if (mem_free_count() < pages + HEAP_RESERVE || pt_reserve(heap_top, top - heap_top) != 0)
            return -ENOMEM;
        if (grow_page_by_page(top) != 0) {
            shrink_to(old_top);
            return -ENOMEM;
        }
    } else {
        shrink_to(top);
    }
    heap_end = to;
    return (int64_t)old_end;
}

vaddr_t heap_limit(void)
{
    return heap_top;
}
