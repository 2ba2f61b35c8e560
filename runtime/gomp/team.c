/* team.c: parallel regions: the teams, and the pool of threads that serve in them. */
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

enum { IDLE,
       ASLEEP,
       ASSIGNED };

/* A thread of the pool. Whoever takes it from the pool assigns a team to it; after the region it is put back. */
struct worker {
    struct worker *next; /* under pool.lock, or the list of a master */
    uint32_t state;      /* atomic; the futex that it sleeps on */
    struct gomp_team *team;
    unsigned id;
};

/* Put back last in, first out and in reverse: the same region run again meets the same threads (threadprivate variables). */
static struct {
    uint32_t lock;
    struct worker *idle;
    struct gomp_team *teams;
    struct gomp_share *shares, *last_share; /* what threads leave that are not the pool's and may end */
    struct gomp_task *tasks, *last_task;
    uint32_t said_short;
} pool;

_Thread_local struct gomp_thread gomp_self;

/* What a thread has that runs outside of any parallel region. */
static _Thread_local struct {
    struct gomp_team team;
    struct gomp_task task;
    uint32_t busy;
} initial;

void gomp_thread_begin(void)
{
    struct gomp_team *team = &initial.team;

    gomp_read_environment();
    initial.busy = 1;
    team->threads = 1;
    team->leagues = 1;
    team->busy = &initial.busy;
    team->icvs = gomp_settings.icvs;
    gomp_task_begin(&initial.task, NULL, &team->icvs);
    gomp_self.task = &initial.task;
    gomp_self.share = &team->first;
    gomp_self.team = team;
}

void *gomp_alloc(size_t size)
{
    void *memory = platform_alloc(size);

    if (!memory)
        GOMP_FATAL("OpenMP: out of memory for %lu bytes", (unsigned long)size);
    return memory;
}

_Noreturn void gomp_exit(void)
{
    exit(EXIT_FAILURE);
}

/* What the thread does from the start of a region to its end. */
static void serve(struct gomp_thread *self, struct gomp_team *team, unsigned id)
{
    struct gomp_task task;

    gomp_task_begin(&task, NULL, &team->icvs);
    task.group = team->group;
    self->team = team;
    self->task = &task;
    self->share = &team->first;
    self->id = id;
    self->trip = 0;
    self->singles = 0;
    self->chunk_begin = self->chunk_end = 0;
    team->fn(team->data);
    gomp_share_leave(self);
    gomp_enter_barrier(self, &team->join);
    gomp_task_end_implicit(&task);
}

static void sleep_until_assigned(struct worker *me)
{
    uint32_t idle = IDLE;

    for (unsigned spins = gomp_settings.spins; spins > 0; spins--)
        if (__atomic_load_n(&me->state, __ATOMIC_ACQUIRE) == ASSIGNED)
            return;
    if (__atomic_compare_exchange_n(&me->state, &idle, ASLEEP, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        while (__atomic_load_n(&me->state, __ATOMIC_ACQUIRE) != ASSIGNED)
            platform_wait(&me->state, ASLEEP);
}

static void work(void *argument)
{
    struct worker *me = argument;

    for (;;) {
        sleep_until_assigned(me);
        __atomic_store_n(&me->state, IDLE, __ATOMIC_RELAXED);
        serve(&gomp_self, me->team, me->id);
    }
}

static void assign(struct worker *worker, struct gomp_team *team, unsigned id)
{
    worker->team = team;
    worker->id = id;
    if (__atomic_exchange_n(&worker->state, ASSIGNED, __ATOMIC_ACQ_REL) == ASLEEP)
        platform_wake(&worker->state, 1);
}

static struct worker *start_worker(void)
{
    struct worker *worker = platform_alloc(sizeof *worker);

    if (worker && platform_start(work, worker, gomp_settings.stack_size) != 0) {
        platform_free(worker);
        worker = NULL;
    }
    return worker;
}

/* A thread of the program takes the blocks that another one has left, and leaves its own when its region is over. pool.lock is held. */
static void lend_locked(struct gomp_thread *self)
{
    if (!self->free_shares) {
        self->free_shares = pool.shares;
        self->last_share = pool.last_share;
        pool.shares = NULL;
    }
    if (!self->free_tasks) {
        self->free_tasks = pool.tasks;
        self->last_task = pool.last_task;
        pool.tasks = NULL;
    }
}

static void leave_locked(struct gomp_thread *self)
{
    if (self->free_shares) {
        pool.last_share = pool.shares ? pool.last_share : self->last_share;
        self->last_share->next = pool.shares;
        pool.shares = self->free_shares;
        self->free_shares = NULL;
    }
    if (self->free_tasks) {
        pool.last_task = pool.tasks ? pool.last_task : self->last_task;
        self->last_task->next = pool.tasks;
        pool.tasks = self->free_tasks;
        self->free_tasks = NULL;
    }
}

/* Takes a team, and as many workers as can be had, at most n; they come as a list. */
static struct gomp_team *take(unsigned n, struct worker **list, unsigned *got)
{
    struct worker **end = list;
    struct gomp_team *team;

    *got = 0;
    gomp_lock(&pool.lock);
    team = pool.teams;
    if (team)
        pool.teams = team->next_free;
    if (gomp_self.team->level == 0)
        lend_locked(&gomp_self);
    for (*list = pool.idle; *got < n && *end; end = &(*end)->next)
        ++*got;
    pool.idle = *end;
    *end = NULL;
    gomp_unlock(&pool.lock);
    for (; *got < n && (*end = start_worker()); end = &(*end)->next)
        ++*got;
    if (*got < n && !__atomic_exchange_n(&pool.said_short, 1, __ATOMIC_RELAXED))
        platform_report("OpenMP: no memory for another thread; a team has %u threads instead of %u", *got + 1, n + 1);
    return team ? team : gomp_alloc(sizeof *team);
}

static void give_back(struct gomp_team *team, struct worker *list)
{
    struct worker **end = &list;

    while (*end)
        end = &(*end)->next;
    gomp_lock(&pool.lock);
    *end = pool.idle;
    pool.idle = list;
    team->next_free = pool.teams;
    pool.teams = team;
    if (gomp_self.team->level == 0)
        leave_locked(&gomp_self);
    gomp_unlock(&pool.lock);
}

/* How many threads the region asks for (OpenMP 5.0, 2.6.1). */
static unsigned wanted_threads(const struct gomp_thread *self, const struct gomp_launch *launch)
{
    const struct gomp_icvs *icvs = &self->task->icvs;
    unsigned n = launch->threads ? launch->threads : icvs->threads;

    if ((int)self->team->active_level >= icvs->max_active_levels)
        return 1;
    if (icvs->dynamic && n > gomp_settings.harts)
        n = gomp_settings.harts;
    if (icvs->dynamic && launch->sections && n > launch->sections)
        n = launch->sections;
    return n;
}

/* Counts up to n - 1 further threads of the contention group in; returns how many it may be. */
static unsigned reserve(uint32_t *busy, unsigned n, unsigned limit)
{
    uint32_t now = __atomic_load_n(busy, __ATOMIC_RELAXED);
    unsigned room, more;

    do {
        room = now < limit ? limit - now : 0;
        more = n - 1 < room ? n - 1 : room;
    } while (!__atomic_compare_exchange_n(busy, &now, now + more, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
    return more;
}

static void prepare(struct gomp_team *team, const struct gomp_thread *self, const struct gomp_launch *launch)
{
    const struct gomp_team *outer = self->team;

    team->level = outer->level + 1;
    team->active_level = outer->active_level + (team->threads > 1);
    team->spins = team->threads > gomp_settings.harts && !gomp_settings.active_waiting ? 0 : gomp_settings.spins;
    team->outer = self->team;
    team->outer_id = self->id;
    team->leagues = outer->leagues;
    team->league = outer->league;
    team->busy = outer->busy;
    team->fn = launch->fn;
    team->data = launch->data;
    team->icvs = self->task->icvs;
    if (team->level < gomp_settings.levels)
        team->icvs.threads = gomp_settings.threads[team->level];
    team->group = NULL;
    __atomic_store_n(&team->singles, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->cancelled, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&team->share_cancelled, 0, __ATOMIC_RELAXED);
    if ((uint32_t)team->barrier != 0) /* a cancelled region has left threads counted in */
        __atomic_store_n(&team->barrier, ((team->barrier >> 32) + 1) << 32, __ATOMIC_RELAXED);
    memset(&team->first, 0, sizeof team->first);
    if (launch->loop)
        team->first.loop = *launch->loop;
}

unsigned gomp_run_parallel(const struct gomp_launch *launch)
{
    struct gomp_thread *self = gomp_thread();
    struct gomp_thread before;
    struct gomp_group group = { 0 };
    struct worker *workers;
    struct gomp_team *team;
    unsigned n = wanted_threads(self, launch), id = 1, got;
    unsigned reserved = n > 1 ? reserve(self->team->busy, n, self->task->icvs.thread_limit) : 0;

    team = take(reserved, &workers, &got);
    before = *self;
    team->threads = n = got + 1;
    prepare(team, self, launch);
    if (launch->reductions) {
        gomp_reductions_begin(launch->reductions, NULL, NULL, n);
        group.reductions = launch->reductions;
        team->group = &group;
    }
    for (struct worker *worker = workers; worker; worker = worker->next)
        assign(worker, team, id++);
    serve(self, team, 0);
    gomp_thread_restore(self, &before);
    give_back(team, workers);
    if (reserved)
        __atomic_fetch_sub(self->team->busy, reserved, __ATOMIC_RELAXED);
    return n;
}

API void GOMP_parallel(void (*fn)(void *), void *data, unsigned threads, unsigned flags)
{
    (void)flags; /* proc_bind: no thread is bound to a hart */
    gomp_run_parallel(&(struct gomp_launch){ .fn = fn, .data = data, .threads = threads });
}

/* reduction(task, ...): the first word of the data points to the description of the reductions. */
API unsigned GOMP_parallel_reductions(void (*fn)(void *), void *data, unsigned threads, unsigned flags)
{
    uintptr_t *reductions;

    (void)flags;
    memcpy(&reductions, data, sizeof reductions);
    return gomp_run_parallel(&(struct gomp_launch){ .fn = fn, .data = data, .threads = threads, .reductions = reductions });
}
