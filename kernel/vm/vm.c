#include "kernel/vm/vm.h"

#include "arch/pt.h"
#include "kernel/pager/harvest.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/file/p9.h"
#include "kernel/pager/page_wait.h"
#include "kernel/plan/plan.h"
#include "kernel/pager/profile.h"
#include "kernel/pager/reclaim.h"
#include "kernel/pager/trace.h"
#include "kernel/thread/sched.h"
#include "kernel/vm/vm_pages.h"
#include "kernel/vm/vma.h"

#define LARGE_PAGE ((uint64_t)2 << 20)
#define TABLE_SHARE 16 /* of the free memory, for pages of a file that no window shows yet */
#define HEAP_SHARE 8   /* of the memory, that files which are mapped leave to the heap */
#define POOL_SHARE 4   /* of what files may take without the pool: so large it is for whatever is large */

bool pager_repeats;

static const struct prefetch_policy *default_prefetch;

const struct prefetch_policy *vm_default_prefetch(void)
{
    return default_prefetch;
}

const struct prefetch_policy *vm_usual_prefetch(const struct region *r)
{
    return r->pool ? default_prefetch : prefetch_find(r->backing ? "readahead" : "none");
}

int vm_init(uint64_t frames, const char *prefetch, const char *evict)
{
    default_prefetch = prefetch_find(prefetch);
    const struct evict_policy *e = evict_find(evict);
    if (!default_prefetch || !e) {
        log_printf("bower: no policy named '%s'\n", default_prefetch ? evict : prefetch);
        return -EINVAL;
    }
    int error = pool_init(&llm_pool, frames, e);
    if (error == -EINVAL)
        log_printf("bower: frames=%lu: a pool has at least %u frames, since an instruction of each hart can touch two pages\n",
                   (unsigned long)frames, POOL_MIN_FRAMES * hart_count());
    else if (error)
        log_printf("bower: frames=%lu: more than the memory of this machine (%lu pages free)\n", (unsigned long)frames,
                   (unsigned long)mem_free_count());
    return error ? -EINVAL : 0;
}

/* ---- munmap */

/* Makes the length one of whole pages. -EINVAL: the address is not a page's; -ENOMEM: the range ends beyond all addresses. */
static int page_range(vaddr_t address, uint64_t *length)
{
    uint64_t whole = PAGE_ALIGN_UP(*length);
    if (address & PAGE_MASK)
        return -EINVAL;
    if (whole < *length || address + whole < address)
        return -ENOMEM;
    *length = whole;
    return 0;
}

/* Windows that straddle a border of the range are split there. 0 or -ENOMEM. */
static int split_at(vaddr_t at)
{
    struct vma *v = vma_search(at);
    if (!v || v->start == at)
        return 0;
    struct vma *upper = kalloc(sizeof *upper);
    if (!upper)
        return -ENOMEM;
    spin_lock(&pager_lock);
    vma_split(v, at, upper);
    spin_unlock(&pager_lock);
    return 0;
}

static int split_range(vaddr_t start, vaddr_t end)
{
    int error = vma_reserve(2);
    if (!error)
        error = split_at(start);
    return error ? error : split_at(end);
}

/*
 * Regions whose last window has gone. They are freed without mapping_lock: their profile is written to a file first, and somebody may
 * wait for one of their pages.
 */
static struct region *retired; /* protected by mapping_lock; linked by next */

static void destroy_retired(void)
{
    semaphore_down(&mapping_lock);
    struct region *r = retired;
    retired = NULL;
    semaphore_up(&mapping_lock);
    while (r) {
        struct region *next = r->next;
        if (r->pool)
            profile_save(r);
        region_destroy(r);
        r = next;
    }
}

/* The window goes; pages that no other window shows are written back, if they are the file's, and leave. */
static int close_window(struct vma *v)
{
    struct region *r = v->region;
    uint32_t first = v->first, n = (uint32_t)((v->end - v->start) >> PAGE_SHIFT);
    plan_end_for(r);
    pt_make_leave(); /* nobody reads on where something else may come */
    spin_lock(&pager_lock);
    trace_plan_unmapped(r);
    if (r->pool)
        harvest_all(r->pool);
    v->prot = 0; /* no fault brings a page back while this waits */
    pages_hide(v, first, n);
    int error = 0;
    if (r->shared)
        error = pages_write_back(r, first, n);
    vma_remove(v);
    spin_unlock(&pager_lock);
    plan_end_for(r); /* one that has been learnt meanwhile */
    spin_lock(&pager_lock);
    bool last = !r->vmas; /* then also what was read ahead where no window looks any more */
    pages_drop_unseen(r, last ? 0 : first, last ? r->npages : n);
    spin_unlock(&pager_lock);
    pt_release(v->start, v->end - v->start);
    kfree(v);
    if (last) {
        region_retire(r);
        r->next = retired;
        retired = r;
    }
    return error;
}

static int unmap_range(vaddr_t address, uint64_t length)
{
    int error = split_range(address, address + length);
    if (error)
        return error;
    for (unsigned i = vma_first_above(address); i < vma_count() && vma_at(i)->start < address + length;) {
        int failed = close_window(vma_at(i));
        error = error ? error : failed;
    }
    return error;
}

int vm_unmap(vaddr_t address, uint64_t length)
{
    if (length == 0 || page_range(address, &length) != 0 || address + length > PT_MMAP_END)
        return -EINVAL;
    semaphore_down(&mapping_lock);
    int error = unmap_range(address, length);
    semaphore_up(&mapping_lock);
    destroy_retired();
    return error;
}

/* ---- mmap */

static int check_arguments(uint64_t length, int prot, int flags, const struct backing *backing, uint64_t offset)
{
    int sharing = flags & (VM_MAP_SHARED | VM_MAP_PRIVATE);
    if (length == 0 || (offset & PAGE_MASK) || (sharing != VM_MAP_SHARED && sharing != VM_MAP_PRIVATE))
        return -EINVAL;
    if (prot & ~(VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXEC))
        return -EINVAL;
    if (prot & VM_PROT_EXEC)
        return -ENOTSUP; /* nothing but the image is ever executable */
    if (offset + length < offset || offset + length > INT64_MAX)
        return -EOVERFLOW;
    if (length > PT_MMAP_END - PT_MMAP_BASE)
        return -ENOMEM;
    if (backing && sharing == VM_MAP_SHARED && (prot & VM_PROT_WRITE) && !backing->writable)
        return -EACCES;
    return 0;
}

/* Where the mapping goes: where MAP_FIXED says, at the hint if that is free, or the lowest gap. 0: nowhere. */
static vaddr_t choose_address(vaddr_t hint, uint64_t length, int flags)
{
    if (flags & (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE))
        return hint;
    vaddr_t at = PAGE_ALIGN_UP(hint);
    if (at >= PT_MMAP_BASE && at <= PT_MMAP_END - length) {
        unsigned i = vma_first_above(at);
        if (i == vma_count() || at + length <= vma_at(i)->start)
            return at;
    }
    return vma_gap(length, length >= LARGE_PAGE ? LARGE_PAGE : PAGE_SIZE);
}

static int check_fixed(vaddr_t at, uint64_t length, int flags)
{
    if (at & PAGE_MASK)
        return -EINVAL;
    if (at < PT_MMAP_BASE || at + length > PT_MMAP_END || at + length < at)
        return -ENOMEM;
    if (flags & VM_MAP_FIXED_NOREPLACE) {
        unsigned i = vma_first_above(at);
        if (i < vma_count() && vma_at(i)->start < at + length)
            return -EEXIST;
    }
    return 0;
}

/* Does a shared mapping of this file show some of these bytes by pages of region r? */
static bool shows(const struct region *r, struct backing *backing, uint64_t offset, uint64_t length)
{
    return r->shared && r->vmas && offset + length > r->offset && offset < r->offset + ((uint64_t)r->npages << PAGE_SHIFT) &&
           r->backing->ops->same(r->backing, backing);
}

static int refuse_second(const char *call, const struct region *r)
{
    log_printf("bower: %s: %s is mapped shared already, by other pages or in another pool: not supported\n", call, r->name);
    return -ENOTSUP;
}

/*
 * Two shared mappings of one file must show each other's writes, so they are windows onto one region. Returns that region, NULL
 * if there is none. One that cannot serve (it covers only a part, or is no MAP_LLM mapping where one is asked for) sets *error, unless
 * nobody writes.
 */
static struct region *find_shared(struct backing *backing, uint64_t offset, uint64_t length, bool writable, bool llm, int *error)
{
    struct region *found = NULL;
    for (struct region *r = regions; r; r = r->next) {
        if (!shows(r, backing, offset, length))
            continue;
        bool covers = offset >= r->offset && offset + length <= r->offset + ((uint64_t)r->npages << PAGE_SHIFT);
        if (!found && covers && (r->pool || !llm) && (!writable || r->backing->writable))
            found = r;
        else if (writable || region_is_written(r))
            *error = refuse_second("mmap", r);
    }
    return found;
}

/* The same for a window that is to be written to through [start, end) from now on. 0, -EACCES, or -ENOTSUP. */
static int may_write(const struct vma *v, vaddr_t start, vaddr_t end)
{
    const struct region *own = v->region;
    vaddr_t from = MAX(start, v->start);
    uint64_t offset = own->offset + ((uint64_t)vma_page(v, from) << PAGE_SHIFT);
    if (!own->shared)
        return 0;
    if (!own->backing->writable)
        return -EACCES;
    for (const struct region *r = regions; r; r = r->next)
        if (r != own && shows(r, own->backing, offset, MIN(end, v->end) - from))
            return refuse_second("mprotect", r);
    return 0;
}

/* A private page that was written to and must leave its frame needs a place to go. */
static int provide_swap(struct region *r)
{
    if (r->shared || !r->pool || r->swap)
        return 0;
    int error = p9_scratch(&r->swap);
    if (error)
        log_printf("bower: mmap: a private writable MAP_LLM mapping needs room to swap on the share: error %d%s\n", -error,
                   log_errno(-error));
    return error;
}

/*
 * Do these pages of a file, with those of others, leave a share of the memory to the heap? If not they come and go, as on Linux; and then
 * the pool is the better place, although the program does not ask for it, if it is large enough to be meant for them, and the only one for
 * what is stored into the file: dirty pages outside it stay.
 */
static bool belongs_into_pool(struct backing *backing, uint64_t npages, bool stored)
{
    uint64_t mapped, room = reclaim_reach(&mapped);
    room -= room / HEAP_SHARE;
    if (mapped + npages <= room || (!stored && llm_pool.nframes < room / POOL_SHARE))
        return false;
    log_printf("bower: mmap: %lu pages of %s are more than the memory has room for (%lu): they go through the pool of %u frames, as with"
               " MAP_LLM\n",
               (unsigned long)npages, backing->ops->name(backing), (unsigned long)room, llm_pool.nframes);
    return true;
}

/* A new region with everything it needs to fault; on error nothing is left behind. */
static int make_region(struct backing *backing, uint64_t offset, uint64_t npages, int prot, int flags, struct region **out)
{
    bool shared = backing && (flags & VM_MAP_SHARED);
    int64_t size = backing ? backing->ops->size(backing) : 0;
    struct region *r;
    if (size < 0)
        return (int)size;
    uint64_t file_pages = (uint64_t)size > offset ? (PAGE_ALIGN_UP((uint64_t)size) - offset) >> PAGE_SHIFT : 0;
    bool llm = (flags & VM_MAP_LLM) || (backing && belongs_into_pool(backing, MIN(npages, file_pages), shared && (prot & VM_PROT_WRITE)));
    if (shared && !llm && offset + (npages << PAGE_SHIFT) < (uint64_t)size) {
        /* Room for a second window further on, as long as the table of pages stays small beside the memory. */
        uint64_t table = mem_free_count() / TABLE_SHARE * (PAGE_SIZE / sizeof *r->pages);
        npages = MAX(npages, MIN(file_pages, table));
    }
    r = region_create(backing, offset, npages, shared, llm ? &llm_pool : NULL);
    if (!r)
        return -ENOMEM;
    r->file_size = (uint64_t)size;
    r->lasts = flags & VM_MAP_SHARED;
    int error = region_set_prefetch(r, vm_usual_prefetch(r));
    if (!error && (prot & VM_PROT_WRITE))
        error = provide_swap(r);
    if (error) {
        region_discard(r);
        return error;
    }
    *out = r;
    return 0;
}

static int64_t open_window(struct region *r, vaddr_t at, uint64_t length, int prot, uint32_t first)
{
    struct vma *v = kalloc(sizeof *v);
    if (!v)
        return -ENOMEM;
    *v = (struct vma){ .start = at, .end = at + length, .prot = (uint8_t)prot, .first = first, .region = r };
    if (prot & VM_PROT_WRITE)
        v->prot |= VM_PROT_READ; /* Priv. 4.3.1: W without R is reserved */
    spin_lock(&pager_lock);
    vma_insert(v);
    if (prot & VM_PROT_WRITE)
        pt_make_leave(); /* what is written here shows in the region's other windows */
    spin_unlock(&pager_lock);
    return (int64_t)at;
}

/* mapping_lock held; nothing is mapped at [at, at+length), which has its tables. A fresh region is handed out for its profile. */
static int64_t map_at(vaddr_t at, uint64_t length, int prot, int flags, struct backing *backing, uint64_t offset, struct region **fresh)
{
    uint64_t npages = length >> PAGE_SHIFT;
    int error = 0;
    struct region *r = NULL;
    if (backing && (flags & VM_MAP_SHARED))
        r = find_shared(backing, offset, length, prot & VM_PROT_WRITE, flags & VM_MAP_LLM, &error);
    if (!error && backing)
        error = pages_flush_file(backing, offset, length, r); /* what other shared mappings have written is in the file for this one */
    if (!error && !r)
        error = make_region(backing, offset, npages, prot, flags, fresh);
    if (error)
        return error;
    if (!r)
        r = *fresh;
    uint32_t first = (uint32_t)((offset - r->offset) >> PAGE_SHIFT);
    int64_t result = open_window(r, at, length, prot, backing ? first : 0);
    if (result < 0 && *fresh) {
        region_discard(r);
        *fresh = NULL;
    }
    return result;
}

/* mapping_lock held. Makes the tables of a range where nothing is mapped, and maps it. */
static int64_t map_gap(vaddr_t hint, uint64_t length, int prot, int flags, struct backing *backing, uint64_t offset, struct region **fresh)
{
    vaddr_t at = choose_address(hint, length, flags);
    if (!at)
        return -ENOMEM;
    int64_t result = pt_reserve(at, length) ? -ENOMEM : map_at(at, length, prot, flags, backing, offset, fresh);
    if (result < 0)
        pt_release(at, length); /* the tables of a range that was too large may be all the memory there is */
    return result;
}

/* mapping_lock held. Who touches what MAP_FIXED replaces sees the old pages or the new ones. */
static int64_t map_range(vaddr_t hint, uint64_t length, int prot, int flags, struct backing *backing, uint64_t offset,
                         struct region **fresh)
{
    int64_t result = vma_reserve(3); /* the window, and the two that MAP_FIXED may split off */
    if (result < 0)
        return result;
    if (!(flags & VM_MAP_FIXED))
        return map_gap(hint, length, prot, flags, backing, offset, fresh);
    vma_replace(hint, length);
    result = unmap_range(hint, length);
    if (result == 0)
        result = map_gap(hint, length, prot, flags, backing, offset, fresh);
    vma_replace(0, 0);
    return result;
}

/* What the policy learnt in an earlier run; the region is in use meanwhile, so that nobody unmaps it to nothing. */
static void load_profile(struct region *r)
{
    profile_load(r);
    spin_lock(&pager_lock);
    region_use_end(r);
    spin_unlock(&pager_lock);
    sched_let_go();
}

int64_t vm_map(vaddr_t hint, uint64_t length, int prot, int flags, struct backing *backing, uint64_t offset)
{
    int error = check_arguments(length, prot, flags, backing, offset);
    struct region *fresh = NULL;
    length = PAGE_ALIGN_UP(length);
    semaphore_down(&mapping_lock);
    if (!error && (flags & (VM_MAP_FIXED | VM_MAP_FIXED_NOREPLACE)))
        error = check_fixed(hint, length, flags);
    int64_t result = error ? error : map_range(hint, length, prot, flags, backing, offset, &fresh);
    bool profiled = result > 0 && fresh && fresh->pool;
    if (profiled) {
        sched_hold(); /* nobody else lets the region go, and the shutdown waits for that */
        spin_lock(&pager_lock);
        region_use_begin(fresh);
        spin_unlock(&pager_lock);
    }
    semaphore_up(&mapping_lock);
    if (profiled)
        load_profile(fresh); /* reads a file, which looks for mappings of it */
    destroy_retired();
    if (result > 0 && (flags & VM_MAP_POPULATE))
        vm_advise((vaddr_t)result, length, VM_MADV_WILLNEED);
    return result;
}

/* ---- mprotect */

/* What mprotect has split, and what has the same rights again, is one window: every page that comes looks at all of its region's. */
static void join_range(vaddr_t start, vaddr_t end)
{
    for (unsigned i = vma_first_above(start - 1); i < vma_count() && vma_at(i)->start <= end;) {
        spin_lock(&pager_lock);
        struct vma *joined = vma_join(vma_at(i));
        spin_unlock(&pager_lock);
        kfree(joined);
        i += joined == NULL;
    }
}

/* mapping_lock held. */
static int protect_range(vaddr_t address, uint64_t length, int prot)
{
    vaddr_t at = address;
    int error;
    for (unsigned i = vma_first_above(address); at < address + length; i++) {
        if (i == vma_count() || vma_at(i)->start > at)
            return -ENOMEM;
        if ((prot & VM_PROT_WRITE) && (error = may_write(vma_at(i), address, address + length)) != 0)
            return error;
        at = vma_at(i)->end;
    }
    error = split_range(address, address + length);
    if (error)
        return error;
    if (prot & VM_PROT_WRITE)
        prot |= VM_PROT_READ;
    for (unsigned i = vma_first_above(address); i < vma_count() && vma_at(i)->start < address + length; i++) {
        if ((prot & VM_PROT_WRITE) && (error = provide_swap(vma_at(i)->region)) != 0)
            break;
        spin_lock(&pager_lock);
        pages_protect(vma_at(i), (uint8_t)prot);
        spin_unlock(&pager_lock);
    }
    join_range(address, address + length);
    return error;
}

int vm_protect(vaddr_t address, uint64_t length, int prot)
{
    int error = page_range(address, &length);
    if (error)
        return error;
    if (prot & ~(VM_PROT_READ | VM_PROT_WRITE | VM_PROT_EXEC))
        return -EINVAL;
    if (prot & VM_PROT_EXEC)
        return -ENOTSUP;
    semaphore_down(&mapping_lock);
    error = protect_range(address, length, prot);
    semaphore_up(&mapping_lock);
    return error;
}
