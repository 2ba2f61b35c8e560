/* random.h: random bytes for the rest of the runtime. Any context that may touch the buffer. */
#ifndef RUNTIME_RANDOM_H
#define RUNTIME_RANDOM_H

#include "kernel/types.h"

/* Fills the buffer and returns n; less, or -EFAULT, where its memory ends before; -EIO: the machine gave no seed. */
int64_t random_fill(void *buffer, size_t n);

#endif
