/* pt.c: pt.h with tables in an array. A load or store of the "program" goes through host_access. */
#include "arch/pt.h"

#include <stdlib.h>

#include "arch/host/machine.h"
#include "kernel/panic.h"

#define TABLE_PAGES 512u /* leaf tables as large as Sv39's, so that reserve and release mean the same */
#define TABLES ((PT_MMAP_END - PT_MMAP_BASE) / (TABLE_PAGES * PAGE_SIZE))

static struct pt_entry *tables[TABLES];
static struct pt_fence_counts fences;

/* NULL: nothing is reserved there. */
static struct pt_entry *entry(vaddr_t va)
{
    if (va < PT_MMAP_BASE || va >= PT_MMAP_END)
        return NULL;
    uint64_t page = (va - PT_MMAP_BASE) >> PAGE_SHIFT;
    struct pt_entry *table = tables[page / TABLE_PAGES];
    return table ? &table[page % TABLE_PAGES] : NULL;
}

static struct pt_entry *reserved_entry(vaddr_t va)
{
    struct pt_entry *e = entry(va);
    if (!e)
        panic("pt: %lx is not reserved", (unsigned long)va);
    return e;
}

static void fence_everywhere(bool needed)
{
    fences.local += needed;
    fences.remote += needed;
}

int pt_reserve(vaddr_t start, uint64_t length)
{
    ASSERT(start >= PT_MMAP_BASE && start + length <= PT_MMAP_END);
    uint64_t first = (start - PT_MMAP_BASE) >> PAGE_SHIFT, last = (start + length - PT_MMAP_BASE - 1) >> PAGE_SHIFT;
    for (uint64_t t = first / TABLE_PAGES; t <= last / TABLE_PAGES; t++) {
        if (!tables[t])
            tables[t] = calloc(TABLE_PAGES, sizeof(struct pt_entry));
        if (!tables[t])
            return -ENOMEM;
    }
    return 0;
}

void pt_release(vaddr_t start, uint64_t length)
{
    uint64_t first = (start - PT_MMAP_BASE) >> PAGE_SHIFT, end = (start + length - PT_MMAP_BASE) >> PAGE_SHIFT;
    for (uint64_t t = (first + TABLE_PAGES - 1) / TABLE_PAGES; t < end / TABLE_PAGES; t++) {
        free(tables[t]);
        tables[t] = NULL;
    }
}

static void map_page(const struct pt_run *r, uint32_t i)
{
    vaddr_t va = r->va + ((vaddr_t)i << PAGE_SHIFT);
    struct pt_entry *e = reserved_entry(va);
    if (e->valid)
        panic("map_batched: %lx is mapped already", (unsigned long)va);
    ASSERT((r->prot & VM_PROT_READ) && !(r->pa[i] & PAGE_MASK));
    *e = (struct pt_entry){
        .valid = 1,
        .read = 1,
        .write = (r->prot & VM_PROT_WRITE) != 0,
        .exec = (r->prot & VM_PROT_EXEC) != 0,
        .accessed = r->accessed,
        .dirty = r->dirty,
        .ppn = (r->pa[i] >> PAGE_SHIFT) & (((uint64_t)1 << 44) - 1),
    };
}

void map_batched(const struct pt_run *runs, size_t n)
{
    for (const struct pt_run *r = runs; r < runs + n; r++)
        for (uint32_t i = 0; i < r->n; i++)
            map_page(r, i);
}

void pt_unmap_batched(const vaddr_t *va, size_t n, struct pt_entry *old)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct pt_entry *e = entry(va[i]), was = e ? *e : (struct pt_entry){ 0 };
        any |= was.valid;
        if (old)
            old[i] = was;
        if (e)
            *e = (struct pt_entry){ 0 };
    }
    fence_everywhere(any);
}

struct pt_entry pt_lookup(vaddr_t va)
{
    const struct pt_entry *e = entry(va);
    return e ? *e : (struct pt_entry){ 0 };
}

void pt_unmap_spans(const struct pt_span *spans, size_t n, struct pt_entry *old)
{
    bool any = false;
    for (const struct pt_span *s = spans; s < spans + n; s++) {
        for (size_t i = 0; i < s->n; i++) {
            struct pt_entry *e = entry(s->va + (i << PAGE_SHIFT)), was = e ? *e : (struct pt_entry){ 0 };
            any |= was.valid;
            *old++ = was;
            if (e)
                *e = (struct pt_entry){ 0 };
        }
    }
    fence_everywhere(any);
}

size_t pt_accessed_length(vaddr_t va, size_t n)
{
    size_t length = 0;
    for (; length < n; length++) {
        struct pt_entry e = pt_lookup(va + (length << PAGE_SHIFT));
        if (!e.valid || !e.accessed)
            break;
    }
    return length;
}

bool pt_sweep_accessed(vaddr_t va)
{
    struct pt_entry *e = entry(va);
    bool was = e && e->valid && e->accessed;
    if (was)
        e->accessed = 0;
    return was;
}

pt_ticket pt_unmap_later(vaddr_t va, size_t n, struct pt_entry *old)
{
    pt_unmap_spans(&(struct pt_span){ va, n }, 1, old);
    return 0;
}

bool pt_have_left(pt_ticket ticket)
{
    return ticket == 0;
}

void pt_want_left(pt_ticket ticket)
{
    (void)ticket;
}

void pt_ask_to_leave(void *unused)
{
    (void)unused;
}

void pt_make_leave(void)
{
}

bool pt_is_behind(void)
{
    return false;
}

void pt_catch_up(void)
{
}

void pt_sweep_end(bool cleared)
{
    fence_everywhere(cleared);
}

void pt_clear_dirty(const vaddr_t *va, size_t n, bool *out)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct pt_entry *e = entry(va[i]);
        out[i] = e && e->valid && e->dirty;
        any |= out[i];
        if (out[i])
            e->dirty = 0;
    }
    fence_everywhere(any);
}

void pt_mark_accessed(vaddr_t va, bool write)
{
    struct pt_entry *e = reserved_entry(va);
    e->accessed = 1;
    if (write)
        e->dirty = 1;
    fences.local++;
}

void pt_protect_batched(const vaddr_t *va, size_t n, uint8_t prot)
{
    bool any = false;
    for (size_t i = 0; i < n; i++) {
        struct pt_entry *e = entry(va[i]);
        if (!e || !e->valid)
            continue;
        e->read = (prot & VM_PROT_READ) != 0;
        e->write = (prot & VM_PROT_WRITE) != 0;
        e->exec = (prot & VM_PROT_EXEC) != 0;
        any = true;
    }
    fence_everywhere(any);
}

void pt_fence_page(vaddr_t va)
{
    (void)va;
    fences.local++;
}

void pt_fence_range(vaddr_t va, size_t n)
{
    (void)va;
    (void)n;
    fences.local++;
}

struct pt_fence_counts pt_fence_counts(void)
{
    return fences;
}

bool host_access(vaddr_t va, bool write)
{
    struct pt_entry *e = entry(va);
    if (!e || !e->valid || !(write ? e->write : e->read))
        return false;
    e->accessed = 1;
    if (write)
        e->dirty = 1;
    return true;
}

enum fault_result host_touch(vaddr_t va, bool write)
{
    while (!host_access(va, write)) {
        enum fault_result result = handle_one_fault(va, write ? FAULT_WRITE : FAULT_READ);
        if (result != FAULT_RESOLVED)
            return result;
    }
    return FAULT_RESOLVED;
}
