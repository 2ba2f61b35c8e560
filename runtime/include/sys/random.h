/* sys/random.h: random bytes from a generator that the host seeds at boot (/chosen/rng-seed of the device tree). */
#ifndef _SYS_RANDOM_H
#define _SYS_RANDOM_H
#include <stddef.h>
#include <sys/cdefs.h>
#include <sys/types.h>

#define GRND_NONBLOCK 1
#define GRND_RANDOM 2

__BEGIN_DECLS
/* n, or -1 with EINVAL (flags) or EIO (the host gave no seed). */
ssize_t getrandom(void *buffer, size_t n, unsigned flags);
int getentropy(void *buffer, size_t n);
__END_DECLS

#endif
