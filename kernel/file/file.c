#include "kernel/file/file_private.h"

#include "kernel/mem.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define CHANGEABLE_FLAGS (O_APPEND | O_NONBLOCK)

struct file *file_new(const struct file_ops *ops, int flags, void *object)
{
    struct file *f = kalloc(sizeof(*f));
    if (!f)
        return NULL;
    f->ops = ops;
    f->refs = 1;
    f->flags = flags;
    f->object = object;
    f->position_lock = (struct semaphore)SEMAPHORE_INIT(1);
    return f;
}

void file_get(struct file *f)
{
    __atomic_add_fetch(&f->refs, 1, __ATOMIC_RELAXED);
}

int file_put(struct file *f)
{
    if (__atomic_sub_fetch(&f->refs, 1, __ATOMIC_ACQ_REL) != 0)
        return 0;
    int error = f->ops->close ? f->ops->close(f) : 0;
    kfree(f);
    return error;
}

int file_open(const char *path, int flags, uint32_t mode, struct file **out)
{
    if ((flags & O_ACCMODE) == O_ACCMODE)
        return -EINVAL;
    bool create = flags & O_CREAT, follow = !(flags & O_NOFOLLOW) && !(create && (flags & O_EXCL));
    for (;;) {
        struct walk *w;
        int error = walk_path(path, (follow ? WALK_FOLLOW : 0u) | (create ? WALK_PARENT : 0u), &w);
        if (error)
            return error;
        error = w->place == PLACE_DEV ? dev_open(w, flags, out) : share_open(w, flags, mode, out);
        walk_end(w);
        /* Somebody else made the file just before we did: it is there now. */
        if (error != -EEXIST || (flags & O_EXCL))
            return error;
    }
}

/* 0, or why this file cannot be read or written now. */
static int check_access(const struct file *f, bool write)
{
    int mode = f->flags & O_ACCMODE;
    if (mode == (write ? O_RDONLY : O_WRONLY))
        return -EBADF;
    if (write)
        return f->ops->write ? 0 : -EBADF;
    return f->ops->read ? 0 : -EISDIR;
}

int64_t file_pread(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    int error = check_access(f, false);
    if (error == 0 && f->ops->stream)
        error = -ESPIPE;
    if (error == 0 && (offset > INT64_MAX || n > INT64_MAX))
        error = -EINVAL;
    return error ? error : f->ops->read(f, buffer, n, offset);
}

int64_t file_pwrite(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    int error = check_access(f, true);
    if (error == 0 && f->ops->stream)
        error = -ESPIPE;
    if (error == 0 && (offset > INT64_MAX || n > INT64_MAX))
        error = -EINVAL;
    return error ? error : f->ops->write(f, buffer, n, offset);
}

int64_t file_read(struct file *f, void *buffer, size_t n)
{
    int error = check_access(f, false);
    if (error)
        return error;
    if (f->ops->stream)
        return f->ops->read(f, buffer, n, 0);
    semaphore_down(&f->position_lock);
    int64_t result = file_pread(f, buffer, n, f->position);
    if (result > 0)
        f->position += (uint64_t)result;
    semaphore_up(&f->position_lock);
    return result;
}

int64_t file_write(struct file *f, const void *buffer, size_t n)
{
    int error = check_access(f, true);
    if (error)
        return error;
    if (f->ops->stream)
        return f->ops->write(f, buffer, n, 0);
    semaphore_down(&f->position_lock);
    struct file_stat st;
    if ((f->flags & O_APPEND) && n > 0) {
        error = f->ops->stat(f, &st);
        if (error == 0)
            f->position = st.size;
    }
    int64_t result = error ? error : file_pwrite(f, buffer, n, f->position);
    if (result > 0)
        f->position += (uint64_t)result;
    semaphore_up(&f->position_lock);
    return result;
}

/* The position that an offset counts from. */
static int64_t seek_base(struct file *f, int whence)
{
    struct file_stat st;
    int error;
    switch (whence) {
    case SEEK_SET:
        return 0;
    case SEEK_CUR:
        return (int64_t)f->position;
    case SEEK_END:
        if (f->ops->readdir)
            return -EINVAL;
        error = f->ops->stat(f, &st);
        return error ? error : (int64_t)st.size;
    default:
        return -EINVAL;
    }
}

int64_t file_seek(struct file *f, int64_t offset, int whence)
{
    if (f->ops->stream)
        return -ESPIPE;
    semaphore_down(&f->position_lock);
    int64_t base = seek_base(f, whence), result;
    if (base < 0)
        result = base;
    else if (__builtin_add_overflow(base, offset, &result))
        result = -EOVERFLOW;
    else if (result < 0)
        result = -EINVAL;
    else
        f->position = (uint64_t)result;
    semaphore_up(&f->position_lock);
    return result;
}

int file_stat(struct file *f, struct file_stat *out)
{
    struct file_stat st = { 0 }; /* not the program's memory: it may be pageable */
    int error = f->ops->stat(f, &st);
    if (error == 0)
        *out = st;
    return error;
}

int file_truncate(struct file *f, uint64_t size)
{
    if ((f->flags & O_ACCMODE) == O_RDONLY || !f->ops->truncate || size > INT64_MAX)
        return -EINVAL;
    return f->ops->truncate(f, size);
}

int file_sync(struct file *f)
{
    return f->ops->sync ? f->ops->sync(f) : -EINVAL;
}

static int set_attributes(struct file *f, const struct p9_setattr *attr)
{
    return f->ops->set_attributes ? f->ops->set_attributes(f, attr) : -EPERM;
}

int file_chmod(struct file *f, uint32_t mode)
{
    return set_attributes(f, &(struct p9_setattr){ .valid = P9_SETATTR_MODE, .mode = mode & P9_S_PERMISSIONS });
}

int file_utimes(struct file *f, int64_t atime_s, uint32_t atime_ns, int64_t mtime_s, uint32_t mtime_ns)
{
    const struct p9_setattr attr = p9_times(atime_s, atime_ns, mtime_s, mtime_ns);
    return set_attributes(f, &attr);
}

int file_readdir(struct file *f, struct file_dirent *out)
{
    struct file_dirent *entry = f->ops->readdir ? kalloc(sizeof(*entry)) : NULL;
    if (!entry)
        return f->ops->readdir ? -ENOMEM : -ENOTDIR;
    semaphore_down(&f->position_lock);
    int result = f->ops->readdir(f, entry);
    semaphore_up(&f->position_lock);
    if (result > 0)
        *out = *entry;
    kfree(entry);
    return result;
}

bool file_is_ready(struct file *f)
{
    return !f->ops->ready || f->ops->ready(f);
}

int file_directory_path(struct file *f, char *buffer, size_t n)
{
    const char *path = f->ops->path ? f->ops->path(f) : NULL;
    struct file_stat here, there;
    if (!path)
        return -ENOTDIR;
    int error = file_stat(f, &here);
    if (error == 0)
        error = path_stat(path, false, &there);
    if (error)
        return error;
    if (there.ino != here.ino || there.dev != here.dev)
        return -ENOENT; /* renamed, or gone: 9P has no way from the file to its name */
    size_t length = strlen(path);
    if (length >= n)
        return -ERANGE;
    memcpy(buffer, path, length + 1);
    return 0;
}

int file_flags(struct file *f)
{
    return f->flags;
}

int file_set_flags(struct file *f, int flags)
{
    f->flags = (f->flags & ~CHANGEABLE_FLAGS) | (flags & CHANGEABLE_FLAGS);
    return 0;
}

int file_backing(struct file *f, struct backing **out)
{
    if (!f->ops->backing && !f->ops->zeros)
        return -ENODEV;
    if ((f->flags & O_ACCMODE) == O_WRONLY)
        return -EACCES; /* POSIX: every mapping reads */
    *out = NULL;
    if (f->ops->backing)
        backing_get(*out = f->ops->backing(f));
    return 0;
}
