/* counters.c: <bower.h>. */
#include <bower.h>
#include <string.h>

#include "kernel/stats.h"
#include "runtime/api.h"
#include "runtime/clock.h"

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
    copy(out, &totals.c);
    out->frames = totals.frames;
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
    copy(out, &stats.c);
    out->frames = stats.frames;
    return 0;
}

API int bower_set_policy(const void *address, const char *policy)
{
    return api_status(policy ? pager_set_policy((vaddr_t)address, policy, NULL) : -EINVAL);
}
