/* files.c: as much of kernel/file/file.h and kernel/file/p9.h as the pager calls: profiles are files of the host; nothing swaps. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "arch/host/machine.h"
#include "kernel/file/file.h"
#include "kernel/file/p9.h"

struct file {
    int descriptor;
};

const char *host_share;

static int host_path(const char *path, char *out, size_t size)
{
    if (!host_share)
        return -ENOENT;
    return (size_t)snprintf(out, size, "%s%s", host_share, path) < size ? 0 : -ENAMETOOLONG;
}

int file_open(const char *path, int flags, uint32_t mode, struct file **out)
{
    char host[4096];
    int error = host_path(path, host, sizeof host);
    if (error)
        return error;
    struct file *f = malloc(sizeof *f);
    if (!f)
        return -ENOMEM;
    f->descriptor = open(host, flags, mode);
    if (f->descriptor < 0) {
        error = -errno;
        free(f);
        return error;
    }
    *out = f;
    return 0;
}

int file_put(struct file *f)
{
    int result = close(f->descriptor);
    free(f);
    return result ? -errno : 0;
}

int64_t file_read(struct file *f, void *buffer, size_t n)
{
    ssize_t got = read(f->descriptor, buffer, n);
    return got < 0 ? -errno : got;
}

int64_t file_write(struct file *f, const void *buffer, size_t n)
{
    ssize_t put = write(f->descriptor, buffer, n);
    return put < 0 ? -errno : put;
}

int path_mkdir(const char *path, uint32_t mode)
{
    char host[4096];
    int error = host_path(path, host, sizeof host);
    return error ? error : mkdir(host, mode) ? -errno
                                             : 0;
}

int p9_scratch(struct backing **out)
{
    (void)out;
    return -ENOSYS; /* private mappings of the simulator are not written to */
}
