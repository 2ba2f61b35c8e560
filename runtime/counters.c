/* counters.c: <bower.h>: the pager's numbers, and what a program asks of it. */
#include <bower.h>
#include <string.h>

#include "kernel/mem.h"
#include "kernel/plan/plan.h"
#include "kernel/pager/stats.h"
#include "kernel/vm/vm.h"
#include "runtime/api.h"
#include "runtime/time/clock.h"

static void copy(struct bower_counters *to, const struct counters *from)
{
    memset(to, 0, sizeof(*to));
#define COPY(name) to->name = from->name;
    COUNTERS(COPY)
#undef COPY
}

API int bower_counters(struct bower_counters *out)
{
    struct pager_totals totals;

    pager_totals(&totals);
    copy(out, &totals.counters);
    out->frames = totals.cap;
    out->frames_peak = totals.frames_peak;
    out->time_ns = clock_elapsed_ns();
    out->instret = clock_elapsed_instret();
    return 0;
}

API int bower_region_counters(const void *address, struct bower_counters *out)
{
    struct region_stats stats;

    if (!pager_region_stats_at((vaddr_t)address, &stats))
        return api_status(-ENOMEM);
    copy(out, &stats.counters);
    out->frames = stats.resident;
    return 0;
}

API int bower_set_policy(const void *address, const char *policy)
{
    return api_status(policy ? vm_set_policy((vaddr_t)address, policy) : -EINVAL);
}

API int bower_plan(const struct bower_extent *extents, size_t n, int flags, unsigned width)
{
    struct vm_extent *list;
    int error;

    if (!extents || n == 0 || n > PLAN_MAX_EXTENTS || (flags & ~(BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR)))
        return api_status(-EINVAL);
    list = kalloc(n * sizeof(*list));
    if (!list)
        return api_status(-ENOMEM);
    for (size_t i = 0; i < n; i++)
        list[i] = (struct vm_extent){ (vaddr_t)extents[i].address, extents[i].length, extents[i].some != 0 };
    error = vm_plan_start(list, n, flags & BOWER_PLAN_CYCLIC, flags & BOWER_PLAN_CURSOR, width);
    kfree(list);
    return api_status(error);
}

API int bower_plan_at(const void *address)
{
    vaddr_t at = (vaddr_t)address;

    /* Most calls end here: they are made for every few pages that a program touches. */
    return plan_needs_cursor(at) ? api_status(vm_plan_at(at)) : 0;
}

API int bower_plan_choose(const void *address, size_t length)
{
    return api_status(vm_plan_choose((vaddr_t)address, length));
}

API int bower_plan_end(void)
{
    return api_status(vm_plan_end());
}
