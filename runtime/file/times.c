/* times.c: when a file was last read and changed, set by path or by descriptor. */
#include <sys/stat.h>
#include <sys/time.h>
#include <utime.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/times.h"
#include "runtime/time/clock.h"

/* Turns what the program asks for into two times: NULL is now, UTIME_OMIT what the file has. 0 or -EINVAL. */
static int choose_times(const struct timespec *asked, const struct file_stat *st, struct timespec out[2])
{
    const struct timespec had[2] = { { st->atime_s, st->atime_ns }, { st->mtime_s, st->mtime_ns } };

    for (int i = 0; i < 2; i++) {
        if (!asked || asked[i].tv_nsec == UTIME_NOW)
            out[i] = clock_wall();
        else if (asked[i].tv_nsec == UTIME_OMIT)
            out[i] = had[i];
        else if (asked[i].tv_nsec < 0 || asked[i].tv_nsec >= (long)NS_PER_S)
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
