/* ftw.c: walks over a tree of files. A directory is open while what is in it is walked: the depth is bounded by kernel memory. */
#include <fcntl.h>
#include <ftw.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/file/file.h"
#include "runtime/api.h"
#include "runtime/file/stat.h"
#include "runtime/nosys.h"

typedef int (*ftw_fn)(const char *path, const struct stat *st, int type);
typedef int (*nftw_fn)(const char *path, const struct stat *st, int type, struct FTW *where);

/* Directories that are being walked, innermost first: a link back to one of them is not followed for ever. */
struct above {
    const struct above *up;
    uint64_t ino, dev;
};

struct tree {
    ftw_fn plain;
    nftw_fn full;
    int flags;
    uint64_t dev; /* of the start, for FTW_MOUNT */
    char path[PATH_MAX];
};

/* What a walk that failed itself answers. */
static int fail(int error)
{
    errno = -error;
    return -1;
}

static int report(struct tree *t, const struct stat *st, int type, size_t base, int level)
{
    struct FTW where = { (int)base, level };

    if (t->plain)
        return t->plain(t->path, st, type == FTW_SL || type == FTW_SLN ? FTW_NS : type);
    return t->full(t->path, st, type, &where);
}

static bool is_above(const struct above *up, const struct file_stat *st)
{
    for (; up; up = up->up) {
        if (up->ino == st->ino && up->dev == st->dev)
            return true;
    }
    return false;
}

static int visit(struct tree *t, size_t n, size_t base, int level, const struct above *up);

/* 0, what fn answered, or -1 and errno. */
static int visit_entries(struct tree *t, struct file *directory, size_t n, int level, const struct above *up)
{
    struct file_dirent entry;
    int result = 0, any;

    while (result == 0 && (any = file_readdir(directory, &entry)) != 0) {
        size_t length = strlen(entry.name), start = n;

        if (any < 0)
            return fail(any);
        if (strcmp(entry.name, ".") == 0 || strcmp(entry.name, "..") == 0)
            continue;
        if (n + length + 2 > PATH_MAX)
            return fail(-ENAMETOOLONG);
        if (t->path[n - 1] != '/')
            t->path[start++] = '/';
        memcpy(t->path + start, entry.name, length + 1);
        result = visit(t, start + length, start, level, up);
        t->path[n] = '\0';
    }
    return result;
}

static int visit_directory(struct tree *t, size_t n, size_t base, int level, const struct above *up, const struct file_stat *from)
{
    struct above here = { up, from->ino, from->dev };
    struct file *directory;
    struct stat st;
    int result, error = file_open(t->path, O_RDONLY | O_DIRECTORY, 0, &directory);

    stat_translate(from, &st);
    if (error == -EACCES)
        return report(t, &st, FTW_DNR, base, level);
    if (error)
        return fail(error);
    result = t->flags & FTW_DEPTH ? 0 : report(t, &st, FTW_D, base, level);
    if (result == 0)
        result = visit_entries(t, directory, n, level + 1, &here);
    file_put(directory);
    if (result == 0 && (t->flags & FTW_DEPTH))
        result = report(t, &st, FTW_DP, base, level);
    return result;
}

/* t->path, n bytes long, of which the last name begins at base. */
static int visit(struct tree *t, size_t n, size_t base, int level, const struct above *up)
{
    struct file_stat from;
    struct stat st = { 0 };
    int error = path_stat(t->path, !(t->flags & FTW_PHYS), &from), type;

    if (error && path_stat(t->path, false, &from) == 0 && from.type == FILE_SYMLINK)
        type = FTW_SLN;
    else if (error && level == 0)
        return fail(error);
    else if (error)
        type = FTW_NS;
    else if (from.type == FILE_SYMLINK)
        type = FTW_SL;
    else
        type = from.type == FILE_DIRECTORY ? FTW_D : FTW_F;
    if (level == 0)
        t->dev = from.dev;
    if ((t->flags & FTW_MOUNT) && type != FTW_NS && from.dev != t->dev)
        return 0;
    if (type == FTW_D)
        return is_above(up, &from) ? 0 : visit_directory(t, n, base, level, up, &from);
    if (type != FTW_NS)
        stat_translate(&from, &st);
    return report(t, &st, type, base, level);
}

static int walk(const char *path, ftw_fn plain, nftw_fn full, int flags)
{
    size_t n = strlen(path);
    struct tree *t;
    char *slash;
    int result;

    if (n == 0 || n >= PATH_MAX)
        return fail(n ? -ENAMETOOLONG : -ENOENT);
    if (flags & FTW_CHDIR)
        return NOSYS("nftw with FTW_CHDIR");
    if (flags & ~(FTW_PHYS | FTW_MOUNT | FTW_DEPTH))
        return fail(-EINVAL);
    t = malloc(sizeof(*t));
    if (!t)
        return -1;
    *t = (struct tree){ .plain = plain, .full = full, .flags = flags };
    while (n > 1 && path[n - 1] == '/')
        n--;
    memcpy(t->path, path, n);
    t->path[n] = '\0';
    slash = strrchr(t->path, '/');
    result = visit(t, n, slash ? (size_t)(slash + 1 - t->path) : 0, 0, NULL);
    free(t);
    return result;
}

API int ftw(const char *path, ftw_fn fn, int ndescriptors)
{
    (void)ndescriptors;
    return walk(path, fn, NULL, 0);
}

API int nftw(const char *path, nftw_fn fn, int ndescriptors, int flags)
{
    (void)ndescriptors;
    return walk(path, NULL, fn, flags);
}
