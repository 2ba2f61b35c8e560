/*
 * target.c: devices and teams. There is no device: a target region runs here, on a thread's initial team, and all its data are
 * where they were. The teams of a league run one after another.
 */
#include <limits.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"
#include "runtime/include/omp.h"

#define LEAGUE 3 /* teams that `teams` makes if nothing says how many: libgomp's number */
#define KIND(kinds, i) ((kinds)[i] & 0xff)
#define ALIGNMENT(kinds, i) ((size_t)1 << ((kinds)[i] >> 8))
enum { MAP_FIRSTPRIVATE = 12 }; /* of the kinds: a copy belongs to the region; it alone matters without a device */
enum { FLAG_NOWAIT = 1 };

/* GCC's list of what a target region's clauses say, NULL at its end: each entry is a value above a key, or a key before a value. */
#define ARGUMENT_KEY(entry) ((entry)&0xff7f)
#define ARGUMENT_VALUE(entry) ((intptr_t)(entry) >> 16)
enum { ARGUMENT_VALUE_FOLLOWS = 1 << 7,
       ARGUMENT_THREAD_LIMIT = 2 << 8 }; /* for all devices; keys for one kind of them have its number added */

static void wait_for_dependences(void **depend)
{
    if (depend)
        gomp_depend_wait(gomp_thread(), depend);
}

static void check_offload(void)
{
    gomp_thread();
    if (gomp_settings.offload_mandatory)
        GOMP_FATAL("OpenMP: OMP_TARGET_OFFLOAD=mandatory, but there is no device");
}

/* Copies of the firstprivate items in one block, to which hosts[] point afterwards; NULL: there are none. */
static char *copy_firstprivate(size_t n, void **hosts, const size_t *sizes, const unsigned short *kinds)
{
    size_t size = 0;
    char *block, *at;

    for (size_t i = 0; i < n; i++)
        if (KIND(kinds, i) == MAP_FIRSTPRIVATE)
            size += sizes[i] + ALIGNMENT(kinds, i);
    if (size == 0)
        return NULL;
    at = block = gomp_alloc(size);
    for (size_t i = 0; i < n; i++)
        if (KIND(kinds, i) == MAP_FIRSTPRIVATE) {
            at = (char *)(((uintptr_t)at + ALIGNMENT(kinds, i) - 1) & ~(ALIGNMENT(kinds, i) - 1));
            memcpy(at, hosts[i], sizes[i]);
            hosts[i] = at;
            at += sizes[i];
        }
    return block;
}

/* 0: there is none. */
static unsigned thread_limit(void *const *arguments)
{
    while (arguments && *arguments) {
        uintptr_t entry = (uintptr_t)*arguments++;
        intptr_t value = entry & ARGUMENT_VALUE_FOLLOWS ? (intptr_t)*arguments++ : ARGUMENT_VALUE(entry);

        if (ARGUMENT_KEY(entry) == ARGUMENT_THREAD_LIMIT)
            return value > INT_MAX ? INT_MAX : (unsigned)value;
    }
    return 0;
}

/* The region begins as a program does: level 0, a team of one. Tasks of the encountering thread are none of its business. */
static void run_as_initial(void (*fn)(void *), void *data, unsigned limit)
{
    struct gomp_thread *self = gomp_thread();
    struct gomp_thread before = *self;
    struct gomp_team *team = gomp_alloc(sizeof *team);
    struct gomp_task task;
    uint32_t busy = 1;

    team->threads = 1;
    team->leagues = 1;
    team->busy = &busy;
    team->icvs = self->task->icvs;
    if (limit > 0)
        team->icvs.thread_limit = limit;
    gomp_task_begin(&task, NULL, &team->icvs);
    self->team = team;
    self->task = &task;
    self->share = &team->first;
    self->id = self->trip = 0;
    self->singles = 0;
    fn(data);
    gomp_share_leave(self);
    gomp_enter_barrier(self, &team->join);
    gomp_lock(&team->task_lock); /* whoever has fulfilled the last event of a detached task is through with the team then */
    gomp_unlock(&team->task_lock);
    gomp_task_end_implicit(&task);
    gomp_thread_restore(self, &before);
    platform_free(team);
}

/* nowait: it may, and does, run before the encountering task goes on. */
API void GOMP_target_ext(int device, void (*fn)(void *), size_t n, void **hosts, size_t *sizes, unsigned short *kinds,
                         unsigned flags, void **depend, void **arguments)
{
    char *copies;

    (void)device;
    (void)flags;
    check_offload();
    wait_for_dependences(depend);
    copies = copy_firstprivate(n, hosts, sizes, kinds);
    run_as_initial(fn, hosts, thread_limit(arguments));
    platform_free(copies);
}

API void GOMP_target_data_ext(int device, size_t n, void **hosts, size_t *sizes, unsigned short *kinds)
{
    (void)device;
    (void)n;
    (void)hosts;
    (void)sizes;
    (void)kinds;
    check_offload();
}

API void GOMP_target_end_data(void) {}

API void GOMP_target_update_ext(int device, size_t n, void **hosts, size_t *sizes, unsigned short *kinds, unsigned flags,
                                void **depend)
{
    (void)flags;
    GOMP_target_data_ext(device, n, hosts, sizes, kinds);
    wait_for_dependences(depend);
}

API void GOMP_target_enter_exit_data(int device, size_t n, void **hosts, size_t *sizes, unsigned short *kinds, unsigned flags,
                                     void **depend)
{
    (void)flags;
    GOMP_target_data_ext(device, n, hosts, sizes, kinds);
    wait_for_dependences(depend);
}

/* teams outside of target. */
API void GOMP_teams_reg(void (*fn)(void *), void *data, unsigned teams, unsigned limit, unsigned flags)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_team *team = thread->team;
    unsigned before = thread->task->icvs.thread_limit;

    (void)flags;
    if (limit == 0)
        limit = __atomic_load_n(&gomp_settings.teams_limit, __ATOMIC_RELAXED);
    if (limit > 0)
        thread->task->icvs.thread_limit = limit;
    if (teams == 0)
        teams = __atomic_load_n(&gomp_settings.teams, __ATOMIC_RELAXED);
    team->leagues = teams ? teams : LEAGUE;
    for (team->league = 0; team->league < team->leagues; team->league++)
        fn(data);
    team->leagues = 1;
    team->league = 0;
    thread->task->icvs.thread_limit = before;
}

/* teams inside of target: called until it says false. */
API bool GOMP_teams4(unsigned least, unsigned most, unsigned limit, bool first)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_team *team = thread->team;

    (void)most;
    if (!first)
        return ++team->league < team->leagues;
    if (limit > 0)
        thread->task->icvs.thread_limit = limit;
    team->leagues = least ? least : 1;
    team->league = 0;
    return true;
}

API int omp_get_num_teams(void) { return (int)gomp_thread()->team->leagues; }
API int omp_get_team_num(void) { return (int)gomp_thread()->team->league; }

API void omp_set_num_teams(int n)
{
    gomp_thread();
    __atomic_store_n(&gomp_settings.teams, n > 0 ? (unsigned)n : 1, __ATOMIC_RELAXED);
}

API int omp_get_max_teams(void)
{
    gomp_thread();
    return (int)__atomic_load_n(&gomp_settings.teams, __ATOMIC_RELAXED);
}

API void omp_set_teams_thread_limit(int n)
{
    gomp_thread();
    __atomic_store_n(&gomp_settings.teams_limit, n > 0 ? (unsigned)n : 1, __ATOMIC_RELAXED);
}

API int omp_get_teams_thread_limit(void)
{
    gomp_thread();
    return (int)__atomic_load_n(&gomp_settings.teams_limit, __ATOMIC_RELAXED);
}

/* Device 0 is the host, since there are none before it. */
API void omp_set_default_device(int device) { gomp_thread()->task->icvs.default_device = device >= 0 ? device : 0; }
API int omp_get_default_device(void) { return gomp_thread()->task->icvs.default_device; }
API int omp_get_num_devices(void) { return 0; }
API int omp_get_device_num(void) { return 0; }
API int omp_is_initial_device(void) { return 1; }
API int omp_get_initial_device(void) { return 0; }

API void *omp_target_alloc(size_t size, int device) { return device == 0 ? malloc(size) : NULL; }

API void omp_target_free(void *memory, int device)
{
    if (device == 0)
        free(memory);
}

API int omp_target_is_present(const void *memory, int device)
{
    (void)memory;
    return device == 0;
}

API int omp_target_memcpy(void *to, const void *from, size_t size, size_t to_offset, size_t from_offset, int to_device,
                          int from_device)
{
    if (to_device != 0 || from_device != 0)
        return EINVAL;
    memcpy((char *)to + to_offset, (const char *)from + from_offset, size);
    return 0;
}

static int copy_rect(char *to, const char *from, size_t size, int n, const size_t *volume, const size_t *to_at,
                     const size_t *from_at, const size_t *to_size, const size_t *from_size)
{
    size_t to_step = size, from_step = size;

    for (int i = 1; i < n; i++) {
        to_step *= to_size[i];
        from_step *= from_size[i];
    }
    to += to_at[0] * to_step;
    from += from_at[0] * from_step;
    if (n == 1) {
        memcpy(to, from, volume[0] * size);
        return 0;
    }
    for (size_t i = 0; i < volume[0]; i++)
        copy_rect(to + i * to_step, from + i * from_step, size, n - 1, volume + 1, to_at + 1, from_at + 1, to_size + 1,
                  from_size + 1);
    return 0;
}

API int omp_target_memcpy_rect(void *to, const void *from, size_t size, int n, const size_t *volume, const size_t *to_at,
                               const size_t *from_at, const size_t *to_size, const size_t *from_size, int to_device,
                               int from_device)
{
    if (!to && !from)
        return INT_MAX; /* how many dimensions it can do */
    if (size == 0 || n < 1 || to_device != 0 || from_device != 0)
        return EINVAL;
    return copy_rect(to, from, size, n, volume, to_at, from_at, to_size, from_size);
}

API int omp_target_associate_ptr(const void *host, const void *device_memory, size_t size, size_t offset, int device)
{
    (void)host;
    (void)device_memory;
    (void)size;
    (void)offset;
    (void)device;
    return EINVAL;
}

API int omp_target_disassociate_ptr(const void *host, int device)
{
    (void)host;
    (void)device;
    return EINVAL;
}
