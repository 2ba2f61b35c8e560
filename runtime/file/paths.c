/* paths.c: calls that take a path: they change the tree behind it, or what a file is rather than what it holds. */
#include <dirent.h>
#include <limits.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/io.h"

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

static int may_access(const char *path, int mode)
{
    return api_status(mode & ~(R_OK | W_OK | X_OK) ? -EINVAL : path_access(path, mode));
}

API int access(const char *path, int mode)
{
    return may_access(path, mode);
}

API int eaccess(const char *path, int mode)
{
    return may_access(path, mode);
}

API int euidaccess(const char *path, int mode)
{
    return may_access(path, mode);
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
