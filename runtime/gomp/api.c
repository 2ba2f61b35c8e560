/* api.c: the functions of <omp.h>, but for memory (alloc.c) and devices (target.c). */
#include "runtime/include/omp.h"

#include <limits.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

#define MAX_ACTIVE_LEVELS 255

static struct gomp_icvs *icvs(void)
{
    return &gomp_thread()->task->icvs;
}

static unsigned at_least_one(int n)
{
    return n > 0 ? (unsigned)n : 1;
}

static int capped(unsigned n)
{
    return n > INT_MAX ? INT_MAX : (int)n;
}

API void omp_set_num_threads(int n) { icvs()->threads = at_least_one(n); }
API int omp_get_num_threads(void) { return (int)gomp_thread()->team->threads; }
API int omp_get_max_threads(void) { return capped(icvs()->threads); }
API int omp_get_thread_num(void) { return (int)gomp_thread()->id; }
API int omp_get_num_procs(void) { return (int)(gomp_thread(), gomp_settings.harts); }
API int omp_in_parallel(void) { return gomp_thread()->team->active_level > 0; }
API void omp_set_dynamic(int dynamic) { icvs()->dynamic = dynamic; }
API int omp_get_dynamic(void) { return icvs()->dynamic; }
API int omp_get_cancellation(void) { return (gomp_thread(), gomp_settings.cancellation); }
API int omp_in_final(void) { return gomp_thread()->task->final; }
API int omp_get_max_task_priority(void) { return (gomp_thread(), gomp_settings.max_task_priority); }
API int omp_get_thread_limit(void) { return capped(icvs()->thread_limit); }

/* Nesting. */
API void omp_set_nested(int nested)
{
    struct gomp_icvs *own = icvs();

    if (nested)
        own->max_active_levels = MAX_ACTIVE_LEVELS;
    else if (own->max_active_levels > 1)
        own->max_active_levels = 1;
}

API void omp_set_max_active_levels(int levels)
{
    if (levels >= 0)
        icvs()->max_active_levels = levels < MAX_ACTIVE_LEVELS ? levels : MAX_ACTIVE_LEVELS;
}

API int omp_get_nested(void) { return icvs()->max_active_levels > 1; }
API int omp_get_max_active_levels(void) { return icvs()->max_active_levels; }
API int omp_get_supported_active_levels(void) { return MAX_ACTIVE_LEVELS; }
API int omp_get_level(void) { return (int)gomp_thread()->team->level; }
API int omp_get_active_level(void) { return (int)gomp_thread()->team->active_level; }

/* The team at a level of nesting, and the number in it of this thread or of the ancestor that made the region inside. */
static const struct gomp_team *team_at(int level, unsigned *id)
{
    const struct gomp_thread *thread = gomp_thread();
    const struct gomp_team *team = thread->team;

    *id = thread->id;
    if (level < 0 || level > (int)team->level)
        return NULL;
    for (; (int)team->level > level; team = team->outer)
        *id = team->outer_id;
    return team;
}

API int omp_get_ancestor_thread_num(int level)
{
    unsigned id;

    return team_at(level, &id) ? (int)id : -1;
}

API int omp_get_team_size(int level)
{
    unsigned id;
    const struct gomp_team *team = team_at(level, &id);

    return team ? (int)team->threads : -1;
}

API void omp_set_schedule(omp_sched_t kind, int chunk)
{
    struct gomp_icvs *own = icvs();
    unsigned schedule = (unsigned)kind & ~GOMP_MONOTONIC;

    if (schedule < GOMP_STATIC || schedule > GOMP_AUTO)
        return;
    if (schedule == GOMP_STATIC)
        own->chunk = chunk < 1 ? 0 : chunk;
    else if (schedule != GOMP_AUTO)
        own->chunk = chunk < 1 ? 1 : chunk;
    own->schedule = (enum gomp_schedule)schedule;
    own->monotonic = (unsigned)kind & GOMP_MONOTONIC;
}

API void omp_get_schedule(omp_sched_t *kind, int *chunk)
{
    const struct gomp_icvs *own = icvs();

    *kind = (omp_sched_t)(own->schedule | (own->monotonic ? GOMP_MONOTONIC : 0));
    *chunk = own->chunk > INT_MAX ? INT_MAX : (int)own->chunk;
}

API double omp_get_wtime(void) { return (double)platform_ns() / NS_PER_S; }
API double omp_get_wtick(void) { return 1.0 / NS_PER_S; }

/* Locks belong to tasks; a simple one is just a word that whoever may unset it sets back. */
API void omp_init_lock(omp_lock_t *lock) { lock->state = 0; }
API void omp_init_lock_with_hint(omp_lock_t *lock, omp_sync_hint_t hint) { lock->state = 0 * (uint32_t)hint; }
API void omp_destroy_lock(omp_lock_t *lock) { lock->state = 0; }
API void omp_set_lock(omp_lock_t *lock) { gomp_lock(&lock->state); }
API void omp_unset_lock(omp_lock_t *lock) { gomp_unlock(&lock->state); }
API int omp_test_lock(omp_lock_t *lock) { return gomp_try_lock(&lock->state); }

static void init_nest_lock(omp_nest_lock_t *lock)
{
    lock->state = lock->depth = 0;
    lock->owner = NULL;
}

static bool is_mine(const omp_nest_lock_t *lock)
{
    return __atomic_load_n(&lock->owner, __ATOMIC_RELAXED) == gomp_thread()->task;
}

static int enter_nest_lock(omp_nest_lock_t *lock)
{
    __atomic_store_n(&lock->owner, gomp_thread()->task, __ATOMIC_RELAXED);
    return (int)++lock->depth;
}

API void omp_init_nest_lock(omp_nest_lock_t *lock) { init_nest_lock(lock); }
API void omp_init_nest_lock_with_hint(omp_nest_lock_t *lock, omp_sync_hint_t hint)
{
    (void)hint;
    init_nest_lock(lock);
}
API void omp_destroy_nest_lock(omp_nest_lock_t *lock) { init_nest_lock(lock); }

API void omp_set_nest_lock(omp_nest_lock_t *lock)
{
    if (!is_mine(lock))
        gomp_lock(&lock->state);
    enter_nest_lock(lock);
}

API void omp_unset_nest_lock(omp_nest_lock_t *lock)
{
    if (--lock->depth > 0)
        return;
    __atomic_store_n(&lock->owner, NULL, __ATOMIC_RELAXED);
    gomp_unlock(&lock->state);
}

API int omp_test_nest_lock(omp_nest_lock_t *lock)
{
    return is_mine(lock) || gomp_try_lock(&lock->state) ? enter_nest_lock(lock) : 0;
}

/* No thread is bound to a hart, and there are no places. */
API omp_proc_bind_t omp_get_proc_bind(void) { return omp_proc_bind_false; }
API int omp_get_num_places(void) { return 0; }
API int omp_get_place_num(void) { return -1; }
API int omp_get_partition_num_places(void) { return 0; }
API void omp_get_partition_place_nums(int *places) { (void)places; }

API int omp_get_place_num_procs(int place)
{
    (void)place;
    return 0;
}

API void omp_get_place_proc_ids(int place, int *ids)
{
    (void)place;
    (void)ids;
}

API void omp_display_env(int verbose) { gomp_display_environment((gomp_thread(), verbose)); }

/* Nothing is held that could be given back. */
API int omp_pause_resource(omp_pause_resource_t kind, int device)
{
    return (kind == omp_pause_soft || kind == omp_pause_hard) && device <= 0 ? 0 : -1;
}

API int omp_pause_resource_all(omp_pause_resource_t kind)
{
    return kind == omp_pause_soft || kind == omp_pause_hard ? 0 : -1;
}
