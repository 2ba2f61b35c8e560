/* sys/select.h: sets of descriptors as large as Linux's, in place of newlib's. */
#ifndef _SYS_SELECT_H
#define _SYS_SELECT_H
#define _SYS_TYPES_FD_SET
#include <sys/_sigset.h>
#include <sys/_timeval.h>
#include <sys/cdefs.h>
#include <sys/timespec.h>

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

#ifndef FD_SETSIZE
#define FD_SETSIZE 1024
#endif
typedef unsigned long fd_mask;
#define NFDBITS 64
typedef struct {
    fd_mask fds_bits[FD_SETSIZE / NFDBITS];
} fd_set;

#define FD_SET(fd, set) ((void)((set)->fds_bits[(unsigned)(fd) / NFDBITS] |= 1ul << (unsigned)(fd) % NFDBITS))
#define FD_CLR(fd, set) ((void)((set)->fds_bits[(unsigned)(fd) / NFDBITS] &= ~(1ul << (unsigned)(fd) % NFDBITS)))
#define FD_ISSET(fd, set) (((set)->fds_bits[(unsigned)(fd) / NFDBITS] >> (unsigned)(fd) % NFDBITS & 1) != 0)
#define FD_ZERO(set) __builtin_memset(set, 0, sizeof(*(set)))

__BEGIN_DECLS
int select(int n, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout);
#if __POSIX_VISIBLE >= 200112
int pselect(int n, fd_set *readable, fd_set *writable, fd_set *exceptional, const struct timespec *timeout,
            const sigset_t *mask);
#endif
__END_DECLS

#endif
