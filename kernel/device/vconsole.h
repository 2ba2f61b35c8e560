/*
 * vconsole.h: the program's stdin and stdout: two ports of one virtio console device (virtio 1.1, 5.3) with the names
 * "stdin" and "stdout". Bytes pass as they are. A third, "profile", takes what a profile (sampler.h) has to say.
 *
 * Thread context; may block; buffers may lie in pageable memory (no spinlock is held while they are touched).
 */
#ifndef KERNEL_DEVICE_VCONSOLE_H
#define KERNEL_DEVICE_VCONSOLE_H

#include "kernel/types.h"

/* Finds the ports; boot context, interrupts deliverable. Without them stdin is empty and stdout goes to the log. */
void vconsole_init(void);

/*
 * At least one byte as soon as there is any; 0 once the host closed its end and everything was read. nonblocking: -EAGAIN
 * instead of waiting. -EFAULT: the memory is not there or forbidden; nothing is lost.
 */
int64_t vconsole_read(void *buffer, size_t n, bool nonblocking);
/* A read would not wait. */
bool vconsole_is_ready(void);
/* n, once the device has taken all of it; less, or -EFAULT, where the program's memory ends before; -EIO if the device failed. */
int64_t vconsole_write(const void *buffer, size_t n);
/* The same to the port "profile"; -ENODEV: there is none. */
int64_t vconsole_write_profile(const void *buffer, size_t n);

#endif
