/*
 * thread.h: threads of the program and of the kernel, over all harts.
 *
 * A thread is RUNNING on a hart, READY in the queue of one, or PARKED. It has a stack of its own above an unmapped guard,
 * a trap stack, and a block of thread-local storage. Preemption is by timer, only while a queue has somebody else to run.
 * The main thread has number 1.
 */
#ifndef KERNEL_THREAD_THREAD_H
#define KERNEL_THREAD_THREAD_H

#include "kernel/types.h"

struct thread;

#define THREAD_STACK_SIZE ((uint64_t)8 << 20) /* of main's thread, too: Linux's default; pages come as they are touched */

struct thread_options {
    vaddr_t stack;       /* lowest byte of a stack that the caller owns, or 0: one is made, with its guard page */
    uint64_t stack_size; /* bytes, of a made one in whole pages; 0: THREAD_STACK_SIZE of a made one */
};

/*
 * Starts entry(arg) on a new thread; returning from it is thread_exit(). The new thread has one reference for the caller, which
 * ends with thread_release. Thread context. 0; -EAGAIN: no memory, or too many threads; -EINVAL: an unusable stack,
 * as one is whose pages may leave: the switch to a thread ends on its stack, with a queue locked.
 */
int thread_create(struct thread **out, const struct thread_options *options, void (*entry)(void *), void *arg);
/* The caller's reference goes; once the thread has ended as well, its memory is used again. Thread context. */
void thread_release(struct thread *t);
_Noreturn void thread_exit(void);
/* Has it ended and left its stack for good? For who has the creator's reference: a stack of the caller's is free then. */
bool thread_has_left(const struct thread *t);
struct thread *thread_self(void);
uint32_t thread_number(const struct thread *t); /* 1: main; counts up, never used twice */
void thread_yield(void);
/* For reports and debuggers; copied, cut to 15 bytes. */
void thread_set_name(struct thread *t, const char *name);
/* The stack of a thread: lowest byte and size, for pthread_getattr_np. */
void thread_stack(const struct thread *t, vaddr_t *stack, uint64_t *size);

/*
 * Sleeps while *address == expected, until thread_wake(address) or the deadline (time_ns(); THREAD_FOREVER). The value is
 * compared before sleeping, such that a wake after a change of it is never lost. May return 0 without reason.
 * 0, -EAGAIN (the value differs), -ETIMEDOUT. Thread context; address may be pageable.
 */
#define THREAD_FOREVER UINT64_MAX
int thread_wait(const uint32_t *address, uint32_t expected, uint64_t deadline_ns);
/* Wakes at most n threads that wait at this address, longest first. Any context. Returns how many. */
unsigned thread_wake(const uint32_t *address, unsigned n);

/*
 * The bottom of all waiting: sleeps until thread_unpark of this thread, which may have come before; may also return without reason.
 * Thread and fault context, no spinlock held. unpark: any context.
 */
void thread_park(void);
void thread_unpark(struct thread *t);

/* Sleeps until the deadline. Thread context. */
void thread_sleep_until(uint64_t deadline_ns);
/* Nanoseconds that this thread has run on harts so far. */
uint64_t thread_cpu_ns(const struct thread *t);

/* Does the address lie in the guard of the running thread's stack? Any context of a thread. */
bool thread_overflowed(vaddr_t address);
/* Whose stack, guard page or trap stack is this? One line for reports; false: nobody's. Takes no lock. */
bool thread_describe(vaddr_t address, char *out, size_t size);
/* "thread 3 'worker'" of the one that runs on this hart. Takes no lock. */
void thread_describe_self(char *out, size_t size);

/* Boot, once memory is there: the code that runs is the main thread from now on. */
void thread_init(void);
/* Boot, once: the main thread goes on at entry, on its own stack, with interrupts on. */
_Noreturn void thread_start_main(void (*entry)(void), vaddr_t stack, uint64_t stack_size);
/* Starts the further harts of the machine; each runs threads from then on. Boot. */
void threads_start_harts(void);

#endif
