/*
 * poll.c: poll and select. Files and disks are always ready, as on Linux; stdin is when it has bytes or has ended. Nothing
 * tells of both a timeout and a byte, so a wait looks again every millisecond.
 */
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>

#include "arch/hart.h"
#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/signal/interrupt.h"
#include "runtime/signal/signal.h"
#include "runtime/time/clock.h"

#define STEP_NS 1000000u
#define READABLE (POLLIN | POLLRDNORM)
#define WRITABLE (POLLOUT | POLLWRNORM)

/* What holds of this descriptor now. */
static short state_of(int fd)
{
    struct file *file = fd_get(fd);
    short state = WRITABLE;

    if (!file)
        return POLLNVAL;
    if (file_is_ready(file))
        state |= READABLE;
    file_put(file);
    return state;
}

/* Asks for each descriptor's state; how many have something to report. */
static int look(struct pollfd *fds, nfds_t n)
{
    int ready = 0;

    for (nfds_t i = 0; i < n; i++) {
        fds[i].revents = 0;
        if (fds[i].fd >= 0)
            fds[i].revents = (short)(state_of(fds[i].fd) & (fds[i].events | POLLNVAL));
        ready += fds[i].revents != 0;
    }
    return ready;
}

/* How many are ready; 0 at the deadline; -EINTR. */
static int wait_for(struct pollfd *fds, nfds_t n, uint64_t deadline)
{
    int ready;

    while ((ready = look(fds, n)) == 0) {
        uint64_t now = time_ns();

        if (now >= deadline)
            break;
        if (interrupt_sleep_until(deadline - now > STEP_NS ? now + STEP_NS : deadline))
            return -EINTR;
    }
    return ready;
}

/* The same with another mask (may be NULL), as one step: a handler that it lets run ends the wait, even one that has not begun. */
static int wait_masked(struct pollfd *fds, nfds_t n, uint64_t deadline, const sigset_t *mask)
{
    int ready = mask ? look(fds, n) : 0;
    unsigned before = signal_handled();
    sigset_t old;

    if (ready)
        return ready;
    signal_change_mask(SIG_SETMASK, mask, &old);
    ready = signal_handled() == before ? wait_for(fds, n, deadline) : -EINTR;
    signal_change_mask(SIG_SETMASK, mask ? &old : NULL, NULL);
    return ready;
}

/* False: not a time. */
static bool deadline_after(const struct timespec *timeout, uint64_t *deadline)
{
    *deadline = CLOCK_NEVER;
    return !timeout || clock_deadline_in(timeout, deadline);
}

API int poll(struct pollfd *fds, nfds_t n, int timeout_ms)
{
    if (n > FD_MAX)
        return api_status(-EINVAL);
    return api_status(wait_for(fds, n, timeout_ms < 0 ? CLOCK_NEVER : time_ns() + (uint64_t)timeout_ms * 1000000u));
}

API int ppoll(struct pollfd *fds, nfds_t n, const struct timespec *timeout, const sigset_t *mask)
{
    uint64_t deadline;

    if (n > FD_MAX || !deadline_after(timeout, &deadline))
        return api_status(-EINVAL);
    return api_status(wait_masked(fds, n, deadline, mask));
}

static bool is_in(const fd_set *set, int fd)
{
    return set && FD_ISSET(fd, set);
}

/* Keeps of the set what is ready, and counts it. */
static int keep(fd_set *set, const struct pollfd *fds, int n, short state)
{
    int kept = 0;

    if (!set)
        return 0;
    for (int i = 0; i < n; i++) {
        if (!FD_ISSET(fds[i].fd, set))
            continue;
        if (fds[i].revents & state)
            kept++;
        else
            FD_CLR(fds[i].fd, set);
    }
    return kept;
}

static int select_until(int limit, fd_set *readable, fd_set *writable, fd_set *exceptional, uint64_t deadline, const sigset_t *mask)
{
    struct pollfd fds[FD_MAX < FD_SETSIZE ? FD_MAX : FD_SETSIZE];
    int n = 0;

    if (limit < 0)
        return -EINVAL;
    for (int fd = 0; fd < limit && fd < FD_SETSIZE; fd++) {
        short events = 0;

        if (!is_in(readable, fd) && !is_in(writable, fd) && !is_in(exceptional, fd))
            continue;
        if (fd >= FD_MAX || state_of(fd) == POLLNVAL)
            return -EBADF;
        if (is_in(readable, fd))
            events |= READABLE;
        if (is_in(writable, fd))
            events |= WRITABLE;
        fds[n++] = (struct pollfd){ .fd = fd, .events = events };
    }
    if (wait_masked(fds, (nfds_t)n, deadline, mask) == -EINTR)
        return -EINTR;
    return keep(readable, fds, n, READABLE) + keep(writable, fds, n, WRITABLE) + keep(exceptional, fds, n, 0);
}

/* As on Linux, timeout says afterwards how much of it was left. */
API int select(int n, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout)
{
    struct timespec t;
    uint64_t deadline, now;
    int result;

    if (timeout) {
        if (timeout->tv_usec < 0)
            return api_status(-EINVAL);
        t = (struct timespec){ timeout->tv_sec + timeout->tv_usec / 1000000, timeout->tv_usec % 1000000 * 1000 };
    }
    if (!deadline_after(timeout ? &t : NULL, &deadline))
        return api_status(-EINVAL);
    result = select_until(n, readable, writable, exceptional, deadline, NULL);
    now = time_ns();
    if (timeout && now < deadline)
        *timeout = (struct timeval){ (time_t)((deadline - now) / NS_PER_S), (suseconds_t)((deadline - now) % NS_PER_S / 1000) };
    else if (timeout)
        *timeout = (struct timeval){ 0, 0 };
    return api_status(result);
}

API int pselect(int n, fd_set *readable, fd_set *writable, fd_set *exceptional, const struct timespec *timeout,
                const sigset_t *mask)
{
    uint64_t deadline;

    if (!deadline_after(timeout, &deadline))
        return api_status(-EINVAL);
    return api_status(select_until(n, readable, writable, exceptional, deadline, mask));
}
