/*
 * gomp.h: OpenMP 4.5 and what GCC 12 has of 5.0: the structures behind the calls that `gcc -fopenmp` compiles to.
 *
 * team.c: parallel regions and the threads that run them       share.c, loop.c: worksharing: for, sections, scope
 * ordered.c: ordered and doacross                              task.c, depend.c, reduce.c: tasks
 * sync.c: barrier, critical, atomic, single, cancel, locks     env.c: OMP_* variables
 * affinity.c: the lines that say where a thread runs           api.c, alloc.c, target.c: the rest
 *
 * Everything runs in thread context. A program that uses no OpenMP links none of it, and there is no constructor: a thread's
 * first call prepares it (gomp_thread). A thread outside of any parallel region is the only one of an initial team.
 *
 * Teams and shares are recycled, never freed: a thread that is still on its way out of a region's last barrier may look at the
 * team once more, and what it looks at (barrier words, events, counters of the queue) never goes back.
 */
#ifndef RUNTIME_GOMP_GOMP_H
#define RUNTIME_GOMP_GOMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/gomp/sync.h"

/* As GCC passes it to GOMP_loop_start (gomp-constants of GCC 12); omp_sched_t has the same numbers from STATIC on. */
enum gomp_schedule { GOMP_RUNTIME,
                     GOMP_STATIC,
                     GOMP_DYNAMIC,
                     GOMP_GUIDED,
                     GOMP_AUTO };
#define GOMP_MONOTONIC 0x80000000u

/* Internal control variables that belong to a data environment (OpenMP 5.0, 2.5.1). */
struct gomp_icvs {
    unsigned threads;      /* nthreads-var */
    unsigned thread_limit; /* of the contention group */
    int max_active_levels;
    int default_device;
    enum gomp_schedule schedule; /* run-sched-var */
    bool monotonic;              /* its modifier, kept for omp_get_schedule */
    long chunk;                  /* its chunk size; 0: none given */
    bool dynamic;
};

/* A loop in iterations 0 .. count-1; iteration i has the value start + i * step, modulo 2^64. */
struct gomp_loop {
    uint64_t start, end, step, count;
    uint64_t chunk; /* static: 0 is one block for each thread */
    enum gomp_schedule schedule;
    bool ordered;
    unsigned doacross;      /* loops of ordered(n); 0: none */
    const uint64_t *counts; /* of these, iterations in each; until the construct is in the chain */
};

/*
 * A worksharing construct as a team meets it. Those of a team form a chain: the first thread to arrive appends one, each thread
 * walks at its own pace (nowait), and the last one to step on recycles the one it leaves.
 */
struct gomp_share {
    struct gomp_share *next; /* atomic; NULL: nobody has met the next construct yet */
    uint32_t passed;         /* atomic: threads that have stepped on */
    struct gomp_loop loop;   /* constant once it is in the chain, like memory and reductions */
    uint64_t taken;          /* atomic: iterations handed out (dynamic, guided) */
    uint64_t turn;           /* atomic: the iteration whose chunk may run its ordered regions */
    struct gomp_event event; /* turn, or a doacross post */
    struct gomp_doacross *doacross;
    void *memory;          /* zeroed, for the compiler: lastprivate(conditional) and scan */
    uintptr_t *reductions; /* of the thread that came first */
};

/* A region of tasks that somebody waits for together. */
struct gomp_group {
    struct gomp_group *outer;
    uint32_t tasks; /* unfinished; atomic, written under the team's task lock */
    uint32_t ready; /* of these, in the queue; the same */
    bool waiting;   /* under the lock: somebody is at its end */
    bool cancelled; /* atomic */
    bool workshare; /* made for the reductions of a worksharing construct, which is invisible to the program */
    uintptr_t *reductions;
};

/* An implicit or explicit task. Its memory lives until it and its children are done. */
struct gomp_task {
    struct gomp_task *parent;
    struct gomp_icvs icvs;
    struct gomp_group *group; /* innermost one around what the task does now */
    void (*fn)(void *);
    void *data;
    int priority;
    bool final;
    bool waiting;            /* under the lock: waits for children, dependences, or at the end of a group */
    bool finished;           /* under the lock: its body has ended */
    bool deferred;           /* under the lock: goes to the queue when its dependences are met */
    bool detached;           /* under the lock: not done until omp_fulfill_event */
    struct gomp_team *team;  /* of a detached one */
    uint32_t children;       /* deferred ones that are not done; atomic, written under the lock */
    uint32_t unmet;          /* dependences on tasks that are not done; the same */
    struct gomp_task *ready; /* atomic, written under the lock: its youngest child in the queue, and so on by `elder` */
    struct gomp_task *elder, *younger;
    struct gomp_task *next, *previous;   /* in the team's queue, oldest first */
    struct gomp_dependence *dependences; /* its own, `depends` of them */
    size_t depends;
    struct gomp_successor *successors; /* tasks that wait for it */
    struct gomp_addresses *addresses;  /* what its children depend on; freed with it */
    size_t size;                       /* of the block that it stands in; 0: not a block of task.c */
};

struct gomp_team {
    unsigned threads, level, active_level;
    unsigned spins;          /* looks at a word before sleeping */
    struct gomp_team *outer; /* whose thread outer_id made this one; NULL: initial */
    unsigned outer_id;
    unsigned leagues, league; /* teams of the innermost `teams` region, and which one this is */
    uint32_t *busy;           /* atomic: threads at work in the contention group */
    void (*fn)(void *);
    void *data;
    struct gomp_icvs icvs;    /* of the implicit tasks at their start */
    struct gomp_group *group; /* of all implicit tasks, if the region has task reductions */
    uint64_t barrier;         /* atomic: generation << 32 | threads that have arrived; never goes back */
    uint64_t join;            /* the same for the barrier at the region's end */
    struct gomp_event idle;   /* threads in barriers: released, or there are tasks */
    struct gomp_event waits;  /* threads that wait for some tasks */
    uint32_t singles;         /* atomic: single regions begun */
    uint32_t cancelled;       /* atomic */
    uint32_t share_cancelled; /* atomic: the current loop or sections; ends with the barrier behind it */
    void *copyprivate;
    struct gomp_share first; /* the chain begins here; a combined parallel loop is this one */
    uint32_t task_lock;      /* the queue and what says so above */
    uint32_t queued;         /* atomic, written under the lock */
    uint32_t unfinished;     /* explicit tasks; atomic */
    struct gomp_task *head, *tail;
    struct gomp_team *next_free; /* under the pool's lock */
};

/* What a thread does now; a parallel region puts its own in the place of the encountering thread's and restores it. */
struct gomp_thread {
    struct gomp_team *team;
    struct gomp_task *task;
    struct gomp_share *share;                    /* the construct that it is in, or was in last */
    unsigned id;                                 /* in the team */
    unsigned trip;                               /* chunks taken of a static schedule */
    uint32_t singles;                            /* single regions met */
    uint64_t chunk_begin, chunk_end;             /* of an ordered loop, the iterations at hand; equal: none */
    struct gomp_share *free_shares, *last_share; /* this thread's own, linked by next */
    struct gomp_task *free_tasks, *last_task;    /* the same: blocks of one size */
};

extern _Thread_local struct gomp_thread gomp_self __attribute__((tls_model("local-exec")));
void gomp_thread_begin(void);

static inline struct gomp_thread *gomp_thread(void)
{
    if (__builtin_expect(!gomp_self.team, 0))
        gomp_thread_begin();
    return &gomp_self;
}

/* After a region: all as it was, but for the free blocks. */
static inline void gomp_thread_restore(struct gomp_thread *self, const struct gomp_thread *before)
{
    struct gomp_thread now = *self;

    *self = *before;
    self->free_shares = now.free_shares;
    self->last_share = now.last_share;
    self->free_tasks = now.free_tasks;
    self->last_task = now.last_task;
}

/* env.c: what the environment says; constant after the first call of gomp_thread. */
struct gomp_settings {
    struct gomp_icvs icvs; /* of an initial task */
    unsigned harts;
    unsigned levels;      /* entries of threads[] */
    unsigned threads[8];  /* OMP_NUM_THREADS for each level of nesting */
    unsigned spins;       /* 0: sleep at once */
    uint64_t stack_size;  /* 0: the default */
    unsigned teams;       /* OMP_NUM_TEAMS; 0: not given. omp_set_num_teams changes it; atomic */
    unsigned teams_limit; /* OMP_TEAMS_THREAD_LIMIT, likewise */
    int max_task_priority;
    bool cancellation;
    bool offload_mandatory;
    bool active_waiting;
};
extern struct gomp_settings gomp_settings;
void gomp_read_environment(void);
void gomp_display_environment(bool verbose);

/* A call that cannot be honoured: a line that says so, and exit status 1, as libgomp does. */
#define GOMP_FATAL(...) (platform_report(__VA_ARGS__), gomp_exit())
_Noreturn void gomp_exit(void);
void *gomp_alloc(size_t size); /* zeroed; never NULL */

/* team.c */
struct gomp_launch {
    void (*fn)(void *);
    void *data;
    unsigned threads;             /* of the num_threads clause; 0: none */
    unsigned sections;            /* how many a combined `parallel sections` has; 0: not one */
    const struct gomp_loop *loop; /* of a combined parallel loop or sections, or NULL */
    uintptr_t *reductions;        /* of reduction(task, ...), or NULL */
};
unsigned gomp_run_parallel(const struct gomp_launch *launch); /* how many threads ran it */
void gomp_enter_barrier(struct gomp_thread *thread, uint64_t *word);

static inline bool gomp_team_cancelled(const struct gomp_team *team)
{
    return __atomic_load_n(&team->cancelled, __ATOMIC_ACQUIRE);
}

/* share.c: see there */
struct gomp_share *gomp_share_next(struct gomp_thread *thread);
struct gomp_share *gomp_share_new(struct gomp_thread *thread);
bool gomp_share_append(struct gomp_thread *thread, struct gomp_share *fresh);
void gomp_share_leave(struct gomp_thread *thread);
struct gomp_loop gomp_loop_signed(long start, long end, long step);
struct gomp_loop gomp_loop_unsigned(bool up, uint64_t start, uint64_t end, uint64_t step);
void gomp_loop_set_schedule(struct gomp_loop *loop, long schedule, uint64_t chunk);
void gomp_loop_enter(struct gomp_thread *thread, const struct gomp_loop *loop, uintptr_t *reductions, void **memory);
bool gomp_loop_take(struct gomp_thread *thread, uint64_t *begin, uint64_t *end);
void gomp_workshare_end(struct gomp_thread *thread);
bool gomp_workshare_end_cancel(struct gomp_thread *thread);

/* ordered.c */
void gomp_ordered_pass(struct gomp_thread *thread);
void gomp_doacross_begin(struct gomp_share *share, unsigned n, const uint64_t *counts);
void gomp_doacross_end(struct gomp_share *share);

/* affinity.c: keeps the format that lines have unless told otherwise; false: no memory, or NULL */
bool gomp_set_affinity_format(const char *format);

/* task.c; "locked": under team->task_lock */
void gomp_task_begin(struct gomp_task *task, struct gomp_task *parent, const struct gomp_icvs *icvs);
void gomp_task_end_implicit(struct gomp_task *task);
bool gomp_task_run_any(struct gomp_thread *thread, const uint64_t *word, uint32_t generation);
void gomp_task_ready_locked(struct gomp_team *team, struct gomp_task *task);
void gomp_group_begin(struct gomp_thread *thread, struct gomp_group *group);
void gomp_group_end(struct gomp_thread *thread);
void gomp_wait_for_unmet(struct gomp_thread *thread, struct gomp_task *task);
bool gomp_task_is_cancelled(const struct gomp_team *team, const struct gomp_group *group);

/* depend.c */
void gomp_depend_locked(struct gomp_task *task, void **depend);
bool gomp_depend_done_locked(struct gomp_team *team, struct gomp_task *task);
void gomp_depend_wait(struct gomp_thread *thread, void **depend);
void gomp_depend_forget(struct gomp_task *task);

/* reduce.c */
void gomp_reductions_begin(uintptr_t *data, uintptr_t *outer, const uintptr_t *first, unsigned threads);
void gomp_reductions_end(uintptr_t *data);
void gomp_reductions_register(struct gomp_thread *thread, uintptr_t *data);

#endif
