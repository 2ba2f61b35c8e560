#include "kernel/pager/stats.h"

#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/pager/region.h"
#include "kernel/vm/vm.h"
#include "kernel/vm/vma.h"

/* Regions that are gone, in the order in which they were made. Beyond MOST_KEPT only their sums are kept. */
#define MOST_KEPT 1024

struct kept {
    uint32_t id;
    struct region_stats stats;
    struct kept *next;
};

static struct kept *kept_list; /* protected by pager_lock */
static unsigned nkept;
static struct counters gone; /* sums of every region that is gone */
static bool is_shut_down;

static void add_counters(struct counters *to, const struct counters *from)
{
#define COUNTER_ADD(name) to->name += from->name;
    COUNTERS(COUNTER_ADD)
#undef COUNTER_ADD
}

static void read_region(const struct region *r, struct region_stats *out)
{
    log_snprintf(out->name, sizeof out->name, "%s", r->name);
    out->pages = r->npages;
    out->resident = r->vmas ? r->resident : r->peak;
    out->resident_unused = r->untouched;
    out->prefetch = r->prefetch->name;
    out->evict = r->pool->evict->name;
    out->counters = r->counters;
}

struct kept *stats_room(void)
{
    return nkept < MOST_KEPT ? kalloc(sizeof(struct kept)) : NULL;
}

void stats_keep_region(const struct region *r, struct kept *k)
{
    add_counters(&gone, &r->counters);
    if (!k)
        return;
    nkept++;
    k->id = r->id;
    read_region(r, &k->stats);
    struct kept **at = &kept_list;
    while (*at && (*at)->id < r->id)
        at = &(*at)->next;
    k->next = *at;
    *at = k;
}

void stats_shut_down(void)
{
    is_shut_down = true;
}

void pager_totals(struct pager_totals *out)
{
    spin_lock(&pager_lock);
    *out = (struct pager_totals){ .counters = gone };
    for (const struct region *r = regions; r; r = r->next)
        if (r->pool)
            add_counters(&out->counters, &r->counters);
    out->cap = llm_pool.nframes;
    out->frames_peak = llm_pool.peak;
    out->frames_leaked = is_shut_down ? llm_pool.nframes - llm_pool.nfree : 0;
    out->prefetch = vm_default_prefetch()->name;
    out->evict = llm_pool.evict->name;
    spin_unlock(&pager_lock);
}

/* Both lists are in order of id: the i-th of their merge. */
bool pager_region_stats(unsigned i, struct region_stats *out)
{
    spin_lock(&pager_lock);
    const struct kept *k = kept_list;
    const struct region *r = regions;
    bool found = false;
    while (!found) {
        while (r && !r->pool)
            r = r->next;
        if (!k && !r)
            break;
        bool dead = k && (!r || k->id < r->id);
        if (i-- == 0) {
            found = true;
            if (dead)
                *out = k->stats;
            else
                read_region(r, out);
        }
        if (dead)
            k = k->next;
        else
            r = r->next;
    }
    spin_unlock(&pager_lock);
    return found;
}

bool pager_region_stats_at(vaddr_t address, struct region_stats *out)
{
    spin_lock(&pager_lock);
    const struct vma *v = vma_find(address);
    bool found = v && v->region->pool;
    if (found)
        read_region(v->region, out);
    spin_unlock(&pager_lock);
    return found;
}
