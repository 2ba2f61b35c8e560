/* locks.h: newlib's locks (sys/lock.h), as exit and cancellation need them. */
#ifndef RUNTIME_THREAD_LOCKS_H
#define RUNTIME_THREAD_LOCKS_H

#include <sys/lock.h>

#include "kernel/types.h"

/* Takes a recursive lock unless another thread keeps it until the deadline: true if it was taken. */
bool lock_acquire_recursive_until(_LOCK_T lock, uint64_t deadline_ns);
/* A cancellation point. Where a stream has come here with its lock held, the thread ends as it gives up the last one. */
void locks_test_cancel(void);

#endif
