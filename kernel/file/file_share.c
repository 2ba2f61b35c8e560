/* Files and directories of the share. */
#include "kernel/file/file_private.h"
#include "kernel/mem.h"
#include "kernel/vm/vm.h"

#include <fcntl.h>
#include <string.h>

#define DIRECTORY_BYTES 4096 /* entries that are fetched at once */
#define ANY_LENGTH ((uint64_t)INT64_MAX)

static uint32_t wire_flags(int flags)
{
    switch (flags & O_ACCMODE) {
    case O_WRONLY: return P9_O_WRONLY;
    case O_RDWR: return P9_O_RDWR;
    default: return P9_O_RDONLY;
    }
}

/* ---- regular files: object is a struct p9_file */

static int64_t share_read(struct file *f, void *buffer, size_t n, uint64_t offset)
{
    return file_io_read(p9_file_backing(f->object), buffer, n, offset, 1, p9_file_read_limit(f->object));
}

static int64_t share_write(struct file *f, const void *buffer, size_t n, uint64_t offset)
{
    return file_io_write(p9_file_backing(f->object), buffer, n, offset, 1, INT64_MAX);
}

static void adapt_stat(struct file_stat *st)
{
    st->dev = FILE_SHARE_ID;
    st->blksize = FILE_BLKSIZE;
}

static int share_stat(struct file *f, struct file_stat *out)
{
    int error = p9_file_stat(f->object, out);
    adapt_stat(out);
    return error;
}

static int share_truncate(struct file *f, uint64_t size)
{
    struct backing *b = p9_file_backing(f->object);
    struct file_stat st;
    int error = p9_file_stat(f->object, &st);
    if (error == 0)
        error = vm_file_flush(b, 0, ANY_LENGTH);
    if (error == 0)
        error = p9_file_truncate(f->object, size);
    if (error == 0)
        vm_file_changed(b, MIN(size, st.size), MAX(size, st.size) - MIN(size, st.size), NULL);
    return error;
}

static int share_sync(struct file *f)
{
    struct backing *b = p9_file_backing(f->object);
    int error = vm_file_flush(b, 0, ANY_LENGTH);
    return error ? error : b->ops->sync(b);
}

static int share_set_attributes(struct file *f, const struct p9_setattr *attr)
{
    return p9_file_setattr(f->object, attr);
}

static struct backing *share_backing(struct file *f)
{
    return p9_file_backing(f->object);
}

/* 9P writes through to the host: what could not be written was reported by the write itself. */
static int share_close(struct file *f)
{
    backing_put(p9_file_backing(f->object));
    return 0;
}

static const struct file_ops share_ops = {
    .read = share_read,
    .write = share_write,
    .stat = share_stat,
    .truncate = share_truncate,
    .sync = share_sync,
    .set_attributes = share_set_attributes,
    .backing = share_backing,
    .close = share_close,
};

/* ---- directories */

struct directory {
    uint32_t fid;
    uint64_t fetched_to;    /* the position at which `ahead` stands */
    struct p9_buffer ahead; /* entries not yet read */
    char *path;             /* by which it was opened */
    uint8_t bytes[DIRECTORY_BYTES];
};

static int directory_stat(struct file *f, struct file_stat *out)
{
    int error = p9_getattr(((struct directory *)f->object)->fid, out);
    adapt_stat(out);
    return error;
}

static int directory_readdir(struct file *f, struct file_dirent *out)
{
    struct directory *d = f->object;
    if (f->position != d->fetched_to || d->ahead.at == d->ahead.end) {
        int64_t n = p9_readdir(d->fid, f->position, d->bytes, sizeof(d->bytes));
        if (n <= 0)
            return (int)n;
        d->ahead = (struct p9_buffer){ .at = d->bytes, .end = d->bytes + n };
        d->fetched_to = f->position;
    }
    uint64_t next;
    int result = p9_next_entry(&d->ahead, out, &next);
    if (result > 0)
        d->fetched_to = f->position = next;
    return result;
}

static int directory_sync(struct file *f)
{
    return p9_fsync(((struct directory *)f->object)->fid);
}

static int directory_set_attributes(struct file *f, const struct p9_setattr *attr)
{
    return p9_setattr(((struct directory *)f->object)->fid, attr);
}

static int directory_close(struct file *f)
{
    struct directory *d = f->object;
    p9_clunk(d->fid);
    kfree(d->path);
    kfree(d);
    return 0;
}

static const char *directory_path(struct file *f)
{
    return ((struct directory *)f->object)->path;
}

static const struct file_ops directory_ops = {
    .stat = directory_stat,
    .readdir = directory_readdir,
    .sync = directory_sync,
    .set_attributes = directory_set_attributes,
    .close = directory_close,
    .path = directory_path,
};

static int open_directory(struct walk *w, int flags, struct file **out)
{
    struct p9_qid qid;
    if ((flags & O_ACCMODE) != O_RDONLY || (flags & (O_CREAT | O_TRUNC)))
        return -EISDIR;
    size_t length = strlen(w->path) + 1;
    struct directory *d = kalloc(sizeof(*d));
    char *path = kalloc(length);
    struct file *f = d && path ? file_new(&directory_ops, flags, d) : NULL;
    if (!f) {
        kfree(path);
        kfree(d);
        return -ENOMEM;
    }
    d->path = memcpy(path, w->path, length);
    /* A fid of its own: the root's must stay one that can be walked from. */
    int error = p9_walk(w->fid, NULL, 0, &d->fid, NULL, NULL);
    if (error == 0) {
        error = p9_lopen(d->fid, P9_O_RDONLY | P9_O_DIRECTORY, &qid);
        if (error)
            p9_clunk(d->fid);
    }
    if (error) {
        kfree(f);
        kfree(path);
        kfree(d);
        return error;
    }
    *out = f;
    return 0;
}

/* ---- opening */

/* Makes a file of an open fid, which is taken over on success. */
static int open_regular(uint32_t fid, const struct p9_qid *qid, const char *path, int flags, struct file **out)
{
    struct p9_file *object;
    struct file *f = file_new(&share_ops, flags, NULL);
    if (!f)
        return -ENOMEM;
    int error = p9_file_new(fid, qid, path, (flags & O_ACCMODE) == O_RDWR, &object);
    if (error) {
        kfree(f);
        return error;
    }
    f->object = object;
    *out = f;
    return 0;
}

static int open_existing(struct walk *w, int flags, struct file **out)
{
    struct file_stat st;
    struct p9_qid qid;
    int error = p9_getattr(w->fid, &st);
    if (error)
        return error;
    if (st.type != FILE_REGULAR)
        return -ENXIO; /* a pipe, socket or device of the host: opening it could wait for ever */
    bool truncate = (flags & O_TRUNC) && (flags & O_ACCMODE) != O_RDONLY;
    error = p9_lopen(w->fid, wire_flags(flags), &qid);
    if (error == 0)
        error = open_regular(w->fid, &qid, w->path, flags, out);
    if (error)
        return error;
    (void)walk_take_fid(w);
    if (truncate && st.size > 0) {
        error = share_truncate(*out, 0);
        if (error)
            file_put(*out);
    }
    return error;
}

static int create(struct walk *w, int flags, uint32_t mode, struct file **out)
{
    uint32_t fid;
    struct p9_qid qid;
    if (w->wants_directory)
        return -EISDIR;
    int error = p9_walk(w->parent, NULL, 0, &fid, NULL, NULL);
    if (error)
        return error;
    error = p9_lcreate(fid, w->name, wire_flags(flags) | P9_O_CREAT | P9_O_EXCL, mode & P9_S_PERMISSIONS, &qid);
    if (error == 0)
        error = open_regular(fid, &qid, w->path, flags, out);
    if (error)
        p9_clunk(fid);
    return error;
}

int share_open(struct walk *w, int flags, uint32_t mode, struct file **out)
{
    if (!w->found)
        return create(w, flags, mode, out);
    if ((flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (walk_is_link(w))
        return -ELOOP; /* O_NOFOLLOW */
    if (walk_is_directory(w))
        return open_directory(w, flags, out);
    if (flags & O_DIRECTORY)
        return -ENOTDIR;
    return open_existing(w, flags, out);
}
