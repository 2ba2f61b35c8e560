/*
 * task.c: explicit tasks, taskgroups, taskloops.
 *
 * A team has one queue, oldest task first, and each task the list of its children in that queue, youngest first. Threads in
 * barriers run the oldest; who waits for its own children runs the youngest of them (its taskgroup's first), so a thread's
 * stack holds only a task and its descendants (OpenMP 5.0, 2.10.6: what a tied task may be suspended for).
 */
#include <string.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

/* GOMP_task's flags */
enum { FINAL = 1 << 1,
       DEPEND = 1 << 3,
       PRIORITY = 1 << 4,
       UP = 1 << 8,
       GRAINSIZE = 1 << 9,
       IF = 1 << 10,
       NOGROUP = 1 << 11,
       REDUCTION = 1 << 12,
       DETACH = 1 << 13,
       STRICT = 1 << 14 };

#define BLOCK 512                /* bytes of a task with its data that are kept for the next one */
#define UNFINISHED_PER_THREAD 64 /* more, and new tasks run at once */

void gomp_task_begin(struct gomp_task *task, struct gomp_task *parent, const struct gomp_icvs *icvs)
{
    memset(task, 0, sizeof *task);
    task->parent = parent;
    task->icvs = *icvs;
    if (parent) {
        task->group = parent->group;
        task->final = parent->final;
    }
}

/* At the end of a region: all its tasks are done, but the table of their dependences is left. */
void gomp_task_end_implicit(struct gomp_task *task)
{
    gomp_depend_forget(task);
}

/* A task with room for size bytes of data, aligned; not yet initialised. */
static struct gomp_task *new_task(struct gomp_thread *thread, size_t size, size_t alignment, void **data)
{
    size_t want = sizeof(struct gomp_task) + size + alignment;
    struct gomp_task *task = thread->free_tasks;

    if (want <= BLOCK && task) {
        thread->free_tasks = task->next;
    } else {
        want = want < BLOCK ? BLOCK : want;
        task = gomp_alloc(want);
        task->size = want;
    }
    *data = (void *)(((uintptr_t)(task + 1) + alignment - 1) & ~(uintptr_t)(alignment - 1));
    return task;
}

static void free_task(struct gomp_thread *thread, struct gomp_task *task)
{
    if (task->addresses || task->dependences)
        gomp_depend_forget(task);
    if (task->size == BLOCK) {
        if (!thread->free_tasks)
            thread->last_task = task;
        task->next = thread->free_tasks;
        thread->free_tasks = task;
    } else if (task->size > 0) {
        platform_free(task);
    }
}

static void begin_child(struct gomp_thread *thread, struct gomp_task *task, unsigned flags, void (*fn)(void *))
{
    size_t size = task->size;

    gomp_task_begin(task, thread->task, &thread->task->icvs);
    task->size = size;
    task->fn = fn;
    if (flags & FINAL)
        task->final = true;
}

bool gomp_task_is_cancelled(const struct gomp_team *team, const struct gomp_group *group)
{
    if (gomp_team_cancelled(team))
        return true;
    if (!group || !gomp_settings.cancellation)
        return false;
    if (__atomic_load_n(&group->cancelled, __ATOMIC_ACQUIRE))
        return true;
    return group->workshare && group->outer && __atomic_load_n(&group->outer->cancelled, __ATOMIC_ACQUIRE);
}

static void add(uint32_t *counter, uint32_t n)
{
    __atomic_fetch_add(counter, n, __ATOMIC_ACQ_REL);
}

static void set_ready_list(struct gomp_task *parent, struct gomp_task *youngest)
{
    __atomic_store_n(&parent->ready, youngest, __ATOMIC_RELEASE);
}

/* Into the queue, behind those of the same priority or a higher one. */
void gomp_task_ready_locked(struct gomp_team *team, struct gomp_task *task)
{
    struct gomp_task *before = team->tail, *parent = task->parent;

    while (before && before->priority < task->priority)
        before = before->previous;
    task->previous = before;
    task->next = before ? before->next : team->head;
    *(task->next ? &task->next->previous : &team->tail) = task;
    *(before ? &before->next : &team->head) = task;
    task->younger = NULL;
    task->elder = parent->ready;
    if (task->elder)
        task->elder->younger = task;
    set_ready_list(parent, task);
    if (task->group)
        add(&task->group->ready, 1);
    add(&team->queued, 1);
    gomp_event_notify(&team->idle, 1);
    if (parent->waiting || (task->group && task->group->waiting))
        gomp_event_notify(&team->waits, GOMP_ALL);
}

static void unqueue_locked(struct gomp_team *team, struct gomp_task *task)
{
    *(task->next ? &task->next->previous : &team->tail) = task->previous;
    *(task->previous ? &task->previous->next : &team->head) = task->next;
    if (task->elder)
        task->elder->younger = task->younger;
    if (task->younger)
        task->younger->elder = task->elder;
    else
        set_ready_list(task->parent, task->elder);
    if (task->group)
        add(&task->group->ready, (uint32_t)-1);
    add(&team->queued, (uint32_t)-1);
}

/* A deferred task is done. Its parent and its group may be gone as soon as it is counted out of them. */
static void complete_locked(struct gomp_thread *thread, struct gomp_team *team, struct gomp_task *task, struct gomp_group *group)
{
    struct gomp_task *parent = task->parent;
    bool wake = gomp_depend_done_locked(team, task);
    bool waiting = parent->waiting, orphan = parent->finished && !parent->detached;

    if (__atomic_sub_fetch(&parent->children, 1, __ATOMIC_ACQ_REL) == 0) {
        wake |= waiting;
        if (orphan)
            free_task(thread, parent);
    }
    if (group) {
        waiting = group->waiting;
        wake |= __atomic_sub_fetch(&group->tasks, 1, __ATOMIC_ACQ_REL) == 0 && waiting;
    }
    if (wake)
        gomp_event_notify(&team->waits, GOMP_ALL);
    if (__atomic_sub_fetch(&team->unfinished, 1, __ATOMIC_ACQ_REL) == 0)
        gomp_event_notify(&team->idle, GOMP_ALL);
}

/* The body has ended: the task goes, or stays for its children, which point to it. */
static void finish_locked(struct gomp_thread *thread, struct gomp_task *task)
{
    if (__atomic_load_n(&task->children, __ATOMIC_ACQUIRE) == 0)
        free_task(thread, task);
    else
        task->finished = true;
}

/* A task out of the queue. */
static void run_task(struct gomp_thread *thread, struct gomp_task *task)
{
    struct gomp_team *team = thread->team;
    struct gomp_task *before = thread->task;
    struct gomp_group *group = task->group;

    thread->task = task;
    if (!gomp_task_is_cancelled(team, group))
        task->fn(task->data);
    thread->task = before;
    gomp_lock(&team->task_lock);
    if (task->detached) {
        task->finished = true;
    } else {
        complete_locked(thread, team, task, group);
        finish_locked(thread, task);
    }
    gomp_unlock(&team->task_lock);
}

/* For a thread in a barrier. False: there was none, or the barrier has let it go: the team's tasks are no longer its own. */
bool gomp_task_run_any(struct gomp_thread *thread, const uint64_t *word, uint32_t generation)
{
    struct gomp_team *team = thread->team;
    struct gomp_task *task = NULL;

    if (__atomic_load_n(&team->queued, __ATOMIC_ACQUIRE) == 0)
        return false;
    gomp_lock(&team->task_lock);
    if (__atomic_load_n(word, __ATOMIC_ACQUIRE) >> 32 == generation)
        task = team->head;
    if (task)
        unqueue_locked(team, task);
    gomp_unlock(&team->task_lock);
    if (task)
        run_task(thread, task);
    return task != NULL;
}

/* One of the group, if there is one; else a child of the current task: the group's may depend on it. Under the lock. */
static struct gomp_task *choose_locked(struct gomp_team *team, const struct gomp_task *parent, const struct gomp_group *group)
{
    struct gomp_task *task = parent->ready;

    if (!group || __atomic_load_n(&group->ready, __ATOMIC_RELAXED) == 0)
        return task;
    while (task && task->group != group)
        task = task->elder;
    if (!task)
        for (task = team->tail; task->group != group;)
            task = task->previous;
    return task;
}

/* The flags that make others wake this thread. Under the lock. */
static void set_waiting_locked(struct gomp_task *self, struct gomp_group *group, bool waiting)
{
    self->waiting = waiting;
    if (group)
        group->waiting = waiting;
}

/* Runs tasks and sleeps until *left is 0. group: at whose end this is, or NULL. */
static void wait_for(struct gomp_thread *thread, const uint32_t *left, struct gomp_group *group)
{
    struct gomp_team *team = thread->team;
    struct gomp_task *self = thread->task;

    while (__atomic_load_n(left, __ATOMIC_ACQUIRE) != 0) {
        struct gomp_task *task;

        gomp_lock(&team->task_lock);
        task = choose_locked(team, self, group);
        if (task)
            unqueue_locked(team, task);
        set_waiting_locked(self, group, !task);
        gomp_unlock(&team->task_lock);
        if (task)
            run_task(thread, task);
        else
            GOMP_AWAIT(&team->waits, team->spins,
                       __atomic_load_n(left, __ATOMIC_ACQUIRE) == 0 || __atomic_load_n(&self->ready, __ATOMIC_ACQUIRE) != NULL ||
                           (group && __atomic_load_n(&group->ready, __ATOMIC_ACQUIRE) != 0));
    }
    gomp_lock(&team->task_lock); /* whoever has counted the last one out is done with the flags then */
    set_waiting_locked(self, group, false);
    gomp_unlock(&team->task_lock);
}

/* Until the dependences of `task`, which is not in the queue, are met. */
void gomp_wait_for_unmet(struct gomp_thread *thread, struct gomp_task *task)
{
    if (__atomic_load_n(&task->unmet, __ATOMIC_ACQUIRE) != 0)
        wait_for(thread, &task->unmet, NULL);
}

API void GOMP_taskwait(void)
{
    struct gomp_thread *thread = gomp_thread();

    if (__atomic_load_n(&thread->task->children, __ATOMIC_ACQUIRE) != 0)
        wait_for(thread, &thread->task->children, NULL);
}

API void GOMP_taskwait_depend(void **depend)
{
    gomp_depend_wait(gomp_thread(), depend);
}

/* A thread may switch to another task here, and need not. It gives its hart away: others may be waiting for one. */
API void GOMP_taskyield(void)
{
    platform_yield();
}

void gomp_group_begin(struct gomp_thread *thread, struct gomp_group *group)
{
    group->outer = thread->task->group;
    group->reductions = group->outer ? group->outer->reductions : NULL;
    thread->task->group = group;
}

/* Waits for the innermost group, which gomp_alloc gave. */
void gomp_group_end(struct gomp_thread *thread)
{
    struct gomp_group *group = thread->task->group;

    if (__atomic_load_n(&group->tasks, __ATOMIC_ACQUIRE) != 0)
        wait_for(thread, &group->tasks, group);
    thread->task->group = group->outer;
    platform_free(group);
}

API void GOMP_taskgroup_start(void)
{
    gomp_group_begin(gomp_thread(), gomp_alloc(sizeof(struct gomp_group)));
}

API void GOMP_taskgroup_end(void)
{
    gomp_group_end(gomp_thread());
}

/* What GOMP_task and a taskloop say about their tasks. */
struct order {
    void (*fn)(void *);
    void *data;
    void (*copy)(void *, void *); /* makes the task's data from the construct's; NULL: memcpy */
    size_t size, alignment;
    unsigned flags;
    int priority;
    void **depend;
    void **event;           /* detach: where the handle goes */
    const uint64_t *bounds; /* of a taskloop's task: the first two words of its data */
};

static void fill(const struct order *order, struct gomp_task *task, void *data, struct gomp_thread *thread)
{
    struct gomp_task *before = thread->task;

    task->data = data;
    if (order->copy) {
        thread->task = task;
        order->copy(data, order->data);
        thread->task = before;
    } else if (order->size > 0) {
        memcpy(data, order->data, order->size);
    }
    if (order->bounds)
        memcpy(data, order->bounds, 2 * sizeof order->bounds[0]);
    if (order->flags & DETACH) {
        *order->event = task;
        if (order->size > 0)
            memcpy(data, &task, sizeof task); /* the handle is the first thing that the task has a copy of */
        task->detached = true;
        task->team = thread->team;
    }
}

/* if(0), in a final task, or too many are waiting: the encountering thread runs it before it goes on. */
static void run_now(struct gomp_thread *thread, const struct order *order)
{
    struct gomp_team *team = thread->team;
    struct gomp_task *before = thread->task;
    bool copies = order->copy || order->bounds || order->flags & DETACH; /* else the construct's own data will do */
    void *data;
    struct gomp_task *task = new_task(thread, copies ? order->size : 0, order->alignment, &data);

    if (order->flags & DEPEND)
        gomp_depend_wait(thread, order->depend);
    begin_child(thread, task, order->flags, order->fn);
    if (copies)
        fill(order, task, data, thread);
    else
        data = order->data;
    task->unmet = task->detached; /* what it is not done without */
    thread->task = task;
    order->fn(data);
    thread->task = before;
    gomp_wait_for_unmet(thread, task);
    if (__atomic_load_n(&task->children, __ATOMIC_ACQUIRE) == 0 && !task->detached) {
        free_task(thread, task);
        return;
    }
    gomp_lock(&team->task_lock);
    finish_locked(thread, task);
    gomp_unlock(&team->task_lock);
}

static void defer(struct gomp_thread *thread, const struct order *order)
{
    struct gomp_team *team = thread->team;
    void *data;
    struct gomp_task *task = new_task(thread, order->size, order->alignment, &data);

    begin_child(thread, task, order->flags, order->fn);
    task->priority = order->flags & PRIORITY ? order->priority : 0;
    if (task->priority > gomp_settings.max_task_priority)
        task->priority = gomp_settings.max_task_priority;
    task->deferred = true;
    fill(order, task, data, thread);
    gomp_lock(&team->task_lock);
    add(&team->unfinished, 1);
    add(&task->parent->children, 1);
    if (task->group)
        add(&task->group->tasks, 1);
    if (order->flags & DEPEND)
        gomp_depend_locked(task, order->depend);
    if (task->unmet == 0)
        gomp_task_ready_locked(team, task);
    gomp_unlock(&team->task_lock);
}

/*
 * Whether a task may be deferred when n further ones have been. A thread alone in its region defers, too: a task that creates the
 * next one and ends would else be a recursion as deep as the list that it walks.
 */
static bool has_room(const struct gomp_team *team, uint64_t n)
{
    return team->level > 0 && __atomic_load_n(&team->unfinished, __ATOMIC_RELAXED) + n <= UNFINISHED_PER_THREAD * team->threads;
}

static void create(struct gomp_thread *thread, const struct order *order, bool may_defer)
{
    struct gomp_team *team = thread->team;
    bool detach = order->flags & DETACH;

    if (gomp_task_is_cancelled(team, thread->task->group))
        return;
    if (may_defer && !thread->task->final && (detach || has_room(team, 0)))
        defer(thread, order);
    else
        run_now(thread, order);
}

API void GOMP_task(void (*fn)(void *), void *data, void (*copy)(void *, void *), long size, long alignment, bool may_defer,
                   unsigned flags, void **depend, int priority, void *event)
{
    struct order order = { fn, data, copy, (size_t)size, alignment > 0 ? (size_t)alignment : 1, flags, priority, depend, event,
                           NULL };

    create(gomp_thread(), &order, may_defer);
}

/*
 * A detached task is done when its body has ended and this has been called, in whatever order and by whatever thread. The handle
 * of an event is its task.
 */
API void omp_fulfill_event(struct gomp_task *task)
{
    struct gomp_thread *thread = gomp_thread();
    struct gomp_team *team = task->team;

    gomp_lock(&team->task_lock);
    task->detached = false;
    if (!task->deferred) {
        __atomic_store_n(&task->unmet, 0, __ATOMIC_RELEASE);
        gomp_event_notify(&team->waits, GOMP_ALL);
    } else if (task->finished) {
        complete_locked(thread, team, task, task->group);
        finish_locked(thread, task);
    }
    gomp_unlock(&team->task_lock);
}

/* A taskloop's iterations for one task after another: at least a grain, less than two; or so many tasks. */
static uint64_t count_tasks(const struct gomp_thread *thread, uint64_t iterations, unsigned flags, uint64_t n)
{
    if (flags & GRAINSIZE) {
        if (n == 0)
            n = 1;
        if (flags & STRICT)
            return (iterations - 1) / n + 1;
        return iterations / n ? iterations / n : 1;
    }
    if (n == 0)
        n = thread->team->threads;
    return n < iterations ? n : iterations;
}

/* The construct's data are the bounds, two 64-bit words of which each task has its own, then the reductions, if there are any. */
static void run_taskloop(struct order order, const struct gomp_loop *loop, uint64_t n)
{
    struct gomp_thread *thread = gomp_thread();
    bool group = !(order.flags & NOGROUP), strict = order.flags & STRICT && order.flags & GRAINSIZE;
    bool may_defer = order.flags & IF;
    uint64_t tasks, from = 0, bounds[2];

    order.bounds = bounds;
    if (group) {
        gomp_group_begin(thread, gomp_alloc(sizeof(struct gomp_group)));
        if (order.flags & REDUCTION)
            gomp_reductions_register(thread, ((uintptr_t **)order.data)[2]);
    }
    tasks = loop->count ? count_tasks(thread, loop->count, order.flags, n) : 0;
    if (thread->team->threads == 1 && !has_room(thread->team, tasks))
        may_defer = false; /* all in their order, as with libgomp */
    for (uint64_t i = 0; i < tasks; i++) {
        uint64_t size = strict ? n : loop->count / tasks + (i < loop->count % tasks), to = from + size;

        if (to >= loop->count || i == tasks - 1)
            to = loop->count;
        bounds[0] = loop->start + from * loop->step;
        bounds[1] = to == loop->count ? loop->end : loop->start + to * loop->step;
        create(thread, &order, may_defer);
        from = to;
    }
    if (group)
        gomp_group_end(thread);
}

API void GOMP_taskloop(void (*fn)(void *), void *data, void (*copy)(void *, void *), long size, long alignment, unsigned flags,
                       unsigned long n, int priority, long start, long end, long step)
{
    struct order order = { fn, data, copy, (size_t)size, alignment > 0 ? (size_t)alignment : 1, flags, priority, NULL, NULL,
                           NULL };
    struct gomp_loop loop = gomp_loop_signed(start, end, step);

    run_taskloop(order, &loop, n);
}

API void GOMP_taskloop_ull(void (*fn)(void *), void *data, void (*copy)(void *, void *), long size, long alignment,
                           unsigned flags, unsigned long n, int priority, unsigned long long start, unsigned long long end,
                           unsigned long long step)
{
    struct order order = { fn, data, copy, (size_t)size, alignment > 0 ? (size_t)alignment : 1, flags, priority, NULL, NULL,
                           NULL };
    struct gomp_loop loop = gomp_loop_unsigned(flags & UP, start, end, step);

    run_taskloop(order, &loop, n);
}
