/*
 * The story of a page fault. trap.S saved the registers, trap.c read cause and address; what comes back from
 * handle_one_fault is either "run the instruction again" or a reason to stop.
 */
#include "kernel/pager/batch.h"
#include "kernel/pager/fault.h"
#include "kernel/pager/harvest.h"
#include "kernel/plan/learn.h"
#include "kernel/pager/page_wait.h"
#include "kernel/pager/pager.h"
#include "kernel/plan/plan.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/region.h"
#include "kernel/pager/trace.h"
#include "kernel/pager/turn.h"
#include "kernel/vm/vma.h"

#include "arch/pt.h"

/* Beside the results of pager.h, what a look says whose page must be looked at again, since the lock was let go meanwhile. */
enum { LOOK_AGAIN = -1,
       LOOK_ALONE = -2,   /* and read without company: a neighbour's bad sector must not fail the page that somebody waits for */
       LOOK_PLANNED = -3, /* a read of the plan's was waited for, which makes it a major fault if the page has come */
       LOOK_WAITED = -4,  /* as the first time, but for the policies, who have been told */
       LOOK_LAST = -5,    /* as LOOK_ALONE, once more, for an error of the page's own that passes */
       LOOK_FRAMELESS = -6 /* there was no frame for the page, and one is being written or somebody lets it go */ };

static struct fault_report last_failure[MAX_HARTS];

static inline bool access_allowed(const struct vma *v, enum fault_access access)
{
    _Static_assert(1 << FAULT_READ == VM_PROT_READ && 1 << FAULT_WRITE == VM_PROT_WRITE && 1 << FAULT_EXEC == VM_PROT_EXEC, "bits");
    return v->prot >> access & 1;
}

/*
 * Asks the mapping's policy which pages come after this one. Named are only pages that are absent, that the file has, and for
 * which the pool has frames. Returns how many. Not inline: gdb stops there.
 */
static __attribute__((noinline)) unsigned predict_prefetch_pages(struct region *r, uint32_t page, uint32_t *out)
{
    uint32_t frames = r->pool ? pool_predictable(r->pool) : BATCH_MAX;
    struct prefetch_query query = {
        .page = page,
        .npages = region_file_pages(r),
        .max = MIN((uint32_t)BATCH_MAX, frames),
        .state = &r->pages->state,
        .stride = sizeof *r->pages,
    };
    if (query.max <= 1)
        return 0;
    query.max--; /* the page itself */
    return r->prefetch->predict(r->prefetch_state, &query, out);
}

/*
 * A misaligned access touches two neighbouring pages. When the second faults, the first must stay, or a small pool would
 * swap the two for ever; and no other hart may take away a page that came for this one before its instruction ran again. So each hart
 * holds the page that it demanded last, and the one before if it is a neighbour. Pools are shared by address, so the rule goes by address.
 */
static void keep_neighbour(struct pool *pool, vaddr_t va)
{
    struct hold *holds = pool->holds[hart_index()];
    pool_release(pool, &holds[1]);
    if (holds[0].va != va - PAGE_SIZE && holds[0].va != va + PAGE_SIZE)
        pool_release(pool, &holds[0]);
}

/* The page has come; its hold passes from the batch to the hart. */
static void hold_demanded(struct pool *pool, struct hold *came)
{
    struct hold *holds = pool->holds[hart_index()];
    if (came->va == 0)
        return;
    if (turn_is_others()) { /* that thread needs the frame more; this one goes on at once */
        pool_release(pool, came);
        return;
    }
    keep_neighbour(pool, came->va); /* another thread may have run on this hart meanwhile */
    turn_end(holds[0].va != 0);
    holds[1] = holds[0];
    holds[0] = *came;
    page_wake(); /* whoever waits for a frame runs after this thread's instruction, and may have what this hart holds */
}

/* A fault that waited for a read of the plan's was a major one. */
static inline void count_resolved(struct region *r, int before)
{
    if (__builtin_expect(before == LOOK_PLANNED, 0))
        r->counters.faults_major++;
    else
        r->counters.faults_soft++;
}

bool fault_tells_soft;

static __attribute__((noinline)) void tell_soft(struct region *r, uint32_t page)
{
    learn_shown(r, page);
    trace_page(r, page, true);
}

/* The page holds a frame. Either this window doesn't show it yet, or another hart was faster, or A and D are ours to set. */
static inline __attribute__((always_inline)) int fault_resident(struct vma *v, uint32_t page, vaddr_t va, enum fault_access access,
                                                                int before)
{
    struct region *r = v->region;
    struct page *p = &r->pages[page];
    struct pt_entry pte = pt_lookup(va);
    if (p->flags & PAGE_UNTOUCHED) {
        r->counters.prefetch_late += before == LOOK_AGAIN && !pte.accessed;
        if (r->pool->frames[pool_slot(r->pool, page_pa(p))].use == FRAME_UNTOUCHED)
            region_touch(r, page); /* else it is planned, and the ring sees the A bit */
    }
    if (!pte.valid) {
        count_resolved(r, before);
        if (__builtin_expect(fault_tells_soft, 0))
            tell_soft(r, page);
        paddr_t pa = page_pa(p);
        map_batched(&(struct pt_run){ va, &pa, 1, v->prot, true, access == FAULT_WRITE }, 1);
        r->counters.ptes_installed++;
        if (__builtin_expect(fault_tells_soft, 0) && r->plan_source != PLAN_NO_SOURCE)
            plan_shown(r, page);
    } else if (!pte.accessed || (access == FAULT_WRITE && !pte.dirty)) {
        count_resolved(r, before);
        pt_mark_accessed(va, access == FAULT_WRITE);
    } else if (before == LOOK_PLANNED) { /* another hart was faster */
        count_resolved(r, before);
    } else {
        r->counters.faults_spurious++;
        if (before == FAULT_RESOLVED) /* else it came while this thread waited */
            pt_fence_page(va);
    }
    return FAULT_RESOLVED;
}

/* A wait: its time and its instructions are the device's, not the fault path's. */
struct stall {
    uint64_t ns, instret;
    unsigned hart;
};

static inline struct stall stall_begin(struct region *r)
{
    region_use_begin(r);
    faults_waiting++;
    return (struct stall){ time_ns(), sched_idle_instret(), hart_index() };
}

static inline void stall_end(struct region *r, const struct stall *began)
{
    region_use_end(r);
    faults_waiting--;
    r->counters.stall_ns += time_ns() - began->ns;
    if (hart_index() == began->hart) /* else the thread has been carried off: nobody knows */
        r->counters.stall_instret += sched_idle_instret() - began->instret;
}

static void wait_for_batch(struct region *r, struct batch *b)
{
    struct stall stall = stall_begin(r);
    batch_wait(b);
    stall_end(r, &stall);
    if (r->pool)
        hold_demanded(r->pool, &b->hold);
}

/* The page is on its way, in or out. What became of it, the next look tells. */
static __attribute__((noinline)) void wait_for_page(struct region *r, uint32_t page)
{
    struct stall stall = stall_begin(r);
    page_wait(r, page);
    stall_end(r, &stall);
    turn_end(false); /* it may be here now, by somebody else's read */
}

static inline bool is_alone(int before)
{
    return before == LOOK_ALONE || before == LOOK_LAST;
}

/* The page is nowhere: read it and, unless it has failed in company, what the policy expects next, in one batch. */
static int fault_absent(struct region *r, uint32_t page, vaddr_t va, int before)
{
    uint32_t wanted[BATCH_MAX];
    bool planned = r->plan_source != PLAN_NO_SOURCE;
    unsigned n = !is_alone(before) && (!planned || plan_leaves(r, page)) ? predict_prefetch_pages(r, page, wanted) : 0;
    int error;
    struct batch *b = batch_read(r, va, page, wanted, n, &error);
    if (!b && error)
        last_failure[hart_index()] = (struct fault_report){ va, error };
    if (!b)
        return error == -ENOMEM ? FAULT_OUT_OF_MEMORY : error ? FAULT_IO_ERROR
                                                              : LOOK_FRAMELESS;
    wait_for_batch(r, b);
    if (b->error && before != LOOK_LAST)
        return before == LOOK_ALONE ? LOOK_LAST : LOOK_ALONE;
    if (planned && !b->error)
        plan_came(r, page);
    if (b->nrequests > 0)
        r->counters.faults_major++;
    else
        r->counters.faults_soft++;
    last_failure[hart_index()] = (struct fault_report){ va, b->error };
    return b->error ? FAULT_IO_ERROR : b->beyond_end ? FAULT_BEYOND_END
                                                     : FAULT_RESOLVED;
}

/* What the policies learn from, once per fault: the pages used since the last one, in order, then this one. */
static void tell_policies(struct region *r, uint32_t page)
{
    if (r->pool && r->pool->nuntouched > 0) {
        if (learn_is_active(r))
            harvest_all(r->pool); /* what was read ahead long ago may have been used just now */
        else
            harvest_some(r->pool);
    }
    r->prefetch->on_access(r->prefetch_state, &page, 1, ACCESS_FAULT);
    if (!pager_repeats || learn_repeats)
        learn_fault(r, page); /* where counts repeat nothing is learnt, unless asked for */
}

/* Is the page the plan's to read? Then it has been waited for, as any device read that a fault asks for. */
static __attribute__((noinline)) int fault_planned(struct region *r, uint32_t page, int before)
{
    if (!plan_fault(r, page, before == LOOK_FRAMELESS))
        return FAULT_RESOLVED; /* no: it is read by itself */
    if (r->pages[page].state == PAGE_RESIDENT)
        return LOOK_AGAIN;
    wait_for_page(r, page);
    return LOOK_PLANNED;
}

/* Nobody holds the page. Not inline: the short way, of a page that holds a frame, saves no registers for this. */
static __attribute__((noinline)) int fault_missing(struct region *r, uint32_t page, vaddr_t va, int before)
{
    bool planned = r->plan_source != PLAN_NO_SOURCE;
    if (before == FAULT_RESOLVED) {
        trace_page(r, page, false);
        if (planned && !plan_leaves(r, page)) {
            harvest_some(r->pool);
        } else {
            tell_policies(r, page);
            plan_dissolve(BATCH_MAX);
        }
    }
    if (r->pool && (before == FAULT_RESOLVED || before == LOOK_WAITED)) {
        if (turn_begin(va))
            return LOOK_WAITED;
    }
    if (r->pool && !turn_is_others())
        keep_neighbour(r->pool, va);
    if (planned && !is_alone(before) && before != LOOK_PLANNED) {
        int result = fault_planned(r, page, before);
        if (result != FAULT_RESOLVED)
            return result;
    }
    return fault_absent(r, page, va, before);
}

/* There is nothing that this access may touch; but if something is about to be mapped there, the instruction runs again when it is. */
static __attribute__((noinline)) int fault_refused(vaddr_t va, enum fault_result why)
{
    if (!vma_is_replaced(va))
        return (int)why;
    frame_wait();
    return FAULT_RESOLVED;
}

/* One look at the page. `before` is what the look before this one found; FAULT_RESOLVED: this is the first. */
static inline __attribute__((always_inline)) int look(vaddr_t va, enum fault_access access, int before)
{
    struct vma *v = vma_find(va);
    if (!v)
        return fault_refused(va, FAULT_NO_MAPPING);
    if (!access_allowed(v, access))
        return fault_refused(va, FAULT_PROTECTION);
    struct region *r = v->region;
    uint32_t page = vma_page(v, va);
    if (before == FAULT_RESOLVED)
        r->counters.faults++;
    switch (r->pages[page].state) {
    case PAGE_RESIDENT:
        return fault_resident(v, page, va, access, before);
    case PAGE_ABSENT:
        return fault_missing(r, page, va, before);
    default: /* READING or WRITING, for somebody else */
        wait_for_page(r, page);
        return before == FAULT_RESOLVED ? LOOK_AGAIN : before;
    }
}

/* The thread has waited, and looks again until it need not. Not inline: the usual fault is over with the first look. */
static __attribute__((noinline)) int look_again(vaddr_t va, enum fault_access access, int before)
{
    int result = before;
    do
        result = look(va, access, result);
    while (result < 0);
    turn_end(false); /* the page may have come by somebody else's read, while this thread waited for something else, a frame */
    return result;
}

enum fault_result handle_one_fault(vaddr_t address, enum fault_access access)
{
    vaddr_t va = PAGE_ALIGN_DOWN(address);
    spin_lock(&pager_lock);
    int result = look(va, access, FAULT_RESOLVED);
    if (__builtin_expect(result < 0, 0))
        result = look_again(va, access, result);
    spin_unlock(&pager_lock);
    if (__builtin_expect(learn_wants, 0))
        learn_look(va);
    return (enum fault_result)result;
}

struct fault_report fault_last_failure(void)
{
    return last_failure[hart_index()];
}
