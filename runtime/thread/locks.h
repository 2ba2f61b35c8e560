/* locks.h: newlib's locks (sys/lock.h), as exit needs them. */
#ifndef RUNTIME_THREAD_LOCKS_H
#define RUNTIME_THREAD_LOCKS_H

#include <sys/lock.h>

#include "kernel/types.h"

/* Takes a recursive lock unless another thread keeps it until the deadline: true if it was taken. */
bool lock_acquire_recursive_until(_LOCK_T lock, uint64_t deadline_ns);

#endif
