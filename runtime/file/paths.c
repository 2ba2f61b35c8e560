/* paths.c: calls that take a path and change the tree behind it, or what a file is rather than what it holds. */
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>
#include <utime.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/io.h"
#include "runtime/file/paths.h"
#include "runtime/time/clock.h"

static int for_newlib(struct _reent *reent, int result)
{
    if (result >= 0)
        return result;
    reent->_errno = -result;
    return -1;
}

int _unlink_r(struct _reent *reent, const char *path)
{
    return for_newlib(reent, path_unlink(path));
}

int _rename_r(struct _reent *reent, const char *from, const char *to)
{
    return for_newlib(reent, path_rename(from, to));
}

int _link_r(struct _reent *reent, const char *from, const char *to)
{
    return for_newlib(reent, path_link(from, to));
}

int _mkdir_r(struct _reent *reent, const char *path, int mode)
{
    return for_newlib(reent, path_mkdir(path, (mode_t)mode & ~io_umask()));
}

API int unlink(const char *path)
{
    return api_status(path_unlink(path));
}

API int rmdir(const char *path)
{
    return api_status(path_rmdir(path));
}

/* newlib's calls unlink alone; POSIX wants rmdir for a directory. */
API int remove(const char *path)
{
    struct file_stat st;
    int error = path_stat(path, false, &st);

    if (!error)
        error = st.type == FILE_DIRECTORY ? path_rmdir(path) : path_unlink(path);
    return api_status(error);
}

API int rename(const char *from, const char *to)
{
    return api_status(path_rename(from, to));
}

API int mkdir(const char *path, mode_t mode)
{
    return api_status(path_mkdir(path, mode & ~io_umask() & 01777));
}

API int link(const char *from, const char *to)
{
    return api_status(path_link(from, to));
}

API int symlink(const char *target, const char *path)
{
    return api_status(path_symlink(target, path));
}

API ssize_t readlink(const char *restrict path, char *restrict buffer, size_t n)
{
    return api_result(path_readlink(path, buffer, n));
}

API int access(const char *path, int mode)
{
    if (mode & ~(R_OK | W_OK | X_OK))
        return api_status(-EINVAL);
    return api_status(path_access(path, mode));
}

API int eaccess(const char *path, int mode)
{
    return api_status(mode & ~(R_OK | W_OK | X_OK) ? -EINVAL : path_access(path, mode));
}

API int euidaccess(const char *path, int mode)
{
    return api_status(mode & ~(R_OK | W_OK | X_OK) ? -EINVAL : path_access(path, mode));
}

API int chdir(const char *path)
{
    return api_status(path_chdir(path));
}

API char *getcwd(char *buffer, size_t size)
{
    char *out = buffer ? buffer : malloc(size ? size : PATH_MAX);
    int error;

    if (!out)
        return NULL;
    if (buffer && size == 0)
        error = -EINVAL;
    else
        error = path_getcwd(out, size ? size : PATH_MAX);
    if (error >= 0)
        return out;
    if (!buffer)
        free(out);
    errno = -error;
    return NULL;
}

API char *get_current_dir_name(void)
{
    char *out = malloc(PATH_MAX);
    int error = out ? path_getcwd(out, PATH_MAX) : -ENOMEM;

    if (error >= 0)
        return out;
    free(out);
    errno = -error;
    return NULL;
}

API int truncate(const char *path, off_t size)
{
    return api_status(size < 0 ? -EINVAL : path_truncate(path, (uint64_t)size));
}

API int chmod(const char *path, mode_t mode)
{
    return api_status(path_chmod(path, mode & 07777));
}

/* Runs work on the open file behind fd. */
static int with_file(int fd, bool to_write, int (*work)(struct file *file, uint64_t argument), uint64_t argument)
{
    struct file *file = fd_get(fd);
    int error;

    if (!file)
        return -EBADF;
    /* POSIX: EBADF or EINVAL for a descriptor that was not opened for writing; Linux says EINVAL. */
    if (to_write && (file_flags(file) & O_ACCMODE) == O_RDONLY)
        error = -EINVAL;
    else
        error = work(file, argument);
    file_put(file);
    return error;
}

static int sync_file(struct file *file, uint64_t unused)
{
    (void)unused;
    return file_sync(file);
}

/* As fallocate does in its plainest form: the file is at least this long afterwards. */
static int grow_file(struct file *file, uint64_t size)
{
    struct file_stat st;
    int error = file_stat(file, &st);

    if (error || st.size >= size)
        return error;
    return file_truncate(file, size);
}

static int chmod_file(struct file *file, uint64_t mode)
{
    return file_chmod(file, (uint32_t)mode & 07777);
}

API int fchmod(int fd, mode_t mode)
{
    return api_status(with_file(fd, false, chmod_file, mode));
}

API int ftruncate(int fd, off_t size)
{
    return api_status(size < 0 ? -EINVAL : with_file(fd, true, file_truncate, (uint64_t)size));
}

API int fsync(int fd)
{
    return api_status(with_file(fd, false, sync_file, 0));
}

API int fdatasync(int fd)
{
    return api_status(with_file(fd, false, sync_file, 0));
}

API int posix_fallocate(int fd, off_t offset, off_t length)
{
    if (offset < 0 || length <= 0)
        return EINVAL;
    return -with_file(fd, true, grow_file, (uint64_t)(offset + length));
}

API int fallocate(int fd, int mode, off_t offset, off_t length)
{
    if (mode != 0)
        return api_status(-EOPNOTSUPP);
    if (offset < 0 || length <= 0)
        return api_status(-EINVAL);
    return api_status(with_file(fd, true, grow_file, (uint64_t)(offset + length)));
}

/* Advice about a file that nobody has mapped has no effect here, which POSIX allows. */
API int posix_fadvise(int fd, off_t offset, off_t length, int advice)
{
    struct file *file = fd_get(fd);
    bool tty;

    (void)offset;
    if (!file)
        return EBADF;
    tty = file_is_tty(file);
    file_put(file);
    if (tty)
        return ESPIPE;
    return length < 0 || advice < POSIX_FADV_NORMAL || advice > POSIX_FADV_NOREUSE ? EINVAL : 0;
}

/* Turns what the program asks for into two times: NULL is now, UTIME_OMIT what the file has. 0 or -EINVAL. */
static int choose_times(const struct timespec *asked, const struct file_stat *st, struct timespec out[2])
{
    const struct timespec had[2] = { { st->atime_s, st->atime_ns }, { st->mtime_s, st->mtime_ns } };

    for (int i = 0; i < 2; i++) {
        if (!asked || asked[i].tv_nsec == UTIME_NOW)
            out[i] = clock_wall();
        else if (asked[i].tv_nsec == UTIME_OMIT)
            out[i] = had[i];
        else if (asked[i].tv_nsec < 0 || asked[i].tv_nsec >= 1000000000)
            return -EINVAL;
        else
            out[i] = asked[i];
    }
    return 0;
}

int path_set_times(const char *path, const struct timespec *asked)
{
    struct timespec t[2];
    struct file_stat st;
    int error = path_stat(path, true, &st);

    if (!error)
        error = choose_times(asked, &st, t);
    if (error)
        return error;
    return path_utimes(path, t[0].tv_sec, (uint32_t)t[0].tv_nsec, t[1].tv_sec, (uint32_t)t[1].tv_nsec);
}

API int futimens(int fd, const struct timespec *asked)
{
    struct file *file = fd_get(fd);
    struct timespec t[2];
    struct file_stat st;
    int error;

    if (!file)
        return api_status(-EBADF);
    error = file_stat(file, &st);
    if (!error)
        error = choose_times(asked, &st, t);
    if (!error)
        error = file_utimes(file, t[0].tv_sec, (uint32_t)t[0].tv_nsec, t[1].tv_sec, (uint32_t)t[1].tv_nsec);
    file_put(file);
    return api_status(error);
}

API int utimes(const char *path, const struct timeval *times)
{
    struct timespec t[2];

    if (!times)
        return api_status(path_set_times(path, NULL));
    for (int i = 0; i < 2; i++)
        t[i] = (struct timespec){ times[i].tv_sec, times[i].tv_usec * 1000 };
    return api_status(path_set_times(path, t));
}

API int utime(const char *path, const struct utimbuf *times)
{
    struct timespec t[2];

    if (!times)
        return api_status(path_set_times(path, NULL));
    t[0] = (struct timespec){ times->actime, 0 };
    t[1] = (struct timespec){ times->modtime, 0 };
    return api_status(path_set_times(path, t));
}
