/* control.c: what descriptors are asked for beside reading and writing: fcntl, locks, ioctl; mode, length and safety of their files. */
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

/* What work says of the open file behind fd; -EBADF: there is none. */
static int with_file(int fd, int (*work)(struct file *file, uint64_t argument), uint64_t argument)
{
    struct file *file = fd_get(fd);
    int result;

    if (!file)
        return -EBADF;
    result = work(file, argument);
    file_put(file);
    return result;
}

static bool is_written(struct file *file)
{
    return (file_flags(file) & O_ACCMODE) != O_RDONLY;
}

static int nothing(struct file *file, uint64_t unused)
{
    (void)file;
    (void)unused;
    return 0;
}

static int set_flags(struct file *file, uint64_t flags)
{
    return file_set_flags(file, (int)flags & (O_APPEND | O_NONBLOCK));
}

static int get_flags(struct file *file, uint64_t unused)
{
    (void)unused;
    return file_flags(file) & ~(O_CREAT | O_EXCL | O_TRUNC);
}

/*
 * Record locks: there is one process, which never competes with itself: taking a lock succeeds, asking finds none. (The
 * host's processes are not asked.)
 */
static int record_lock(int fd, int command, struct flock *lock)
{
    int error = with_file(fd, nothing, 0);

    if (error)
        return error;
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
    case F_GETFL: return with_file(fd, get_flags, 0);
    case F_SETFL: return with_file(fd, set_flags, (uint64_t)argument);
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
    (void)operation; /* one process: see record_lock */
    return api_status(with_file(fd, nothing, 0));
}

API int lockf(int fd, int command, off_t length)
{
    struct flock none;

    (void)length;
    if (command < F_ULOCK || command > F_TEST)
        return api_status(-EINVAL);
    return api_status(record_lock(fd, F_SETLK, &none));
}

static int no_tty(struct file *file, uint64_t unused)
{
    (void)file;
    (void)unused;
    return -ENOTTY;
}

API int ioctl(int fd, unsigned long request, ...)
{
    (void)request;
    return api_status(with_file(fd, no_tty, 0));
}

static int chmod_file(struct file *file, uint64_t mode)
{
    return file_chmod(file, (uint32_t)mode & 07777);
}

API int fchmod(int fd, mode_t mode)
{
    return api_status(with_file(fd, chmod_file, mode));
}

static int sync_file(struct file *file, uint64_t unused)
{
    (void)unused;
    return file_sync(file);
}

API int fsync(int fd)
{
    return api_status(with_file(fd, sync_file, 0));
}

API int fdatasync(int fd)
{
    return api_status(with_file(fd, sync_file, 0));
}

/* POSIX: EBADF or EINVAL where the file was not opened for writing; Linux says EINVAL. */
static int truncate_file(struct file *file, uint64_t size)
{
    return is_written(file) ? file_truncate(file, size) : -EINVAL;
}

API int ftruncate(int fd, off_t size)
{
    return api_status(size < 0 ? -EINVAL : with_file(fd, truncate_file, (uint64_t)size));
}

/* As fallocate does in its plainest form: the file is at least this long afterwards. */
static int grow_file(struct file *file, uint64_t size)
{
    struct file_stat st;
    int error = is_written(file) ? file_stat(file, &st) : -EBADF;

    if (!error && size > INT64_MAX)
        error = -EFBIG;
    if (error || st.size >= size)
        return error;
    return file_truncate(file, size);
}

/* 0 or a negative errno. */
static int allocate(int fd, off_t offset, off_t length)
{
    if (offset < 0 || length <= 0)
        return -EINVAL;
    return with_file(fd, grow_file, (uint64_t)offset + (uint64_t)length);
}

API int posix_fallocate(int fd, off_t offset, off_t length)
{
    return -allocate(fd, offset, length);
}

API int fallocate(int fd, int mode, off_t offset, off_t length)
{
    return api_status(mode != 0 ? -EOPNOTSUPP : allocate(fd, offset, length));
}

/* Advice about a file that nobody has mapped has no effect here, which POSIX allows. */
static int advise(struct file *file, uint64_t is_known)
{
    if (file_is_tty(file))
        return -ESPIPE;
    return is_known ? 0 : -EINVAL;
}

API int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
    (void)offset;
    return -with_file(fd, advise, length >= 0 && advice >= POSIX_FADV_NORMAL && advice <= POSIX_FADV_NOREUSE);
}
