/*
 * pt.c: the page table of the one address space. Instructions count here (docs/costs.md), so each
 * call walks once per leaf table and then counts entries.
 *
 * satp's ASID is 0 throughout; entries made at boot are global, those made here are not, and fences name ASID 0.
 */
#include "arch/pt.h"

/* Frame pointers cost a tenth of a short call; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "arch/barrier.h"
#include "arch/riscv64/hart_state.h"
#include "arch/riscv64/pt_fence.h"
#include "arch/riscv64/pte.h"
#include "kernel/mem.h"
#include "kernel/panic.h"

#include <string.h>

pte_t pt_root[PT_ENTRIES] __attribute__((aligned(PAGE_SIZE)));

static inline pte_t *table_of(pte_t pointer)
{
    return pa_to_kva(pte_pa(pointer));
}

/*
 * Each hart remembers the table that it used last in one word: the table's address, and above it which 2 MiB the table
 * spans. One word, so that a thread that moves to another hart between two instructions sees it whole. 0 fits no address
 * that has leaf tables.
 */
#define WALK_SPAN_SHIFT 40
_Static_assert(PT_LINEAR_END <= (uint64_t)1 << WALK_SPAN_SHIFT, "tables lie in RAM, which ends there");

static __attribute__((noinline)) pte_t *walk(vaddr_t va)
{
    pte_t e;

    if (va - PT_LINEAR_END >= PT_USER_END - PT_LINEAR_END)
        return NULL;
    e = pte_load(&pt_root[PT_INDEX(va, 2)]);
    if (e == 0)
        return NULL;
    e = pte_load(&table_of(e)[PT_INDEX(va, 1)]);
    if (e == 0)
        return NULL;
    this_hart()->walk = (va >> PT_LEVEL_SHIFT(1)) << WALK_SPAN_SHIFT | pte_pa(e);
    return table_of(e);
}

/* What this hart remembers, or NULL: ask walk, in a tail call, so that the short way needs no stack frame. */
static inline pte_t *remembered_table(vaddr_t va)
{
    uint64_t last = this_hart()->walk;

    if (__builtin_expect(last >> WALK_SPAN_SHIFT != va >> PT_LEVEL_SHIFT(1), 0))
        return NULL;
    return pa_to_kva(last << (64 - WALK_SPAN_SHIFT) >> (64 - WALK_SPAN_SHIFT));
}

/* The table that holds the leaves around va, or NULL. */
static inline pte_t *leaf_table(vaddr_t va)
{
    pte_t *table = remembered_table(va);

    return table ? table : walk(va);
}

/* A table is about to go; its range is nobody's, so no other hart is using it just now. */
static void forget_walks(void)
{
    for (unsigned i = 0; i < MAX_HARTS; i++)
        __atomic_store_n(&harts[i].walk, 0, __ATOMIC_RELAXED);
}

/* The entry of va in its leaf table. As a byte offset it costs one shift and one mask. */
static inline pte_t *leaf_entry(pte_t *table, vaddr_t va)
{
    const vaddr_t mask = (PT_ENTRIES - 1) * sizeof(pte_t);

    return (pte_t *)((char *)table + (va >> (PAGE_SHIFT - PTE_SIZE_SHIFT) & mask));
}

/* Walks once per leaf table while neighbours follow each other. */
struct cursor {
    vaddr_t span; /* va / 2 MiB of the table */
    pte_t *table;
};
#define CURSOR_START \
    { \
        .span = (vaddr_t)-1, .table = NULL \
    }

static inline pte_t *cursor_entry(struct cursor *c, vaddr_t va)
{
    vaddr_t span = va >> PT_LEVEL_SHIFT(1);

    if (__builtin_expect(span != c->span, 0)) {
        c->table = leaf_table(va);
        c->span = span;
    }
    return __builtin_expect(c->table != NULL, 1) ? leaf_entry(c->table, va) : NULL;
}

/* How many of a span's pages from va on share one leaf table. */
static inline size_t span_step(vaddr_t va, size_t left)
{
    return MIN(left, PT_ENTRIES - (size_t)PT_INDEX(va, 0));
}

/* ---- upper levels */

/* The table behind *entry, made if there is none; NULL: no memory. */
static pte_t *table_at(pte_t *entry)
{
    pte_t e = pte_load(entry);
    paddr_t pa;

    if (e & PTE_V) {
        ASSERT(pte_is_pointer(e));
        return table_of(e);
    }
    pa = mem_pages(1);
    if (!pa)
        return NULL;
    memset(pa_to_kva(pa), 0, PAGE_SIZE);
    mb_data_before_pte();
    pte_store(entry, pte_pointer(pa));
    return pa_to_kva(pa);
}

pte_t *pt_entry_at(vaddr_t va, unsigned level)
{
    pte_t *table = pt_root;

    for (unsigned l = SV39_LEVELS - 1; l > level; l--) {
        table = table_at(&table[PT_INDEX(va, l)]);
        if (!table)
            return NULL;
    }
    return &table[PT_INDEX(va, level)];
}

int pt_reserve(vaddr_t start, uint64_t length)
{
    vaddr_t end = start + length;

    ASSERT(end >= start && start >= PT_LINEAR_END && end <= PT_USER_END);
    /* First the tables that stay for good: between leaf tables, which go again, they would leave memory in pieces. */
    for (vaddr_t va = start & ~(PT_LEVEL_SIZE(2) - 1); va < end; va += PT_LEVEL_SIZE(2))
        if (!pt_entry_at(va, 1))
            return -ENOMEM;
    for (vaddr_t va = start & ~(PT_LEVEL_SIZE(1) - 1); va < end; va += PT_LEVEL_SIZE(1))
        if (!pt_entry_at(va, 0))
            return -ENOMEM;
    /* Invalid to valid, where a fault in between could not tell. */
    fence_local(&start, 1);
    return 0;
}

void pt_release(vaddr_t start, uint64_t length)
{
    vaddr_t first = (start + PT_LEVEL_SIZE(1) - 1) & ~(PT_LEVEL_SIZE(1) - 1);
    vaddr_t end = (start + length) & ~(PT_LEVEL_SIZE(1) - 1);
    paddr_t unused = 0;

    /* Tables are chained through their first words until no hart can be walking them any more. */
    for (vaddr_t va = first; va < end; va += PT_LEVEL_SIZE(1)) {
        pte_t *table = leaf_table(va), *entry;

        if (!table)
            continue;
        for (unsigned i = 0; i < PT_ENTRIES; i++)
            ASSERT(!(table[i] & PTE_V));
        entry = pt_entry_at(va, 1);
        pte_store(entry, 0);
        table[1] = unused; /* even with its low bits read as flags this is not a valid entry: pages are aligned */
        unused = kva_to_pa(table);
    }
    if (!unused)
        return;
    forget_walks();
    /* Every upper entry may be cached: fence more than TLB_FENCE_ALL pages' worth. */
    fence_all_harts(&start, TLB_FENCE_ALL + 1);
    while (unused) {
        paddr_t next = ((pte_t *)pa_to_kva(unused))[1];

        mem_free_pages(unused, 1);
        unused = next;
    }
}

/* ---- leaves */

static __attribute__((noinline, cold, noreturn)) void refuse_leaf(vaddr_t va)
{
    panic("map_batched: %lx, or a neighbour above it, %s", va, leaf_table(va) ? "is mapped already" : "was not reserved");
}

/* Leaves for n pages of one leaf table, the first at entry: ten instructions a page. */
static inline void map_neighbours(pte_t *entry, vaddr_t va, const paddr_t *pa, uint32_t n, pte_t bits)
{
    for (const paddr_t *end = pa + n; pa < end; pa++, entry++) {
        if (__builtin_expect(pte_load(entry) & PTE_V, 0))
            refuse_leaf(va);
        pte_store(entry, pte_address(*pa) | bits);
    }
}

/* Neighbours of several leaf tables. */
static __attribute__((noinline)) void map_across(const struct pt_run *r, struct cursor *cursor, pte_t bits)
{
    const paddr_t *pa = r->pa;
    vaddr_t va = r->va;

    for (uint32_t left = r->n, some; left > 0; left -= some, pa += some, va += (vaddr_t)some << PAGE_SHIFT) {
        pte_t *entry = cursor_entry(cursor, va);

        if (__builtin_expect(!entry, 0))
            refuse_leaf(va);
        some = (uint32_t)span_step(va, left);
        map_neighbours(entry, va, pa, some, bits);
    }
}

static inline void map_run(const struct pt_run *r, struct cursor *cursor)
{
    pte_t bits = pte_leaf_bits(r->prot, r->accessed, r->dirty), *entry = cursor_entry(cursor, r->va);

    if (__builtin_expect(entry && span_step(r->va, r->n) == r->n, 1))
        map_neighbours(entry, r->va, r->pa, r->n, bits);
    else
        map_across(r, cursor, bits);
}

static __attribute__((noinline)) void map_many(const struct pt_run *runs, size_t n)
{
    struct cursor cursor = CURSOR_START;

    if (n == 0)
        return;
    mb_data_before_pte();
    for (const struct pt_run *r = runs; r < runs + n; r++) {
        map_run(r, &cursor);
        if (r->accessed)
            note_shown(r->va, r->n);
    }
}

static inline void map_single(pte_t *entry, const struct pt_run *r)
{
    if (__builtin_expect(pte_load(entry) & PTE_V, 0))
        refuse_leaf(r->va);
    pte_store(entry, pte_address(*r->pa) | pte_leaf_bits(r->prot, r->accessed, r->dirty));
    if (r->accessed)
        note_shown(r->va, 1);
}

static __attribute__((noinline)) void walk_and_map(const struct pt_run *r)
{
    pte_t *table = walk(r->va);

    if (!table)
        refuse_leaf(r->va);
    map_single(leaf_entry(table, r->va), r);
}

/* What most faults need, one page, and what streams past, neighbours: in the leaf table that was used last they need no stack frame. */
void map_batched(const struct pt_run *runs, size_t n)
{
    pte_t *table = n == 1 ? remembered_table(runs->va) : NULL;

    if (__builtin_expect(n == 1 && runs->n == 1, 1)) {
        mb_data_before_pte();
        if (table)
            map_single(leaf_entry(table, runs->va), runs);
        else
            walk_and_map(runs);
    } else if (table && !runs->accessed && span_step(runs->va, runs->n) == runs->n) {
        mb_data_before_pte();
        map_neighbours(leaf_entry(table, runs->va), runs->va, runs->pa, runs->n, pte_leaf_bits(runs->prot, false, runs->dirty));
    } else {
        map_many(runs, n);
    }
}

static inline struct pt_entry entry_of(pte_t e)
{
    union {
        pte_t raw;
        struct pt_entry fields;
    } u = { .raw = e };

    _Static_assert(sizeof(struct pt_entry) == sizeof(pte_t), "4.4.1");
    return u.fields;
}

void pt_unmap_batched(const vaddr_t *va, size_t n, struct pt_entry *old)
{
    struct cursor cursor = CURSOR_START;
    pte_t any = 0;

    for (size_t i = 0; i < n; i++) {
        pte_t *entry = cursor_entry(&cursor, va[i]);
        pte_t e = entry ? pte_swap(entry, 0) : 0;

        any |= e;
        if (old)
            old[i] = entry_of(e);
    }
    if (any)
        fence_all_harts(va, n);
}

static __attribute__((noinline)) pte_t walk_and_load(vaddr_t va)
{
    pte_t *table = walk(va);

    return table ? pte_load(leaf_entry(table, va)) : 0;
}

static inline pte_t load_leaf(vaddr_t va)
{
    pte_t *table = remembered_table(va);

    return __builtin_expect(table != NULL, 1) ? pte_load(leaf_entry(table, va)) : walk_and_load(va);
}

struct pt_entry pt_lookup(vaddr_t va)
{
    return entry_of(load_leaf(va));
}

size_t pt_accessed_length(vaddr_t va, size_t n)
{
    size_t length = 0;

    while (length < n) {
        const pte_t *table = leaf_table(va + (length << PAGE_SHIFT)), *entry, *end;

        if (!table)
            break;
        entry = leaf_entry((pte_t *)table, va + (length << PAGE_SHIFT));
        end = entry + span_step(va + (length << PAGE_SHIFT), n - length);
        for (; entry < end; entry++, length++)
            if (!(pte_load(entry) & PTE_A))
                return length;
    }
    return length;
}

/* Clears n entries of one leaf table; returns the bits that were set in any of them. */
static inline pte_t clear_neighbours(pte_t *entry, size_t n, struct pt_entry *old)
{
    pte_t any = 0;

    for (const struct pt_entry *end = old + n; old < end; old++) {
        pte_t e = pte_swap(entry++, 0);

        any |= e;
        *old = entry_of(e);
    }
    return any;
}

/* The same for n entries of several leaf tables, of which some may be missing. */
static __attribute__((noinline)) pte_t clear_across(struct cursor *cursor, vaddr_t va, size_t n, struct pt_entry *old)
{
    pte_t any = 0;

    for (size_t left = n, some; left > 0; left -= some, va += some << PAGE_SHIFT, old += some) {
        pte_t *entry = cursor_entry(cursor, va);

        some = span_step(va, left);
        if (entry)
            any |= clear_neighbours(entry, some, old);
        else
            memset(old, 0, some * sizeof *old);
    }
    return any;
}

static inline pte_t clear_span(struct cursor *cursor, vaddr_t va, size_t n, struct pt_entry *old)
{
    pte_t *entry = cursor_entry(cursor, va);

    if (__builtin_expect(entry && span_step(va, n) == n, 1))
        return clear_neighbours(entry, n, old);
    return clear_across(cursor, va, n, old);
}

void pt_unmap_spans(const struct pt_span *spans, size_t n, struct pt_entry *old)
{
    struct cursor cursor = CURSOR_START;
    pte_t any = 0;
    size_t pages = 0;

    for (const struct pt_span *s = spans; s < spans + n; s++) {
        any |= clear_span(&cursor, s->va, s->n, old);
        old += s->n;
        pages += s->n;
    }
    if (any)
        fence_all_harts(&spans->va, pages == 1 ? 1 : TLB_FENCE_ALL + 1);
}

static inline pt_ticket ticket_for(pte_t any)
{
    return any ? __atomic_add_fetch(&pt_last_ticket, 1, __ATOMIC_ACQ_REL) : 0;
}

static __attribute__((noinline)) pt_ticket unmap_far(vaddr_t va, size_t n, struct pt_entry *old)
{
    struct cursor cursor = CURSOR_START;

    return ticket_for(clear_span(&cursor, va, n, old));
}

pt_ticket pt_unmap_later(vaddr_t va, size_t n, struct pt_entry *old)
{
    pte_t *table = remembered_table(va);

    if (!table || span_step(va, n) < n)
        return unmap_far(va, n, old);
    return ticket_for(clear_neighbours(leaf_entry(table, va), n, old));
}

/* An AMO only where the bit is set: a sweep over untouched pages costs loads. */
static inline bool clear_bit(pte_t *entry, pte_t bit)
{
    bool was = entry && (pte_load(entry) & (bit | PTE_V)) == (bit | PTE_V);

    if (was)
        pte_clear_bits(entry, bit);
    return was;
}

bool pt_sweep_accessed(vaddr_t va)
{
    struct cursor cursor = CURSOR_START;

    return clear_bit(cursor_entry(&cursor, va), PTE_A);
}

void pt_sweep_end(bool cleared)
{
    if (cleared)
        fence_soon(); /* until then another hart's access sets no bit: worth no wait */
}

void pt_clear_dirty(const vaddr_t *va, size_t n, bool *out)
{
    struct cursor cursor = CURSOR_START;
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        out[i] = clear_bit(cursor_entry(&cursor, va[i]), PTE_D);
        any |= out[i];
    }
    if (any)
        fence_all_harts(va, n);
}

void pt_mark_accessed(vaddr_t va, bool write)
{
    pte_t *table = leaf_table(va);

    ASSERT(table && (pte_load(leaf_entry(table, va)) & PTE_V));
    pte_set_bits(leaf_entry(table, va), write ? PTE_A | PTE_D : PTE_A);
    fence_local(&va, 1);
}

void pt_protect_batched(const vaddr_t *va, size_t n, uint8_t prot)
{
    struct cursor cursor = CURSOR_START;
    pte_t permission = pte_permission(prot);
    bool any = false;

    for (size_t i = 0; i < n; i++) {
        pte_t *entry = cursor_entry(&cursor, va[i]);
        pte_t e = entry ? pte_load(entry) : 0;

        /* Hardware may set A or D between the load and the exchange: then once more. */
        while ((e & PTE_V) && !__atomic_compare_exchange_n(entry, &e, (e & ~PTE_PERMISSION) | permission, true,
                                                           __ATOMIC_RELAXED, __ATOMIC_RELAXED))
            ;
        any |= (e & PTE_V) != 0;
    }
    if (any)
        fence_all_harts(va, n);
}

bool pt_readable(vaddr_t va)
{
    const pte_t *table = pt_root;

    if (va >= PT_USER_END)
        return false;
    for (unsigned level = SV39_LEVELS; level-- > 0;) {
        pte_t e = pte_load(&table[PT_INDEX(va, level)]);

        if (!pte_is_pointer(e))
            return (e & PTE_V) && (e & PTE_R) && !(e & PTE_U);
        table = table_of(e);
    }
    return false;
}
