/*
 * at.c: calls relative to an open directory. The share (9P) goes by paths: a directory is the path that it was opened by, as
 * long as that still leads to it; after that the calls fail with ENOENT.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/io.h"
#include "runtime/file/times.h"
#include "runtime/file/stat.h"

struct whole {
    char path[PATH_MAX];
};

static int path_of(int fd, char *buffer, size_t n)
{
    struct file *file = fd_get(fd);
    int error;

    if (!file)
        return -EBADF;
    error = file_directory_path(file, buffer, n);
    file_put(file);
    return error == -ERANGE ? -ENAMETOOLONG : error;
}

/* The path that is meant, for path_* and io_open; *error is 0 or a negative errno. */
static const char *resolve(int directory, const char *path, struct whole *whole, int *error)
{
    char *tail;
    int64_t length;
    size_t n;

    *error = path ? 0 : -EFAULT;
    if (!path || directory == AT_FDCWD)
        return path;
    length = path_copy(whole->path, path, sizeof(whole->path));
    if (length < 0)
        *error = (int)length;
    if (*error || whole->path[0] == '/' || whole->path[0] == '\0')
        return path;
    /* It makes way for the directory's: from the end of the buffer it comes back to behind that. */
    tail = whole->path + sizeof(whole->path) - (length + 1);
    memmove(tail, whole->path, (size_t)length + 1);
    *error = path_of(directory, whole->path, (size_t)(tail - whole->path));
    if (*error)
        return NULL;
    n = strlen(whole->path);
    whole->path[n] = '/';
    memmove(whole->path + n + 1, tail, (size_t)length + 1);
    return whole->path;
}

API int openat(int directory, const char *path, int flags, ...)
{
    struct whole whole;
    int error;
    mode_t mode = 0;
    va_list args;

    va_start(args, flags);
    if (flags & O_CREAT)
        mode = va_arg(args, mode_t);
    va_end(args);
    path = resolve(directory, path, &whole, &error);
    return api_status(error ? error : io_open(path, flags, mode));
}

API int unlinkat(int directory, const char *path, int flags)
{
    struct whole whole;
    int error;

    if (flags & ~AT_REMOVEDIR)
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    if (!error)
        error = flags & AT_REMOVEDIR ? path_rmdir(path) : path_unlink(path);
    return api_status(error);
}

API int mkdirat(int directory, const char *path, mode_t mode)
{
    struct whole whole;
    int error;

    path = resolve(directory, path, &whole, &error);
    return api_status(error ? error : path_mkdir(path, mode & ~io_umask() & 01777));
}

API int faccessat(int directory, const char *path, int mode, int flags)
{
    struct whole whole;
    int error;

    if (mode & ~(R_OK | W_OK | X_OK) || flags & ~AT_EACCESS)
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    return api_status(error ? error : path_access(path, mode));
}

API int renameat(int from_directory, const char *from, int to_directory, const char *to)
{
    struct whole whole_from, whole_to;
    int error;

    from = resolve(from_directory, from, &whole_from, &error);
    if (!error)
        to = resolve(to_directory, to, &whole_to, &error);
    return api_status(error ? error : path_rename(from, to));
}

/* path_link gives a symbolic link itself another name: to follow one is refused. */
API int linkat(int from_directory, const char *from, int to_directory, const char *to, int flags)
{
    struct whole whole_from, whole_to;
    struct file_stat st;
    int error;

    if (flags & ~AT_SYMLINK_FOLLOW)
        return api_status(-EINVAL);
    from = resolve(from_directory, from, &whole_from, &error);
    if (!error && flags)
        error = path_stat(from, false, &st);
    if (!error && flags && st.type == FILE_SYMLINK)
        error = -EOPNOTSUPP;
    if (!error)
        to = resolve(to_directory, to, &whole_to, &error);
    return api_status(error ? error : path_link(from, to));
}

API int symlinkat(const char *target, int directory, const char *path)
{
    struct whole whole;
    int error;

    path = resolve(directory, path, &whole, &error);
    return api_status(error ? error : path_symlink(target, path));
}

API ssize_t readlinkat(int directory, const char *restrict path, char *restrict buffer, size_t n)
{
    struct whole whole;
    int error;

    path = resolve(directory, path, &whole, &error);
    return api_result(error ? error : path_readlink(path, buffer, n));
}

API int fchmodat(int directory, const char *path, mode_t mode, int flags)
{
    struct whole whole;
    struct file_stat st;
    int error;

    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    if (!error && flags)
        error = path_stat(path, false, &st);
    if (!error && flags && st.type == FILE_SYMLINK)
        error = -EOPNOTSUPP; /* a link's own mode: Linux's answer as well */
    return api_status(error ? error : path_chmod(path, mode & 07777));
}

API int fchownat(int directory, const char *path, uid_t owner, gid_t group, int flags)
{
    struct whole whole;
    struct file_stat st;
    int error;

    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    if (!error)
        error = path_stat(path, !flags, &st);
    return api_status(error ? error : stat_own(&st, owner, group));
}

API int fstatat(int directory, const char *restrict path, struct stat *restrict out, int flags)
{
    struct whole whole;
    struct file_stat from;
    int error;

    if (flags & ~(AT_SYMLINK_NOFOLLOW | AT_EMPTY_PATH))
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    if (!error && (flags & AT_EMPTY_PATH) && directory != AT_FDCWD && whole.path[0] == '\0')
        error = stat_fd(directory, &from);
    else if (!error)
        error = path_stat(path, !(flags & AT_SYMLINK_NOFOLLOW), &from);
    return stat_answer(error, &from, out);
}

API int utimensat(int directory, const char *path, const struct timespec *times, int flags)
{
    struct whole whole;
    struct file_stat st;
    int error;

    if (flags & ~AT_SYMLINK_NOFOLLOW)
        return api_status(-EINVAL);
    path = resolve(directory, path, &whole, &error);
    if (!error && flags && path_stat(path, false, &st) == 0 && st.type == FILE_SYMLINK)
        error = -EOPNOTSUPP; /* 9P sets times of what a link leads to */
    return api_status(error ? error : path_set_times(path, times));
}

API int fchdir(int fd)
{
    struct whole whole;
    int error = path_of(fd, whole.path, sizeof(whole.path));

    return api_status(error ? error : path_chdir(whole.path));
}
