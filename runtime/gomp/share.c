/* share.c: the chain of worksharing constructs of a team, and how the iterations of a loop are handed out. */
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

static void recycle(struct gomp_thread *thread, struct gomp_share *share)
{
    gomp_doacross_end(share);
    platform_free(share->memory);
    share->memory = NULL;
    if (!thread->free_shares)
        thread->last_share = share;
    share->next = thread->free_shares;
    thread->free_shares = share;
}

/* A zeroed one, not in the chain yet. */
struct gomp_share *gomp_share_new(struct gomp_thread *thread)
{
    struct gomp_share *share = thread->free_shares;
    struct gomp_event event;

    if (!share)
        return gomp_alloc(sizeof *share);
    thread->free_shares = share->next;
    event = share->event;
    memset(share, 0, sizeof *share);
    share->event = event;
    return share;
}

/* The thread is done with its construct; the last one of the team to say so may use it again. */
void gomp_share_leave(struct gomp_thread *thread)
{
    struct gomp_share *share = thread->share;
    unsigned threads = thread->team->threads;

    if (share != &thread->team->first && __atomic_add_fetch(&share->passed, 1, __ATOMIC_ACQ_REL) == threads)
        recycle(thread, share);
}

static void step_to(struct gomp_thread *thread, struct gomp_share *share)
{
    gomp_share_leave(thread);
    thread->share = share;
    thread->trip = 0;
    thread->chunk_begin = thread->chunk_end = 0;
}

/* Steps to the next construct if some thread has met it already; else NULL, and the caller appends one. */
struct gomp_share *gomp_share_next(struct gomp_thread *thread)
{
    struct gomp_share *next = __atomic_load_n(&thread->share->next, __ATOMIC_ACQUIRE);

    if (next)
        step_to(thread, next);
    return next;
}

/* Steps to `fresh`, or to what another thread has appended meanwhile (false; fresh is gone then). */
bool gomp_share_append(struct gomp_thread *thread, struct gomp_share *fresh)
{
    struct gomp_share *next = NULL;

    if (__atomic_compare_exchange_n(&thread->share->next, &next, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        step_to(thread, fresh);
        return true;
    }
    recycle(thread, fresh);
    step_to(thread, next);
    return false;
}

static struct gomp_loop counted(bool up, uint64_t start, uint64_t end, uint64_t step, bool empty)
{
    struct gomp_loop loop = { .start = start, .end = end, .step = step };
    uint64_t distance = up ? end - start : start - end, stride = up ? step : -step;

    if (!empty)
        loop.count = (distance - 1) / stride + 1;
    return loop;
}

struct gomp_loop gomp_loop_signed(long start, long end, long step)
{
    bool up = step > 0;

    return counted(up, (uint64_t)start, (uint64_t)end, (uint64_t)step, up ? start >= end : start <= end);
}

struct gomp_loop gomp_loop_unsigned(bool up, uint64_t start, uint64_t end, uint64_t step)
{
    return counted(up, start, end, step, up ? start >= end : start <= end);
}

/* `schedule` as GCC gives it: perhaps with the monotonic bit; RUNTIME and AUTO (runtime, nonmonotonic) ask run-sched-var. */
void gomp_loop_set_schedule(struct gomp_loop *loop, long schedule, uint64_t chunk)
{
    loop->schedule = (enum gomp_schedule)(schedule & ~(long)GOMP_MONOTONIC);
    loop->chunk = chunk;
    if (loop->schedule == GOMP_RUNTIME || loop->schedule == GOMP_AUTO) {
        const struct gomp_icvs *icvs = &gomp_thread()->task->icvs;

        loop->schedule = icvs->schedule == GOMP_AUTO ? GOMP_STATIC : icvs->schedule;
        loop->chunk = icvs->schedule == GOMP_AUTO ? 0 : (uint64_t)icvs->chunk;
    }
    if (loop->schedule != GOMP_STATIC && loop->chunk == 0)
        loop->chunk = 1;
}

/*
 * The thread meets a worksharing construct. reductions: the description of its task reductions, each thread has its own but the
 * memory is the first one's. *memory: the size of zeroed memory that the team shares for the construct; becomes its address.
 */
void gomp_loop_enter(struct gomp_thread *thread, const struct gomp_loop *loop, uintptr_t *reductions, void **memory)
{
    struct gomp_share *share = gomp_share_next(thread);
    bool first = false;
    uintptr_t *outer = NULL;

    if (reductions) {
        gomp_group_begin(thread, gomp_alloc(sizeof(struct gomp_group)));
        thread->task->group->workshare = true;
        outer = thread->task->group->reductions;
    }
    if (!share) {
        share = gomp_share_new(thread);
        share->loop = *loop;
        if (memory)
            share->memory = gomp_alloc((size_t)(uintptr_t)*memory);
        if (loop->doacross && thread->team->threads > 1 && loop->count > 0)
            gomp_doacross_begin(share, loop->doacross, loop->counts);
        if (reductions) {
            gomp_reductions_begin(reductions, outer, NULL, thread->team->threads);
            share->reductions = reductions;
        }
        first = gomp_share_append(thread, share);
        if (!first && reductions)
            gomp_reductions_end(reductions); /* another thread's are the team's */
        share = thread->share;
    }
    if (!first && reductions)
        gomp_reductions_begin(reductions, outer, share->reductions, thread->team->threads);
    if (reductions)
        thread->task->group->reductions = reductions;
    if (memory)
        *memory = share->memory;
}

/* As GCC divides a loop with schedule(static) by itself: the first `count % threads` blocks are one longer. */
static bool take_static(struct gomp_thread *thread, const struct gomp_loop *loop, uint64_t *begin, uint64_t *end)
{
    uint64_t threads = thread->team->threads, id = thread->id, trip = thread->trip;

    if (loop->chunk == 0) {
        uint64_t block = loop->count / threads, longer = loop->count % threads;

        *begin = id * block + (id < longer ? id : longer);
        *end = *begin + block + (id < longer);
        if (trip > 0 || *begin == *end)
            return false;
    } else {
        uint64_t chunks = loop->count ? (loop->count - 1) / loop->chunk + 1 : 0, number = trip * threads + id;

        if (number >= chunks)
            return false;
        *begin = number * loop->chunk;
        *end = number == chunks - 1 ? loop->count : *begin + loop->chunk;
    }
    thread->trip++;
    return true;
}

/* guided: the rest divided by the threads, but at least a chunk. */
static bool take_shared(struct gomp_share *share, unsigned threads, uint64_t *begin, uint64_t *end)
{
    const struct gomp_loop *loop = &share->loop;
    uint64_t next = __atomic_load_n(&share->taken, __ATOMIC_RELAXED), left, take;

    do {
        if (next >= loop->count)
            return false;
        left = loop->count - next;
        take = loop->chunk;
        if (loop->schedule == GOMP_GUIDED && (left - 1) / threads + 1 > take)
            take = (left - 1) / threads + 1;
        if (take > left)
            take = left;
    } while (!__atomic_compare_exchange_n(&share->taken, &next, next + take, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    *begin = next;
    *end = next + take;
    return true;
}

/* The next chunk, as iterations begin .. end - 1. */
static bool take_iterations(struct gomp_thread *thread, uint64_t *begin, uint64_t *end)
{
    struct gomp_share *share = thread->share;

    if (share->loop.ordered)
        gomp_ordered_pass(thread);
    if (!(share->loop.schedule == GOMP_STATIC ? take_static(thread, &share->loop, begin, end)
                                              : take_shared(share, thread->team->threads, begin, end)))
        return false;
    thread->chunk_begin = *begin;
    thread->chunk_end = *end;
    return true;
}

/* The next chunk in values of the loop's variable. False: nothing is left for this thread. */
bool gomp_loop_take(struct gomp_thread *thread, uint64_t *begin, uint64_t *end)
{
    const struct gomp_loop *loop = &thread->share->loop;
    uint64_t from, to;

    if (!take_iterations(thread, &from, &to))
        return false;
    *begin = loop->start + from * loop->step;
    *end = to == loop->count ? loop->end : loop->start + to * loop->step; /* the last step may overflow */
    return true;
}

void gomp_workshare_end(struct gomp_thread *thread)
{
    gomp_enter_barrier(thread, &thread->team->barrier);
}

bool gomp_workshare_end_cancel(struct gomp_thread *thread)
{
    gomp_enter_barrier(thread, &thread->team->barrier);
    return gomp_team_cancelled(thread->team);
}

/* sections: a loop over their numbers, 1 .. n, which hands out one at a time; 0: none is left. */
static unsigned next_section(struct gomp_thread *thread)
{
    uint64_t begin, end;

    return gomp_loop_take(thread, &begin, &end) ? (unsigned)begin : 0;
}

static struct gomp_loop section_loop(unsigned n)
{
    struct gomp_loop loop = gomp_loop_unsigned(true, 1, (uint64_t)n + 1, 1);

    gomp_loop_set_schedule(&loop, GOMP_DYNAMIC, 1);
    return loop;
}

API unsigned GOMP_sections_next(void)
{
    return next_section(gomp_thread());
}

API unsigned GOMP_sections2_start(unsigned n, uintptr_t *reductions, void **memory)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_loop loop = section_loop(n);

    gomp_loop_enter(thread, &loop, reductions, memory);
    return next_section(thread);
}

API unsigned GOMP_sections_start(unsigned n)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_loop loop = section_loop(n);

    gomp_loop_enter(thread, &loop, NULL, NULL);
    return next_section(thread);
}

API void GOMP_parallel_sections(void (*fn)(void *), void *data, unsigned threads, unsigned n, unsigned flags)
{
    struct gomp_loop loop = section_loop(n);

    (void)flags;
    gomp_run_parallel(&(struct gomp_launch){ .fn = fn, .data = data, .threads = threads, .sections = n, .loop = &loop });
}

API void GOMP_sections_end(void) { gomp_workshare_end(gomp_thread()); }
API bool GOMP_sections_end_cancel(void) { return gomp_workshare_end_cancel(gomp_thread()); }
API void GOMP_sections_end_nowait(void) {}

/* scope with task reductions. */
API void GOMP_scope_start(uintptr_t *reductions)
{
    gomp_loop_enter(gomp_thread(), &(struct gomp_loop){ .schedule = GOMP_DYNAMIC, .chunk = 1 }, reductions, NULL);
}
