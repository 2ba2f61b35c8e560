/* names.c: what paths mean: basename, dirname, realpath; and files without a lasting name. */
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/file/file.h"
#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/io.h"

#define MAX_LINKS 40

static size_t without_slashes(const char *path, size_t n)
{
    while (n > 1 && path[n - 1] == '/')
        n--;
    return n;
}

#undef basename
char *runtime_basename(char *path) __asm__("basename");
/*
 * POSIX's, which may change its argument, but only where slashes end it: programs give it __FILE__. <string.h> with _GNU_SOURCE
 * declares another under the same name.
 */
API char *runtime_basename(char *path)
{
    size_t n, start;

    if (!path || !*path)
        return (char *)".";
    n = without_slashes(path, strlen(path));
    for (start = n; start > 0 && path[start - 1] != '/'; start--)
        ;
    if (start == n)
        return (char *)"/";
    if (path[n])
        path[n] = '\0';
    return path + start;
}

API char *dirname(char *path)
{
    size_t n;

    if (!path || !*path)
        return (char *)".";
    n = without_slashes(path, strlen(path));
    while (n > 0 && path[n - 1] != '/')
        n--;
    if (n == 0)
        return (char *)".";
    path[without_slashes(path, n)] = '\0';
    return path;
}

/* The work of realpath: done is absolute and resolved, rest is what remains to be walked. */
struct walk {
    char done[PATH_MAX], rest[PATH_MAX], link[PATH_MAX];
    int links;
};

static int set(char *out, const char *first, const char *between, const char *second)
{
    int n = log_snprintf(out, PATH_MAX, "%s%s%s", first, between, second);

    return n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

static void copy(char out[PATH_MAX], const char *from)
{
    log_snprintf(out, PATH_MAX, "%s", from);
}

static void drop_last(char *done)
{
    char *slash = strrchr(done, '/');

    if (slash)
        *slash = '\0';
}

/* done/name is a symbolic link: its target goes before the rest. */
static int follow(struct walk *w, const char *rest)
{
    char later[PATH_MAX];
    int64_t n;
    int error;

    if (++w->links > MAX_LINKS)
        return -ELOOP;
    n = path_readlink(w->done, w->link, sizeof(w->link) - 1);
    if (n < 0)
        return (int)n;
    w->link[n] = '\0';
    copy(later, rest);
    error = set(w->rest, w->link, later[0] ? "/" : "", later);
    if (w->link[0] == '/')
        w->done[0] = '\0';
    else
        drop_last(w->done);
    return error;
}

static int step(struct walk *w)
{
    char name[NAME_MAX + 1], whole[PATH_MAX];
    const char *start = w->rest + strspn(w->rest, "/");
    size_t n = strcspn(start, "/");
    struct file_stat st;
    int error;

    if (n > NAME_MAX)
        return -ENAMETOOLONG;
    memcpy(name, start, n);
    name[n] = '\0';
    memmove(w->rest, start + n, strlen(start + n) + 1);
    if (n == 0 || strcmp(name, ".") == 0)
        return 0;
    if (strcmp(name, "..") == 0) {
        drop_last(w->done);
        return 0;
    }
    error = set(whole, w->done, "/", name);
    if (error)
        return error;
    copy(w->done, whole);
    error = path_stat(w->done, false, &st);
    if (error)
        return error;
    if (st.type == FILE_SYMLINK)
        return follow(w, w->rest);
    return st.type != FILE_DIRECTORY && w->rest[0] ? -ENOTDIR : 0;
}

static int resolve(struct walk *w, const char *path)
{
    int error = 0;

    if (!*path)
        return -ENOENT;
    if (strlen(path) >= PATH_MAX)
        return -ENAMETOOLONG;
    w->done[0] = '\0';
    w->links = 0;
    if (path[0] != '/')
        error = path_getcwd(w->done, sizeof(w->done));
    if (error < 0)
        return error;
    if (strcmp(w->done, "/") == 0)
        w->done[0] = '\0';
    copy(w->rest, path);
    while (w->rest[0]) {
        error = step(w);
        if (error)
            return error;
    }
    if (!w->done[0])
        copy(w->done, "/");
    return 0;
}

static char *resolved_name(const char *path, char *resolved)
{
    struct walk *w;
    char *out = NULL;
    int error;

    if (!path) {
        errno = EINVAL;
        return NULL;
    }
    w = malloc(sizeof(*w));
    if (!w)
        return NULL;
    error = resolve(w, path);
    if (error)
        errno = -error;
    else
        out = resolved ? strcpy(resolved, w->done) : strdup(w->done);
    free(w);
    return out;
}

API char *realpath(const char *restrict path, char *restrict resolved)
{
    return resolved_name(path, resolved);
}

API char *canonicalize_file_name(const char *path)
{
    return resolved_name(path, NULL);
}

/* newlib's would use /tmp, which the share need not have. The file has no name from the start on. */
API FILE *tmpfile(void)
{
    char name[32];
    int fd = -EEXIST;
    FILE *stream;

    for (unsigned i = 0; fd == -EEXIST && i < 10000; i++) {
        log_snprintf(name, sizeof(name), "/.bower-tmp-%u", i);
        fd = io_open(name, O_RDWR | O_CREAT | O_EXCL, 0600);
    }
    if (fd < 0) {
        errno = -fd;
        return NULL;
    }
    path_unlink(name);
    stream = fdopen(fd, "w+b");
    if (!stream)
        fd_close(fd);
    return stream;
}
