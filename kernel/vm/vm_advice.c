/* msync, madvise, mincore, the coherence of files and mappings, and the end of it all: see vm.h. */
#include "kernel/vm/vm.h"

#include "arch/catch.h"
#include "kernel/log.h"
#include "kernel/pager/stats.h"
#include "kernel/pager/trace.h"
#include "kernel/vm/vm_pages.h"
#include "kernel/vm/vma.h"

/* Is every page of the range in some window? POSIX: ENOMEM if not. */
static bool range_is_mapped(vaddr_t start, vaddr_t end)
{
    for (unsigned i = vma_first_above(start); start < end; i++) {
        if (i == vma_count() || vma_at(i)->start > start)
            return false;
        start = vma_at(i)->end;
    }
    return true;
}

static int check_range(vaddr_t address, uint64_t length, vaddr_t *end)
{
    uint64_t whole = PAGE_ALIGN_UP(length);
    if ((address & PAGE_MASK) || whole < length || address + whole < address)
        return -EINVAL;
    *end = address + whole;
    return range_is_mapped(address, *end) ? 0 : -ENOMEM;
}

/* The part of window v inside [start, end), in pages of its region. */
static uint32_t clip(const struct vma *v, vaddr_t start, vaddr_t end, uint32_t *first)
{
    vaddr_t from = MAX(start, v->start), to = MIN(end, v->end);
    *first = vma_page(v, from);
    return (uint32_t)((to - from) >> PAGE_SHIFT);
}

/* mapping_lock held. */
static int sync_range(vaddr_t address, vaddr_t end, bool wait)
{
    int error = 0;
    for (unsigned i = vma_first_above(address); i < vma_count() && vma_at(i)->start < end; i++) {
        struct vma *v = vma_at(i);
        struct region *r = v->region;
        if (!r->shared)
            continue;
        uint32_t first, n = clip(v, address, end, &first);
        spin_lock(&pager_lock);
        int failed = pages_write_back(r, first, n);
        spin_unlock(&pager_lock);
        if (!failed && wait && r->backing->writable)
            failed = r->backing->ops->sync(r->backing);
        error = error ? error : failed;
    }
    return error;
}

int vm_sync(vaddr_t address, uint64_t length, int flags)
{
    int mode = flags & (VM_MS_ASYNC | VM_MS_SYNC);
    if ((flags & ~(VM_MS_ASYNC | VM_MS_SYNC | VM_MS_INVALIDATE)) || mode == (VM_MS_ASYNC | VM_MS_SYNC))
        return -EINVAL;
    vaddr_t end;
    semaphore_down(&mapping_lock);
    int error = check_range(address, length, &end);
    if (!error)
        error = sync_range(address, end, mode == VM_MS_SYNC);
    semaphore_up(&mapping_lock);
    return error;
}

static void advise_window(struct vma *v, uint32_t first, uint32_t n, int advice)
{
    struct region *r = v->region;
    const struct prefetch_policy *steered = NULL;
    switch (advice) {
    case VM_MADV_NOTHING:
        break;
    case VM_MADV_WILLNEED:
    case VM_MADV_POPULATE_READ:
    case VM_MADV_POPULATE_WRITE:
        pages_fetch(r, first, n);
        break;
    case VM_MADV_DONTNEED:
        /* What cannot be written stays: msync will say why. What is shared without a file has no other place. */
        if (r->shared ? pages_write_back(r, first, n) == 0 : !r->lasts)
            pages_drop(r, first, n);
        break;
    case VM_MADV_PAGEOUT:
        if (r->shared && pages_write_back(r, first, n) == 0)
            pages_drop(r, first, n);
        break;
    case VM_MADV_RANDOM:
        steered = prefetch_find("none");
        break;
    case VM_MADV_SEQUENTIAL:
        steered = prefetch_find("readahead");
        break;
    default:
        steered = vm_usual_prefetch(r);
    }
    if (!steered || steered == r->prefetch)
        return;
    spin_unlock(&pager_lock);
    region_set_prefetch(r, steered); /* out of memory: advice is only advice */
    spin_lock(&pager_lock);
}

static bool is_known(int advice)
{
    return (advice >= VM_MADV_NORMAL && advice <= VM_MADV_DONTNEED) || advice == VM_MADV_NOTHING ||
           (advice >= VM_MADV_PAGEOUT && advice <= VM_MADV_POPULATE_WRITE);
}

static int may_populate(const struct vma *v, int advice)
{
    int needed = advice == VM_MADV_POPULATE_READ ? VM_PROT_READ : advice == VM_MADV_POPULATE_WRITE ? VM_PROT_WRITE
                                                                                                   : 0;
    return (v->prot & needed) == needed ? 0 : -EINVAL;
}

int vm_advise(vaddr_t address, uint64_t length, int advice)
{
    if (!is_known(advice))
        return -EINVAL;
    vaddr_t end;
    semaphore_down(&mapping_lock);
    int error = check_range(address, length, &end);
    for (unsigned i = vma_first_above(address); !error && i < vma_count() && vma_at(i)->start < end; i++) {
        struct vma *v = vma_at(i);
        uint32_t first, n = clip(v, address, end, &first);
        error = may_populate(v, advice);
        if (error)
            break;
        spin_lock(&pager_lock);
        advise_window(v, first, n, advice);
        spin_unlock(&pager_lock);
    }
    semaphore_up(&mapping_lock);
    return error;
}

int vm_set_policy(vaddr_t address, const char *prefetch)
{
    const struct prefetch_policy *policy = prefetch_find(prefetch);
    semaphore_down(&mapping_lock);
    const struct vma *v = vma_find(address);
    int error = !v || !v->region->pool ? -ENOMEM : !policy ? -EINVAL
                                                           : 0;
    if (!error && policy != v->region->prefetch)
        error = region_set_prefetch(v->region, policy);
    semaphore_up(&mapping_lock);
    return error;
}

int vm_mincore(vaddr_t address, uint64_t length, unsigned char *vec)
{
    vaddr_t end;
    semaphore_down(&mapping_lock);
    int error = check_range(address, length, &end);
    semaphore_up(&mapping_lock);
    if (error)
        return error;
    for (vaddr_t va = address; va < end; va += PAGE_SIZE) {
        spin_lock(&pager_lock);
        const struct vma *v = vma_find(va);
        bool resident = v && v->region->pages[vma_page(v, va)].state == PAGE_RESIDENT;
        spin_unlock(&pager_lock);
        if (copy_checked(vec + ((va - address) >> PAGE_SHIFT), &resident, 1) != 1) /* it may itself be pageable: no lock held */
            return -EFAULT;
    }
    return 0;
}

bool vm_stays(vaddr_t address, uint64_t length)
{
    bool stays = true;
    spin_lock(&pager_lock);
    for (unsigned i = vma_first_above(address); stays && i < vma_count() && vma_at(i)->start < address + length; i++)
        stays = !vma_at(i)->region->pool && !vma_at(i)->region->backing;
    spin_unlock(&pager_lock);
    return stays;
}

/* ---- read(2) and write(2) beside mappings of the same file */

/* Most files that are read and written are mapped nowhere: then nobody has to wait for a mapping that is being changed. */
static bool file_is_mapped(struct backing *backing)
{
    bool found = false;
    spin_lock(&pager_lock);
    for (const struct region *r = regions; r && !found; r = r->next)
        found = r->backing && r->backing->ops->same(r->backing, backing);
    spin_unlock(&pager_lock);
    return found;
}

int vm_file_flush(struct backing *backing, uint64_t offset, uint64_t length)
{
    if (!file_is_mapped(backing))
        return 0;
    semaphore_down(&mapping_lock);
    int error = pages_flush_file(backing, offset, length, NULL);
    semaphore_up(&mapping_lock);
    return error;
}

void vm_file_changed(struct backing *backing, uint64_t offset, uint64_t length, const uint8_t *bytes)
{
    if (!file_is_mapped(backing))
        return;
    semaphore_down(&mapping_lock);
    for (struct region *r = regions; r; r = r->next) {
        if (!r->backing || !r->backing->ops->same(r->backing, backing))
            continue;
        int64_t size = backing->ops->size(backing);
        uint32_t first, n = r->shared ? pages_of_file(r, offset, length, &first) : 0;
        spin_lock(&pager_lock);
        if (size >= 0)
            r->file_size = (uint64_t)size;
        if (n > 0 && bytes)
            pages_update(r, first, n, &(struct file_bytes){ offset, length, bytes });
        else if (n > 0)
            pages_drop(r, first, n);
        spin_unlock(&pager_lock);
    }
    semaphore_up(&mapping_lock);
}

/* ---- the end */

/* Anonymous and private memory outside the pool stays: the stack that this runs on is such a mapping. */
static struct vma *last_to_close(void)
{
    for (unsigned i = vma_count(); i-- > 0;)
        if (vma_at(i)->region->pool || vma_at(i)->region->shared)
            return vma_at(i);
    return NULL;
}

int vm_shutdown(void)
{
    int error = 0;
    regions_end = true;
    struct vma *v;
    trace_save();
    while ((v = last_to_close()) != NULL) {
        char name[sizeof v->region->name];
        log_snprintf(name, sizeof name, "%s", v->region->name);
        int failed = vm_unmap(v->start, v->end - v->start);
        if (failed)
            log_printf("bower: exit: %s could not be written back: error %d%s\n", name, -failed, log_errno(-failed));
        error = error ? error : failed;
        if (failed == -ENOMEM)
            break; /* nothing was unmapped, and nothing will be */
    }
    stats_shut_down();
    return error ? -EIO : 0;
}
