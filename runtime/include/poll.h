/* poll.h: waiting until a descriptor can be read or written, with Linux's numbers. */
#ifndef _POLL_H
#define _POLL_H
#include <sys/cdefs.h>
#include <sys/select.h>
#include <sys/types.h>

#define POLLIN 0x001
#define POLLPRI 0x002
#define POLLOUT 0x004
#define POLLERR 0x008
#define POLLHUP 0x010
#define POLLNVAL 0x020
#define POLLRDNORM 0x040
#define POLLRDBAND 0x080
#define POLLWRNORM 0x100
#define POLLWRBAND 0x200

typedef unsigned long nfds_t;

struct pollfd {
    int fd; /* < 0: left out */
    short events, revents;
};

__BEGIN_DECLS
int poll(struct pollfd *fds, nfds_t n, int timeout_ms);
#if __GNU_VISIBLE
int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask);
#endif
__END_DECLS

#endif
