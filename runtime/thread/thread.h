/*
 * thread.h: the program's threads: a kernel thread with what newlib and POSIX keep for each. Under pthread_create, C11's
 * thrd_create and the workers of OpenMP alike. Thread context. Locks and all that waits: runtime/thread/futex.h.
 */
#ifndef RUNTIME_THREAD_THREAD_H
#define RUNTIME_THREAD_THREAD_H

#include <reent.h>
#include <signal.h>

#include "kernel/thread/thread.h"
#include "kernel/types.h"
#include "runtime/thread/futex.h"

#define THREAD_NAME_SIZE 16 /* with the final 0 */

#define KEYS_PER_BLOCK 32
#define KEYS_BLOCKS 32

struct bower_cleanup;

/* The value of a pthread key in one thread. */
struct key_value {
    uint32_t generation; /* of the key when it was set: the value of a deleted key counts as NULL */
    const void *value;
};

enum runtime_thread_fate { THREAD_JOINABLE,
                           THREAD_DETACHED,
                           THREAD_JOINING, /* somebody waits in join */
                           THREAD_JOINED };

struct runtime_thread {
    unsigned long number;  /* what pthread_self says; 1: main; never used twice */
    struct thread *kernel; /* a reference, until the last of ours goes */
    struct _reent *reent;
    void *(*entry)(void *);
    void *argument, *result;
    uint32_t ended;       /* futex: 1 once result is there */
    bool is_daemon;       /* the program may end without it */
    bool has_given_stack; /* the program's, which may use it for something else once it has joined the thread */
    struct cancellation cancel;
    struct bower_cleanup *cleanup; /* innermost; the thread's own */
    struct key_value *values[KEYS_BLOCKS];
    pthread_mutex_t *robust; /* robust mutexes that it holds, through bower_next; the thread's own */
    sigset_t inherited_mask;
    uint32_t affinity;               /* harts that the program asked for, 0: all; shown, without effect. atomic */
    uint64_t stack_size, guard_size; /* what was asked for */
    struct _reent own_reent;

    /* Protected by the table's lock. */
    enum runtime_thread_fate fate;
    uint32_t references; /* of the running thread, of who may join it, of who looks at it */
    struct runtime_thread *joins;
    struct runtime_thread *next; /* in its row of the table */
    char name[THREAD_NAME_SIZE];
};

/* The running thread; NULL in a kernel thread that the runtime did not start. */
extern _Thread_local struct runtime_thread *this_thread;

struct runtime_thread_options {
    vaddr_t stack;       /* lowest byte of the caller's, or 0 */
    uint64_t stack_size; /* bytes that the thread can use; 0: THREAD_STACK_SIZE */
    uint64_t guard_size; /* only remembered: a guard page is always there below a stack that is made */
    uint32_t affinity;   /* harts asked for, 0: the creator's; shown, without effect */
    bool detached;       /* nobody joins it */
    bool daemon;         /* the program ends when all but daemons have ended; a worker that waits for work for ever */
    const char *name;    /* NULL: the creator's */
};

/* What pthread_create makes of these attributes. */
struct runtime_thread_options runtime_thread_options_of(const pthread_attr_t *attr);
/* Main becomes a thread of the table. Once, before any code of the program. */
void runtime_thread_main(void);
/*
 * Starts entry(argument) on a new thread, which ends when it returns. Unless it is detached somebody must call
 * runtime_thread_join or runtime_thread_detach with its number. options may be NULL; number may be NULL, and is set before entry
 * runs. 0; -EAGAIN: no memory, or too many; -EINVAL: an unusable stack.
 */
int runtime_thread_start(unsigned long *number, const struct runtime_thread_options *options, void *(*entry)(void *),
                         void *argument);
/* Ends the running thread: cleanup handlers, destructors of keys, then the thread. The last one ends the program, status 0. */
_Noreturn void runtime_thread_end(void *result);
/*
 * Waits for the end. -ESRCH: no such thread; -EINVAL: detached (it may have ended), or somebody else joins it; -EDEADLK: it is
 * the caller, or joins the caller; -EBUSY: not ended and deadline is 0, which counts before these two; -ETIMEDOUT; -ECANCELED.
 */
int runtime_thread_join(unsigned long number, void **result, uint64_t deadline);
/* -ESRCH, -EINVAL. */
int runtime_thread_detach(unsigned long number);
/* The thread with a reference, which runtime_thread_put gives back; NULL: there is none of that number. */
struct runtime_thread *runtime_thread_get(unsigned long number);
void runtime_thread_put(struct runtime_thread *t);
/* Ends the running thread if it has been cancelled. */
void runtime_thread_test_cancel(void);
/* Copies the name; it is cut to what fits. */
void runtime_thread_set_name(struct runtime_thread *t, const char *name);
void runtime_thread_name(struct runtime_thread *t, char out[THREAD_NAME_SIZE]);

#endif
