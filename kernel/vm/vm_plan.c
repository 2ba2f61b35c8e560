/* The plan as the program sees it, by addresses: see vm.h. */
#include "kernel/pager/batch.h"
#include "kernel/pager/harvest.h"
#include "kernel/mem.h"
#include "kernel/pager/page_wait.h"
#include "kernel/plan/plan.h"
#include "kernel/pager/trace.h"
#include "kernel/vm/vm.h"
#include "kernel/vm/vma.h"

#include "arch/pt.h"

/*
 * The pages that these bytes touch; they lie in one MAP_LLM mapping, which mprotect may have cut into windows that follow each other.
 * mapping_lock or pager_lock held. 0 or -EINVAL.
 */
static int pages_of(vaddr_t address, uint64_t length, struct plan_extent *out)
{
    const struct vma *v = vma_find(address), *next;
    if (!v || !v->region->pool || length == 0)
        return -EINVAL;
    uint32_t first = vma_page(v, address);
    for (; length > v->end - address; v = next) {
        next = vma_search(v->end);
        if (!next || next->region != v->region || next->first != vma_page(v, v->end))
            return -EINVAL;
    }
    *out = (struct plan_extent){ v->region, first, vma_page(v, address + length - 1) + 1 - first };
    return 0;
}

/*
 * mapping_lock held. While a trace is recorded the plan is written down instead: the pool then has two frames, and who plays the trace
 * declares it for any number.
 */
static int record(const struct vm_extent *extents, size_t n, struct plan_extent *list, const struct plan_options *options)
{
    int error = 0;
    for (size_t i = 0; i < n && !error; i++)
        error = pages_of(extents[i].address, extents[i].length, &list[i]);
    spin_lock(&pager_lock);
    if (!error)
        error = trace_plan(options, n);
    for (size_t i = 0; i < n && !error; i++)
        trace_plan_extent(&list[i], extents[i].some);
    spin_unlock(&pager_lock);
    return error;
}

/* mapping_lock held. */
static int start(const struct vm_extent *extents, size_t n, struct plan_extent *list, struct plan_options *options)
{
    uint64_t some = 0, all = 0;
    size_t count = 0;
    for (size_t i = 0; i < n; i++) {
        int error = pages_of(extents[i].address, extents[i].length, &list[count]);
        if (error)
            return error;
        all += list[count].n;
        if (extents[i].some)
            some += list[count].n;
        else
            count++;
    }
    options->reserved = (uint32_t)(llm_pool.nframes * some / (all ? all : 1)); /* their share of the frames, under the policies */
    return plan_start(list, count, NULL, options);
}

int vm_plan_start(const struct vm_extent *extents, size_t n, bool cyclic, bool cursor, uint32_t width)
{
    struct plan_options options = { .cyclic = cyclic, .cursor = cursor, .width = width };
    if (n == 0 || n > PLAN_MAX_EXTENTS)
        return -EINVAL;
    struct plan_extent *list = kalloc(n * sizeof *list);
    if (!list)
        return -ENOMEM;
    semaphore_down(&mapping_lock);
    int error = trace_is_on() ? record(extents, n, list, &options) : start(extents, n, list, &options);
    semaphore_up(&mapping_lock);
    kfree(list);
    return error;
}

int vm_plan_end(void)
{
    semaphore_down(&mapping_lock);
    bool on = plan_is_on() || plan_is_over();
    plan_end();
    spin_lock(&pager_lock);
    on |= trace_plan_end();
    spin_unlock(&pager_lock);
    semaphore_up(&mapping_lock);
    return on ? 0 : -ENOENT;
}

int vm_plan_at(vaddr_t address)
{
    stack_probe_deep();
    bool were_on = irq_save(); /* see completion_wait */
    if (pt_is_behind())
        pt_catch_up();
    if (!spin_try_lock(&pager_lock)) { /* the next chunk says more than this one: worth no wait */
        irq_restore(were_on);
        return 0;
    }
    const struct vma *v = vma_find(address);
    bool known = v && v->region->pool;
    if (known) {
        uint32_t page = vma_page(v, address);
        if (trace_is_on())
            trace_plan_at(v->region, page);
        plan_cursor(v->region, page);
    }
    spin_unlock(&pager_lock);
    irq_restore(were_on);
    return known ? 0 : -EINVAL;
}

int vm_plan_choose(vaddr_t address, uint64_t length)
{
    struct plan_extent chosen;
    uint32_t wanted[BATCH_MAX], n = 0;
    stack_probe_deep();
    bool were_on = irq_save();
    spin_lock(&pager_lock);
    int error = pages_of(address, length, &chosen);
    if (!error)
        trace_plan_choose(&chosen);
    if (!error && !trace_is_on()) {
        const struct region *r = chosen.region;
        harvest_some(r->pool); /* what was chosen before and has been used makes room */
        uint32_t end = MIN(chosen.first + chosen.n, region_file_pages(r)), most = MIN(pool_available(r->pool), (uint32_t)BATCH_MAX);
        for (uint32_t page = chosen.first; page < end && n < most; page++)
            if (r->pages[page].state == PAGE_ABSENT)
                wanted[n++] = page;
    }
    if (n > 0)
        batch_read_ahead(chosen.region, wanted, n);
    spin_unlock(&pager_lock);
    irq_restore(were_on);
    return error;
}
