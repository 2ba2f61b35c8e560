/*
 * fake_thread.h: the waiting and waking of kernel/thread/thread.h over the host's threads, for tests of what the runtime builds on
 * it. One lock and a list of waiters; the address is read under the lock, as the kernel does. thread_create and its like are
 * not there: tests use the host's pthread_create.
 */
#ifndef TESTS_HOST_FAKE_THREAD_H
#define TESTS_HOST_FAKE_THREAD_H

#include "kernel/thread/thread.h"

/* CLOCK_MONOTONIC of the host. */
uint64_t fake_time_ns(void);
/* How often thread_wait has slept, and how many threads sleep now. */
unsigned long fake_sleeps(void);
unsigned fake_sleeping(void);

#endif
