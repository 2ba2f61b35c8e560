#include "kernel/vm/vma.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/pager/page_wait.h"

#include <string.h>

struct semaphore mapping_lock = SEMAPHORE_INIT(1);

static struct vma **table; /* sorted by start; no two overlap */
static unsigned count, capacity;
struct vma *vma_last_found;

unsigned vma_count(void)
{
    return count;
}

struct vma *vma_at(unsigned index)
{
    return table[index];
}

unsigned vma_first_above(vaddr_t address)
{
    unsigned low = 0, high = count;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (table[middle]->end > address)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

struct vma *vma_search(vaddr_t address)
{
    unsigned i = vma_first_above(address);
    if (i == count || table[i]->start > address)
        return NULL;
    vma_last_found = table[i];
    return vma_last_found;
}

int vma_reserve(unsigned n)
{
    if (count + n <= capacity)
        return 0;
    unsigned larger = MAX(2 * capacity, count + n + 16);
    struct vma **grown = kalloc(larger * sizeof *grown), **old = table;
    if (!grown)
        return -ENOMEM;
    spin_lock(&pager_lock);
    if (count)
        memcpy(grown, table, count * sizeof *grown);
    table = grown;
    capacity = larger;
    spin_unlock(&pager_lock);
    kfree(old);
    return 0;
}

void vma_insert(struct vma *v)
{
    unsigned at = vma_first_above(v->start);
    ASSERT(count < capacity && (at == count || table[at]->start >= v->end));
    memmove(&table[at + 1], &table[at], (count - at) * sizeof *table);
    table[at] = v;
    count++;
    v->sibling = v->region->vmas;
    v->region->vmas = v;
}

void vma_remove(struct vma *v)
{
    unsigned at = vma_first_above(v->start);
    ASSERT(at < count && table[at] == v);
    memmove(&table[at], &table[at + 1], (count - at - 1) * sizeof *table);
    count--;
    if (vma_last_found == v)
        vma_last_found = NULL;
    struct vma **link = &v->region->vmas;
    while (*link != v)
        link = &(*link)->sibling;
    *link = v->sibling;
}

void vma_split(struct vma *v, vaddr_t at, struct vma *upper)
{
    ASSERT(at > v->start && at < v->end);
    *upper = *v;
    upper->start = at;
    upper->first = vma_page(v, at);
    v->end = at;
    vma_insert(upper);
}

struct vma *vma_join(struct vma *v)
{
    unsigned at = vma_first_above(v->start);
    struct vma *upper = at + 1 < count ? table[at + 1] : NULL;
    if (!upper || upper->start != v->end || upper->region != v->region || upper->prot != v->prot || upper->first != vma_page(v, v->end))
        return NULL;
    vma_remove(upper);
    v->end = upper->end;
    return upper;
}

static vaddr_t replaced_start;
static uint64_t replaced_length;

void vma_replace(vaddr_t start, uint64_t length)
{
    spin_lock(&pager_lock);
    replaced_start = start;
    replaced_length = length;
    page_wake();
    spin_unlock(&pager_lock);
}

bool vma_is_replaced(vaddr_t address)
{
    return address - replaced_start < replaced_length;
}

vaddr_t vma_gap(uint64_t length, uint64_t alignment)
{
    vaddr_t at = PT_MMAP_BASE;
    for (unsigned i = vma_first_above(at); at + length <= PT_MMAP_END; i++) {
        if (i == count || at + length + PAGE_SIZE <= table[i]->start)
            return at;
        at = (table[i]->end + PAGE_SIZE + alignment - 1) & ~(alignment - 1);
    }
    return 0;
}
