#include "kernel/mem.h"

#include "arch/pt.h"
#include "kernel/panic.h"
#include "kernel/thread/sync.h"

#include <string.h>

/*
 * A buddy allocator over a few arenas (stretches of RAM between what firmware and the image keep). One byte a page says
 * what starts there; the links of the free lists lie in the free pages themselves.
 */
#define MAX_ORDER 20 /* 2^20 pages = 4 GiB */
#define MAX_ARENAS 8

enum { INSIDE = 0xFF,
       USED = 0x40 }; /* else: the order of the free block that starts here */

struct arena {
    paddr_t base;
    uint64_t npages;
    uint8_t *map; /* npages bytes: INSIDE, USED, or the order of a free block */
};

struct free_block {
    struct free_block *next, *prev;
};

static struct spinlock mem_lock = SPINLOCK_INIT; /* protects everything below; the innermost lock */
static struct arena arenas[MAX_ARENAS];
static unsigned narenas;
static struct free_block *free_lists[MAX_ORDER + 1];
static uint64_t free_pages, total_pages;

static struct arena *arena_of(paddr_t pa)
{
    for (unsigned i = 0; i < narenas; i++)
        if (pa >= arenas[i].base && pa < arenas[i].base + arenas[i].npages * PAGE_SIZE)
            return &arenas[i];
    panic("arena_of: %lx is no page of ours", pa);
}

static void push_block(struct arena *a, uint64_t page, unsigned order)
{
    struct free_block *block = pa_to_kva(a->base + page * PAGE_SIZE);
    a->map[page] = (uint8_t)order;
    block->prev = NULL;
    block->next = free_lists[order];
    if (block->next)
        block->next->prev = block;
    free_lists[order] = block;
    free_pages += (uint64_t)1 << order;
}

static void take_block(struct arena *a, uint64_t page, unsigned order)
{
    struct free_block *block = pa_to_kva(a->base + page * PAGE_SIZE);
    ASSERT(a->map[page] == order);
    if (block->prev)
        block->prev->next = block->next;
    else
        free_lists[order] = block->next;
    if (block->next)
        block->next->prev = block->prev;
    a->map[page] = INSIDE;
    free_pages -= (uint64_t)1 << order;
}

/* Gives back one page-aligned stretch: blocks as large as alignment allows, each merged with its free buddies. */
static void free_block_merged(struct arena *a, uint64_t page, unsigned order)
{
    while (order < MAX_ORDER) {
        uint64_t buddy = page ^ ((uint64_t)1 << order);
        if (buddy + ((uint64_t)1 << order) > a->npages || a->map[buddy] != order)
            break;
        take_block(a, buddy, order);
        page &= ~((uint64_t)1 << order);
        order++;
    }
    push_block(a, page, order);
}

static void free_range(struct arena *a, uint64_t page, uint64_t n)
{
    while (n > 0) {
        unsigned order = page ? (unsigned)__builtin_ctzll(page) : MAX_ORDER;
        order = MIN(order, MAX_ORDER);
        while (((uint64_t)1 << order) > n)
            order--;
        a->map[page] = INSIDE;
        free_block_merged(a, page, order);
        page += (uint64_t)1 << order;
        n -= (uint64_t)1 << order;
    }
}

void mem_add(paddr_t start, paddr_t end)
{
    start = PAGE_ALIGN_UP(start);
    end = PAGE_ALIGN_DOWN(end);
    if (start >= end || narenas == MAX_ARENAS)
        return;
    uint64_t npages = (end - start) / PAGE_SIZE;
    uint64_t map_pages = PAGE_ALIGN_UP(npages) / PAGE_SIZE;
    if (map_pages >= npages)
        return;
    spin_lock(&mem_lock);
    struct arena *a = &arenas[narenas++];
    a->map = pa_to_kva(start);
    a->base = start + map_pages * PAGE_SIZE;
    a->npages = npages - map_pages;
    memset(a->map, INSIDE, a->npages);
    free_range(a, 0, a->npages);
    total_pages += a->npages;
    spin_unlock(&mem_lock);
}

/* The first free block that holds n pages; its first page in *page. NULL: there is none. */
static struct arena *find_block(uint64_t n, uint64_t *page)
{
    unsigned order = 0;
    while (order <= MAX_ORDER && (((uint64_t)1 << order) < n || !free_lists[order]))
        order++;
    if (order > MAX_ORDER)
        return NULL;
    paddr_t pa = kva_to_pa(free_lists[order]);
    struct arena *a = arena_of(pa);
    *page = (pa - a->base) / PAGE_SIZE;
    return a;
}

/* The same for free blocks that are neighbours: what is no power of two may fit although no block is as large. Looks at every block. */
static struct arena *find_neighbours(uint64_t n, uint64_t *page)
{
    for (struct arena *a = arenas; a < arenas + narenas; a++) {
        uint64_t begin = 0, end = 0;
        while (end < a->npages && end - begin < n) {
            bool free = a->map[end] <= MAX_ORDER;
            end += free ? (uint64_t)1 << a->map[end] : 1;
            begin = free ? begin : end;
        }
        if (end - begin >= n) {
            *page = begin;
            return a;
        }
    }
    return NULL;
}

paddr_t mem_pages(uint64_t n)
{
    uint64_t page, end;
    spin_lock(&mem_lock);
    struct arena *a = NULL;
    if (n > 0 && n <= free_pages && !(a = find_block(n, &page)))
        a = find_neighbours(n, &page);
    if (!a) {
        spin_unlock(&mem_lock);
        return 0;
    }
    for (end = page; end < page + n;) {
        unsigned order = a->map[end];
        take_block(a, end, order);
        end += (uint64_t)1 << order;
    }
    a->map[page] = USED;
    free_range(a, page + n, end - page - n); /* what is more than was asked for goes back at once */
    spin_unlock(&mem_lock);
    return a->base + page * PAGE_SIZE;
}

void mem_free_pages(paddr_t start, uint64_t n)
{
    spin_lock(&mem_lock);
    struct arena *a = arena_of(start);
    uint64_t page = (start - a->base) / PAGE_SIZE;
    ASSERT(a->map[page] == USED && page + n <= a->npages);
    free_range(a, page, n);
    spin_unlock(&mem_lock);
}

uint64_t mem_free_count(void)
{
    return free_pages;
}

uint64_t mem_total_count(void)
{
    return total_pages;
}

/* ---- small objects: powers of two from 32 to 2048 bytes, each with a header that names its class; larger ones are pages */

#define MIN_SHIFT 5
#define MAX_SHIFT 11
#define LARGE 0xFFFFFFFFu

struct header {
    union {
        struct header *next; /* while free */
        uint64_t npages;     /* of a large object */
    };
    uint32_t shift; /* log2 of the object's size with header, or LARGE */
    uint32_t magic;
};
#define OBJECT_MAGIC 0xB03E4u

static struct spinlock small_lock = SPINLOCK_INIT; /* protects small_free; order: before mem_lock */
static struct header *small_free[MAX_SHIFT + 1];

static void *large_alloc(size_t size)
{
    uint64_t npages = PAGE_ALIGN_UP(size + sizeof(struct header)) / PAGE_SIZE;
    paddr_t pa = mem_pages(npages);
    if (!pa)
        return NULL;
    struct header *h = pa_to_kva(pa);
    memset(h, 0, npages * PAGE_SIZE);
    h->npages = npages;
    h->shift = LARGE;
    h->magic = OBJECT_MAGIC;
    return h + 1;
}

static bool refill(unsigned shift)
{
    paddr_t pa = mem_pages(1);
    if (!pa)
        return false;
    for (uint64_t at = 0; at < PAGE_SIZE; at += (uint64_t)1 << shift) {
        struct header *h = pa_to_kva(pa + at);
        h->next = small_free[shift];
        small_free[shift] = h;
    }
    return true;
}

void *kalloc(size_t size)
{
    if (size + sizeof(struct header) > (size_t)1 << MAX_SHIFT)
        return large_alloc(size);
    unsigned shift = MIN_SHIFT;
    while (((size_t)1 << shift) < size + sizeof(struct header))
        shift++;
    spin_lock(&small_lock);
    if (!small_free[shift] && !refill(shift)) {
        spin_unlock(&small_lock);
        return NULL;
    }
    struct header *h = small_free[shift];
    small_free[shift] = h->next;
    spin_unlock(&small_lock);
    memset(h, 0, (size_t)1 << shift);
    h->shift = shift;
    h->magic = OBJECT_MAGIC;
    return h + 1;
}

void kfree(void *object)
{
    if (!object)
        return;
    struct header *h = (struct header *)object - 1;
    ASSERT(h->magic == OBJECT_MAGIC);
    h->magic = 0;
    if (h->shift == LARGE) {
        mem_free_pages(kva_to_pa(h), h->npages);
        return;
    }
    unsigned shift = h->shift;
    spin_lock(&small_lock);
    h->next = small_free[shift];
    small_free[shift] = h;
    spin_unlock(&small_lock);
}
