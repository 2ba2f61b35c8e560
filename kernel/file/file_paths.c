/* What is done to names: kernel/file/file.h's path_* functions. */
#include "arch/catch.h"
#include "kernel/file/file_private.h"
#include "kernel/mem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define EXECUTABLE 0111u

/* A walk into the share, where names can be changed. */
static int walk_share(const char *path, unsigned flags, struct walk **out)
{
    int error = walk_path(path, flags, out);
    if (error == 0 && (*out)->place == PLACE_DEV) {
        walk_end(*out);
        error = -EACCES;
    }
    return error;
}

int path_stat(const char *path, bool follow, struct file_stat *out)
{
    struct walk *w;
    struct file_stat st = { 0 };
    int error = walk_path(path, follow ? WALK_FOLLOW : 0u, &w);
    if (error)
        return error;
    if (w->place == PLACE_DEV) {
        error = dev_stat(w, &st);
    } else {
        error = p9_getattr(w->fid, &st);
        st.dev = FILE_SHARE_ID;
        st.blksize = FILE_BLKSIZE;
    }
    walk_end(w);
    if (error == 0)
        *out = st;
    return error;
}

/* Before a name goes: what open files of that name will have to remember. False: none is open. */
static bool remember(const struct walk *w, struct file_stat *last)
{
    return w->found && p9_path_is_open(w->path) && p9_getattr(w->fid, last) == 0;
}

/* remove_directory: the only kind that may be there, or the only one that may not. */
static int remove_name(const char *path, bool remove_directory)
{
    struct walk *w;
    struct file_stat last;
    int error = walk_share(path, WALK_PARENT, &w);
    if (error)
        return error;
    if (!w->found)
        error = -ENOENT;
    else if (remove_directory && w->name.n == 0)
        error = strcmp(w->path, "/") == 0 ? -EBUSY : -EINVAL;
    else if (walk_is_directory(w) != remove_directory)
        error = remove_directory ? -ENOTDIR : -EISDIR;
    if (error == 0) {
        bool open = remember(w, &last);
        error = p9_unlinkat(w->parent, w->name, remove_directory ? P9_AT_REMOVEDIR : 0);
        if (error == 0 && open)
            p9_path_lost(w->path, &last);
    }
    walk_end(w);
    return error;
}

int path_unlink(const char *path)
{
    return remove_name(path, false);
}

int path_rmdir(const char *path)
{
    return remove_name(path, true);
}

int path_mkdir(const char *path, uint32_t mode)
{
    struct walk *w;
    int error = walk_path(path, WALK_PARENT, &w);
    if (error)
        return error;
    if (w->place == PLACE_DEV)
        error = w->name.n == 0 ? -EEXIST : -EACCES;
    else
        error = w->found ? -EEXIST : p9_mkdir(w->parent, w->name, mode & P9_S_PERMISSIONS);
    walk_end(w);
    return error;
}

static int rename_walked(struct walk *from, struct walk *to)
{
    struct file_stat last;
    if (!from->found)
        return -ENOENT;
    if (from->name.n == 0 || to->name.n == 0)
        return -EBUSY;
    if (to->wants_directory && !walk_is_directory(from))
        return -ENOTDIR;
    if (to->found && to->qid.path == from->qid.path)
        return 0; /* POSIX: two names of one file both stay */
    bool open = remember(to, &last);
    int error = p9_renameat(from->parent, from->name, to->parent, to->name);
    if (error)
        return error;
    if (open)
        p9_path_lost(to->path, &last);
    return p9_path_renamed(from->path, to->path);
}

int path_rename(const char *from, const char *to)
{
    struct walk *a, *b;
    int error = walk_share(from, WALK_PARENT, &a);
    if (error)
        return error;
    error = walk_share(to, WALK_PARENT, &b);
    if (error == 0) {
        error = rename_walked(a, b);
        walk_end(b);
    }
    walk_end(a);
    return error;
}

int path_link(const char *from, const char *to)
{
    struct walk *a, *b;
    int error = walk_share(from, 0, &a);
    if (error)
        return error;
    error = walk_share(to, WALK_PARENT, &b);
    if (error == 0) {
        if (walk_is_directory(a))
            error = -EPERM;
        else if (b->found)
            error = -EEXIST;
        else
            error = b->wants_directory ? -ENOENT : p9_link(b->parent, a->fid, b->name);
        walk_end(b);
    }
    walk_end(a);
    return error;
}

/* A copy of a string of the program's, or an errno: -ENOENT for an empty one, -EFAULT, -ENAMETOOLONG, -ENOMEM. */
static int copy_text(const char *s, char **out)
{
    *out = kalloc(FILE_PATH_MAX);
    if (!*out)
        return -ENOMEM;
    int64_t n = path_copy(*out, s, FILE_PATH_MAX);
    if (n > 0)
        return 0;
    kfree(*out);
    return n ? (int)n : -ENOENT;
}

int path_symlink(const char *target, const char *path)
{
    struct walk *w;
    char *copy;
    int error = copy_text(target, &copy);
    if (error)
        return error;
    error = walk_share(path, WALK_PARENT, &w);
    if (error == 0) {
        if (w->found)
            error = -EEXIST;
        else
            error = w->wants_directory ? -ENOENT : p9_symlink(w->parent, w->name, copy);
        walk_end(w);
    }
    kfree(copy);
    return error;
}

int64_t path_readlink(const char *path, char *buffer, size_t n)
{
    struct walk *w;
    int64_t result = walk_path(path, 0, &w);
    if (result)
        return result;
    if (w->place == PLACE_DEV || !walk_is_link(w))
        result = -EINVAL;
    else
        result = p9_readlink(w->fid, w->link, sizeof(w->link));
    if (result > 0) {
        result = MIN(result, (int64_t)n);
        if (copy_checked(buffer, w->link, (size_t)result) < (size_t)result)
            result = -EFAULT;
    }
    walk_end(w);
    return result;
}

int path_truncate(const char *path, uint64_t size)
{
    struct file *f;
    int error = file_open(path, O_WRONLY, 0, &f);
    if (error)
        return error;
    error = file_truncate(f, size);
    file_put(f);
    return error;
}

static int set_attributes(const char *path, const struct p9_setattr *attr)
{
    struct walk *w;
    int error = walk_share(path, WALK_FOLLOW, &w);
    if (error)
        return error;
    error = p9_setattr(w->fid, attr);
    walk_end(w);
    return error;
}

int path_chmod(const char *path, uint32_t mode)
{
    return set_attributes(path, &(struct p9_setattr){ .valid = P9_SETATTR_MODE, .mode = mode & P9_S_PERMISSIONS });
}

int path_utimes(const char *path, int64_t atime_s, uint32_t atime_ns, int64_t mtime_s, uint32_t mtime_ns)
{
    const struct p9_setattr attr = p9_times(atime_s, atime_ns, mtime_s, mtime_ns);
    return set_attributes(path, &attr);
}

/* Only the host knows who may do what: it is asked by opening the file. */
static int try_open(const char *path, int flags)
{
    struct file *f;
    int error = file_open(path, flags, 0, &f);
    return error ? error : file_put(f);
}

int path_access(const char *path, int mode)
{
    struct file_stat st;
    int error = path_stat(path, true, &st);
    if (error == 0 && (mode & R_OK) && st.type != FILE_CHAR)
        error = try_open(path, O_RDONLY);
    if (error == 0 && (mode & W_OK) && st.type != FILE_CHAR && st.type != FILE_DIRECTORY)
        error = try_open(path, O_WRONLY);
    if (error == 0 && (mode & X_OK) && !(st.mode & EXECUTABLE))
        error = -EACCES;
    return error;
}

int path_statfs(const char *path, uint64_t *bsize, uint64_t *blocks, uint64_t *bfree)
{
    struct walk *w;
    uint64_t size = PAGE_SIZE, all = 0, unused = 0;
    int error = walk_path(path, WALK_FOLLOW, &w);
    if (error)
        return error;
    if (w->place == PLACE_SHARE)
        error = p9_statfs(w->fid, &size, &all, &unused);
    walk_end(w);
    if (error == 0) {
        *bsize = size;
        *blocks = all;
        *bfree = unused;
    }
    return error;
}
