/* sync.c: barriers, locks, critical, atomic, single, and cancellation. */
#include "runtime/gomp/sync.h"

#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

#define RELEASING 0x80000000u /* in the lower half of a barrier word: one thread lets the others go */

void gomp_lock_slowly(uint32_t *lock)
{
    for (unsigned spins = gomp_settings.spins / 16; spins > 0; spins--)
        if (__atomic_load_n(lock, __ATOMIC_RELAXED) == 0 && gomp_try_lock(lock))
            return;
    while (__atomic_exchange_n(lock, 2, __ATOMIC_ACQUIRE) != 0)
        platform_wait(lock, 2);
}

static uint32_t generation(uint64_t state)
{
    return (uint32_t)(state >> 32);
}

static bool everybody_here(uint64_t state, unsigned threads)
{
    return (uint32_t)state == threads;
}

static uint32_t unfinished(const struct gomp_team *team)
{
    return __atomic_load_n(&team->unfinished, __ATOMIC_ACQUIRE);
}

static bool let_go(struct gomp_team *team, uint64_t *word, uint64_t state)
{
    if (!__atomic_compare_exchange_n(word, &state, state | RELEASING, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return false;
    __atomic_store_n(&team->share_cancelled, 0, __ATOMIC_RELAXED);
    __atomic_store_n(word, (uint64_t)(generation(state) + 1) << 32, __ATOMIC_RELEASE);
    gomp_event_notify(&team->idle, GOMP_ALL);
    return true;
}

/*
 * Waits until every thread of the team is here and every explicit task is done, and runs tasks meanwhile. Somebody who sees that
 * both hold lets all go. A cancelled region leaves its own barriers as they are: nobody comes back to them; `join` still works.
 */
void gomp_enter_barrier(struct gomp_thread *thread, uint64_t *word)
{
    struct gomp_team *team = thread->team;
    unsigned threads = team->threads, spins = team->spins;
    bool last = word == &team->join;
    uint64_t state = __atomic_add_fetch(word, 1, __ATOMIC_ACQ_REL);
    uint32_t mine = generation(state);

#define NOW __atomic_load_n(word, __ATOMIC_ACQUIRE)
    while (generation(state) == mine && (last || !gomp_team_cancelled(team))) {
        if (everybody_here(state, threads) && unfinished(team) == 0) {
            if (let_go(team, word, state))
                return;
        } else if (!gomp_task_run_any(thread, word, mine)) {
            GOMP_AWAIT(&team->idle, spins,
                       generation(NOW) != mine || __atomic_load_n(&team->queued, __ATOMIC_ACQUIRE) != 0 ||
                           (everybody_here(NOW, threads) && unfinished(team) == 0) || (!last && gomp_team_cancelled(team)));
        }
        state = NOW;
    }
#undef NOW
}

API void GOMP_barrier(void)
{
    struct gomp_thread *thread = gomp_thread();

    gomp_enter_barrier(thread, &thread->team->barrier);
}

API bool GOMP_barrier_cancel(void)
{
    struct gomp_thread *thread = gomp_thread();

    gomp_enter_barrier(thread, &thread->team->barrier);
    return gomp_team_cancelled(thread->team);
}

/* Cancellation; `which` as GCC passes it. */
enum { CANCEL_PARALLEL = 1,
       CANCEL_LOOP = 2,
       CANCEL_SECTIONS = 4,
       CANCEL_TASKGROUP = 8 };

static bool is_cancelled(const struct gomp_thread *thread, int which)
{
    if (!gomp_settings.cancellation)
        return false;
    if (which & (CANCEL_LOOP | CANCEL_SECTIONS))
        return __atomic_load_n(&thread->team->share_cancelled, __ATOMIC_ACQUIRE);
    if (which & CANCEL_TASKGROUP)
        return gomp_task_is_cancelled(thread->team, thread->task->group);
    return gomp_team_cancelled(thread->team);
}

API bool GOMP_cancellation_point(int which)
{
    return is_cancelled(gomp_thread(), which);
}

API bool GOMP_cancel(int which, bool active)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_team *team = thread->team;

    if (!gomp_settings.cancellation)
        return false;
    if (!active)
        return is_cancelled(thread, which);
    if (which & (CANCEL_LOOP | CANCEL_SECTIONS)) {
        __atomic_store_n(&team->share_cancelled, 1, __ATOMIC_RELEASE);
    } else if (which & CANCEL_TASKGROUP) {
        struct gomp_group *group = thread->task->group;

        if (group && group->workshare && group->outer)
            group = group->outer;
        if (group)
            __atomic_store_n(&group->cancelled, true, __ATOMIC_RELEASE);
    } else {
        __atomic_store_n(&team->cancelled, 1, __ATOMIC_RELEASE);
        gomp_event_notify(&team->idle, GOMP_ALL);
    }
    return true;
}

/* critical without a name, and atomic operations that no instruction does. A name is a zeroed pointer of its own. */
static uint32_t unnamed, atomics;

API void GOMP_critical_start(void) { gomp_lock(&unnamed); }
API void GOMP_critical_end(void) { gomp_unlock(&unnamed); }
API void GOMP_critical_name_start(void **name) { gomp_lock((uint32_t *)name); }
API void GOMP_critical_name_end(void **name) { gomp_unlock((uint32_t *)name); }
API void GOMP_atomic_start(void) { gomp_lock(&atomics); }
API void GOMP_atomic_end(void) { gomp_unlock(&atomics); }

/* Each single region has a number, counted by each thread for itself; whoever moves the team's count on executes it. */
static bool begin_single(struct gomp_thread *thread)
{
    uint32_t number = thread->singles++;

    return __atomic_load_n(&thread->team->singles, __ATOMIC_RELAXED) == number &&
           __atomic_compare_exchange_n(&thread->team->singles, &number, number + 1, false, __ATOMIC_ACQ_REL, __ATOMIC_RELAXED);
}

API bool GOMP_single_start(void)
{
    return begin_single(gomp_thread());
}

/* copyprivate. NULL: execute the region and call the end; else the data of who did, after which comes a barrier. */
API void *GOMP_single_copy_start(void)
{
    struct gomp_thread *thread = gomp_thread();

    if (begin_single(thread))
        return NULL;
    gomp_enter_barrier(thread, &thread->team->barrier);
    return thread->team->copyprivate;
}

API void GOMP_single_copy_end(void *data)
{
    struct gomp_thread *thread = gomp_thread();

    thread->team->copyprivate = data;
    gomp_enter_barrier(thread, &thread->team->barrier);
}

/* The error directive of OpenMP 5.1, at execution. length: SIZE_MAX if the text ends with a 0; text: NULL if there is none. */
static void report_directive(const char *text, size_t length)
{
    char copy[200] = "";

    if (text)
        strncpy(copy, text, length < sizeof copy ? length : sizeof copy - 1);
    platform_report("OpenMP: error directive%s%s", text ? ": " : "", copy);
}

API void GOMP_warning(const char *text, size_t length)
{
    report_directive(text, length);
}

API void GOMP_error(const char *text, size_t length)
{
    report_directive(text, length);
    gomp_exit();
}
