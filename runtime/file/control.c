/* control.c: what is asked of descriptors beside reading and writing: fcntl, flock, lockf, ioctl. */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <reent.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"

static int set_flags(int fd, int flags)
{
    struct file *file = fd_get(fd);
    int result;

    if (!file)
        return -EBADF;
    result = file_set_flags(file, flags & (O_APPEND | O_NONBLOCK));
    file_put(file);
    return result;
}

static int get_flags(int fd)
{
    struct file *file = fd_get(fd);
    int result;

    if (!file)
        return -EBADF;
    result = file_flags(file) & ~(O_CREAT | O_EXCL | O_TRUNC);
    file_put(file);
    return result;
}

/*
 * Record locks: there is one process, which never competes with itself: taking a lock succeeds, asking finds none. (The
 * host's processes are not asked.)
 */
static int record_lock(int fd, int command, struct flock *lock)
{
    int flags = get_flags(fd);

    if (flags < 0)
        return flags;
    if (!lock)
        return -EFAULT;
    if (command == F_GETLK)
        lock->l_type = F_UNLCK;
    return 0;
}

static int64_t control(int fd, int command, long argument)
{
    switch (command) {
    case F_DUPFD: return fd_dup(fd, (int)argument, false);
    case F_DUPFD_CLOEXEC: return fd_dup(fd, (int)argument, true);
    case F_GETFD: return fd_cloexec(fd) > 0 ? FD_CLOEXEC : fd_cloexec(fd);
    case F_SETFD: return fd_set_cloexec(fd, argument & FD_CLOEXEC);
    case F_GETFL: return get_flags(fd);
    case F_SETFL: return set_flags(fd, (int)argument);
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW: return record_lock(fd, command, (struct flock *)argument);
    default: return -EINVAL;
    }
}

int _fcntl_r(struct _reent *reent, int fd, int command, int argument)
{
    int64_t result = control(fd, command, argument);

    if (result >= 0)
        return (int)result;
    reent->_errno = (int)-result;
    return -1;
}

API int fcntl(int fd, int command, ...)
{
    long argument;
    va_list args;

    va_start(args, command);
    argument = va_arg(args, long);
    va_end(args);
    return api_status(control(fd, command, argument));
}

API int flock(int fd, int operation)
{
    struct file *file = fd_get(fd);

    (void)operation; /* one process: see record_lock */
    if (!file)
        return api_status(-EBADF);
    file_put(file);
    return 0;
}

API int lockf(int fd, int command, off_t length)
{
    struct flock none;

    (void)length;
    if (command < F_ULOCK || command > F_TEST)
        return api_status(-EINVAL);
    return api_status(record_lock(fd, F_SETLK, &none));
}

API int ioctl(int fd, unsigned long request, ...)
{
    struct file *file = fd_get(fd);

    (void)request;
    if (!file)
        return api_status(-EBADF);
    file_put(file);
    return api_status(-ENOTTY);
}
