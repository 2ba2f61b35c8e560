#include "runtime/thread/thread.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/mem.h"
#include "kernel/thread/sync.h"
#include "runtime/signal/itimer.h"
#include "runtime/signal/signal.h"
#include "runtime/thread/keys.h"
#include "runtime/thread/mutex.h"

#define ROWS 64
#define STACK_LIMIT ((uint64_t)1 << 40)
#define KERNEL_STACK (STACK_DEEP + STACK_PROBE) /* how far down it looks where it takes locks, and what it uses before */

_Thread_local struct runtime_thread *this_thread;
/* By itself: newlib asks for it at every errno. Main's is newlib's own, in which exit() looks for handlers and streams. */
static _Thread_local struct _reent *this_reent;

static struct runtime_thread main_thread;
static struct runtime_thread *rows[ROWS]; /* of threads that have a reference, by number; protected by table_lock */
static unsigned long last_number;         /* protected by table_lock */
static unsigned long gone[ROWS];          /* numbers of the last detached threads that have ended; protected by table_lock */
static struct futex_lock table_lock;      /* nothing is taken inside it but the kernel's locks */
static unsigned living;                   /* threads that are no daemons and have not ended; atomic */

struct _reent *__getreent(void)
{
    return this_reent;
}

static void add_to_table(struct runtime_thread *t)
{
    struct runtime_thread **row;

    futex_lock(&table_lock);
    t->number = ++last_number;
    row = &rows[t->number % ROWS];
    t->next = *row;
    *row = t;
    futex_unlock(&table_lock);
}

/* The table's lock is held. */
static struct runtime_thread *find(unsigned long number)
{
    struct runtime_thread *t = rows[number % ROWS];

    while (t && t->number != number)
        t = t->next;
    return t;
}

/* The error of who would join or detach a thread that is not in the table; its lock is held. */
static int error_of(unsigned long number)
{
    return number && gone[number % ROWS] == number ? -EINVAL : -ESRCH;
}

/* Gives n references back; the last one takes the thread out of the table and frees it. */
static void put(struct runtime_thread *t, uint32_t n)
{
    struct runtime_thread **at = &rows[t->number % ROWS];
    bool last;

    futex_lock(&table_lock);
    t->references -= n;
    last = t->references == 0;
    if (last) {
        while (*at != t)
            at = &(*at)->next;
        *at = t->next;
        if (t->fate == THREAD_DETACHED)
            gone[t->number % ROWS] = t->number;
    }
    futex_unlock(&table_lock);
    if (!last || t == &main_thread)
        return;
    if (t->kernel)
        thread_release(t->kernel);
    kfree(t);
}

struct runtime_thread *runtime_thread_get(unsigned long number)
{
    struct runtime_thread *t;

    futex_lock(&table_lock);
    t = find(number);
    if (t && t->fate == THREAD_JOINED) /* ended and on its way out of the table */
        t = NULL;
    if (t)
        t->references++;
    futex_unlock(&table_lock);
    return t;
}

void runtime_thread_put(struct runtime_thread *t)
{
    put(t, 1);
}

void runtime_thread_main(void)
{
    this_reent = _impure_ptr;
    this_thread = &main_thread;
    main_thread.kernel = thread_self();
    main_thread.reent = _impure_ptr;
    main_thread.references = 2;
    main_thread.stack_size = THREAD_STACK_SIZE;
    main_thread.guard_size = PAGE_SIZE;
    living = 1;
    add_to_table(&main_thread);
}

static void run(void *argument)
{
    struct runtime_thread *t = argument;

    this_thread = t;
    this_reent = t->reent;
    __atomic_store_n(&t->kernel, thread_self(), __ATOMIC_RELAXED); /* the creator does the same, perhaps later */
    signal_thread_begin(t->inherited_mask);
    runtime_thread_end(t->entry(t->argument));
}

static void copy_name(struct runtime_thread *t, const char *name)
{
    size_t n = strnlen(name, sizeof(t->name) - 1);

    memcpy(t->name, name, n);
    t->name[n] = 0;
}

static struct runtime_thread *make(const struct runtime_thread_options *o, void *(*entry)(void *), void *argument)
{
    struct runtime_thread *t = kalloc(sizeof(*t));

    if (!t)
        return NULL;
    _REENT_INIT_PTR_ZEROED(&t->own_reent);
    t->reent = &t->own_reent;
    t->entry = entry;
    t->argument = argument;
    t->is_daemon = o->daemon;
    t->has_given_stack = o->stack != 0;
    t->fate = o->detached ? THREAD_DETACHED : THREAD_JOINABLE;
    t->references = 3; /* of the thread, of who may join it, and of who starts it: the others may be done before that returns */
    t->stack_size = o->stack_size ? o->stack_size : THREAD_STACK_SIZE;
    t->guard_size = o->guard_size ? o->guard_size : PAGE_SIZE;
    t->inherited_mask = signal_mask();
    t->affinity = o->affinity ? o->affinity : this_thread->affinity;
    copy_name(t, o->name ? o->name : this_thread->name);
    return t;
}

static struct thread_options stack_of(const struct runtime_thread_options *o, uint64_t size)
{
    if (o->stack)
        return (struct thread_options){ .stack = o->stack, .stack_size = size };
    if (size == THREAD_STACK_SIZE)
        return (struct thread_options){ 0 }; /* the kernel's default: an ended thread's stack will do */
    /* On Linux the kernel has a stack of its own; here what it needs below the program's frames comes on top. */
    return (struct thread_options){ .stack_size = PAGE_ALIGN_UP(size) + KERNEL_STACK };
}

int runtime_thread_start(unsigned long *number, const struct runtime_thread_options *options, void *(*entry)(void *),
                         void *argument)
{
    static const struct runtime_thread_options none;
    const struct runtime_thread_options *o = options ? options : &none;
    struct runtime_thread *t = o->stack_size < STACK_LIMIT ? make(o, entry, argument) : NULL;
    struct thread_options stack;
    struct thread *kernel;
    int error;

    if (!t)
        return -EAGAIN;
    stack = stack_of(o, t->stack_size);
    add_to_table(t);
    if (number)
        *number = t->number;
    if (!t->is_daemon)
        __atomic_add_fetch(&living, 1, __ATOMIC_RELAXED);
    error = thread_create(&kernel, &stack, run, t);
    if (error) {
        if (!t->is_daemon)
            __atomic_sub_fetch(&living, 1, __ATOMIC_RELAXED);
        put(t, 3);
        return error;
    }
    __atomic_store_n(&t->kernel, kernel, __ATOMIC_RELAXED);
    thread_set_name(kernel, t->name);
    put(t, o->detached ? 2 : 1);
    return 0;
}

/* newlib frees what a reent holds, but for the powers of five that printing a double has left. */
static void free_reent(struct _reent *r)
{
    struct _Bigint *power = _REENT_MP_P5S(r);

    while (power) {
        struct _Bigint *next = power->_next;

        _free_r(r, power);
        power = next;
    }
    _REENT_MP_P5S(r) = NULL;
    _reclaim_reent(r);
}

_Noreturn void runtime_thread_end(void *result)
{
    struct runtime_thread *t = this_thread;

    itimer_check_end();
    __atomic_fetch_or(&t->cancel.flags, CANCEL_ENDING, __ATOMIC_SEQ_CST);
    while (t->cleanup) {
        struct bower_cleanup *innermost = t->cleanup;

        t->cleanup = innermost->outer;
        innermost->routine(innermost->argument);
    }
    keys_end(t);
    signal_thread_end();
    mutex_thread_end();
    t->result = result;
    if (!t->is_daemon && __atomic_sub_fetch(&living, 1, __ATOMIC_ACQ_REL) == 0)
        exit(0);
    if (t != &main_thread)
        free_reent(t->reent);
    __atomic_store_n(&t->ended, 1, __ATOMIC_RELEASE);
    thread_wake(&t->ended, UINT32_MAX);
    put(t, 1);
    thread_exit();
}

/* Makes the caller the one that joins the thread; the reference of who may join is its own then. */
static int begin_join(unsigned long number, bool may_wait, struct runtime_thread **out)
{
    struct runtime_thread *t;
    int error = 0;

    futex_lock(&table_lock);
    t = find(number);
    if (!t)
        error = error_of(number);
    else if (t->fate == THREAD_JOINED)
        error = -ESRCH;
    else if (!may_wait && !__atomic_load_n(&t->ended, __ATOMIC_ACQUIRE))
        error = -EBUSY;
    else if (t == this_thread || t->joins == this_thread)
        error = -EDEADLK;
    else if (t->fate != THREAD_JOINABLE)
        error = -EINVAL;
    else
        t->fate = THREAD_JOINING;
    if (!error)
        this_thread->joins = t;
    futex_unlock(&table_lock);
    *out = t;
    return error;
}

int runtime_thread_join(unsigned long number, void **result, uint64_t deadline)
{
    struct runtime_thread *t;
    bool ended;
    int error = begin_join(number, deadline > 0, &t);

    if (error)
        return error;
    while (!(ended = __atomic_load_n(&t->ended, __ATOMIC_ACQUIRE)) && error != -ETIMEDOUT && error != -ECANCELED)
        error = futex_wait(&t->ended, 0, deadline, &this_thread->cancel);
    futex_lock(&table_lock);
    this_thread->joins = NULL;
    t->fate = ended ? THREAD_JOINED : THREAD_JOINABLE;
    futex_unlock(&table_lock);
    if (!ended)
        return error;
    if (result)
        *result = t->result;
    while (t->has_given_stack && !thread_has_left(t->kernel))
        thread_yield();
    put(t, 1);
    return 0;
}

int runtime_thread_detach(unsigned long number)
{
    struct runtime_thread *t;
    int error = 0;

    futex_lock(&table_lock);
    t = find(number);
    if (!t)
        error = error_of(number);
    else if (t->fate == THREAD_JOINED)
        error = -ESRCH;
    else if (t->fate != THREAD_JOINABLE)
        error = -EINVAL;
    else
        t->fate = THREAD_DETACHED;
    futex_unlock(&table_lock);
    if (!error)
        put(t, 1);
    return error;
}

void runtime_thread_test_cancel(void)
{
    if (cancellation_is_due(&this_thread->cancel))
        runtime_thread_end(PTHREAD_CANCELED);
}

void runtime_thread_set_name(struct runtime_thread *t, const char *name)
{
    futex_lock(&table_lock);
    copy_name(t, name);
    futex_unlock(&table_lock);
    thread_set_name(t->kernel, name);
}

void runtime_thread_name(struct runtime_thread *t, char out[THREAD_NAME_SIZE])
{
    futex_lock(&table_lock);
    memcpy(out, t->name, sizeof(t->name));
    futex_unlock(&table_lock);
}
