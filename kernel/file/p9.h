/*
 * p9.h: the host's directory (9P2000.L over virtio-9p): operations on names and open files of the share.
 *
 * Blocking functions, thread context unless said otherwise; no spinlock may be held. Strings and structures lie in
 * memory that is always resident (callers copy the program's strings first). All return 0 or a negative errno.
 * A fid is the server's handle on a file or directory, walked to by name; p9_clunk gives it back.
 */
#ifndef KERNEL_FILE_P9_H
#define KERNEL_FILE_P9_H

#include "kernel/pager/backing.h"
#include "kernel/file/file.h"
#include "kernel/file/p9_wire.h"

#define P9_ROOT_FID 0u

/* Starts the share; boot context, interrupts deliverable. Without a device there is no share: nothing is logged. */
void p9_init(void);
bool p9_present(void);

/* One name of a path: no '/', not empty, at most P9_NAME_MAX bytes. */
struct p9_name {
    const char *s;
    size_t n;
};

/*
 * Walks n names from a fid, at most P9_MAX_WALK. *walked (may be NULL) and qids (n of them, may be NULL) tell how far it
 * went; only if all names were found is it 0 and *fid a new fid. n = 0 copies the fid.
 */
int p9_walk(uint32_t from, const struct p9_name *names, unsigned n, uint32_t *fid, struct p9_qid *qids, unsigned *walked);
/* Gives a fid back. The root's stays. */
void p9_clunk(uint32_t fid);
int p9_getattr(uint32_t fid, struct file_stat *out);
/* valid: P9_SETATTR_*. */
struct p9_setattr {
    uint32_t valid, mode;
    uint64_t size;
    int64_t atime_s, mtime_s;
    uint32_t atime_ns, mtime_ns;
};
/* Both times, and nothing else. */
static inline struct p9_setattr p9_times(int64_t atime_s, uint32_t atime_ns, int64_t mtime_s, uint32_t mtime_ns)
{
    return (struct p9_setattr){
        .valid = P9_SETATTR_ATIME | P9_SETATTR_MTIME | P9_SETATTR_ATIME_SET | P9_SETATTR_MTIME_SET,
        .atime_s = atime_s,
        .atime_ns = atime_ns,
        .mtime_s = mtime_s,
        .mtime_ns = mtime_ns,
    };
}
int p9_setattr(uint32_t fid, const struct p9_setattr *attr);
int p9_lopen(uint32_t fid, uint32_t flags, struct p9_qid *qid);
/* fid is a directory before and the new, open file after. */
int p9_lcreate(uint32_t fid, struct p9_name name, uint32_t flags, uint32_t mode, struct p9_qid *qid);
int p9_mkdir(uint32_t directory, struct p9_name name, uint32_t mode);
int p9_symlink(uint32_t directory, struct p9_name name, const char *target);
int p9_link(uint32_t directory, uint32_t fid, struct p9_name name);
int p9_renameat(uint32_t from_directory, struct p9_name from, uint32_t to_directory, struct p9_name to);
int p9_unlinkat(uint32_t directory, struct p9_name name, uint32_t flags);
int64_t p9_readlink(uint32_t fid, char *out, size_t size); /* bytes, not terminated; -ENAMETOOLONG if there are more */
int p9_fsync(uint32_t fid);
int p9_statfs(uint32_t fid, uint64_t *bsize, uint64_t *blocks, uint64_t *bfree);
/*
 * Entries of an open directory from a position on (0: the first) as they come on the wire: bytes in out (size at least 1
 * KiB), 0 at the end. p9_next_entry takes them apart: 1, 0 at the end, -EIO for what is no entry.
 */
int64_t p9_readdir(uint32_t fid, uint64_t position, void *out, size_t size);
int p9_next_entry(struct p9_buffer *b, struct file_dirent *out, uint64_t *next_position);

/*
 * An open regular file: something that can be paged. Lives until the last reference to its backing goes; that waits for
 * the server, so backing_put must not be called under a spinlock.
 *
 * QEMU's server finds a file's attributes by its path, even for an open fid. Files therefore remember the path that they were
 * opened by, and one that lost it (unlinked, or replaced by a rename) keeps its attributes here: see p9_file.c.
 */
struct p9_file;

/* Takes over an open fid; on failure it stays the caller's. path: absolute, free of links and dots. */
int p9_file_new(uint32_t fid, const struct p9_qid *qid, const char *path, bool writable, struct p9_file **out);
struct backing *p9_file_backing(struct p9_file *f);
int p9_file_stat(struct p9_file *f, struct file_stat *out);
/* Bytes that may be read at most: INT64_MAX unless only we know the size. */
uint64_t p9_file_read_limit(struct p9_file *f);
int p9_file_truncate(struct p9_file *f, uint64_t size);
/* Mode and times. -ENOENT for a file that lost its name: the server could not find it. */
int p9_file_setattr(struct p9_file *f, const struct p9_setattr *attr);

/* Is a file of this path open? */
bool p9_path_is_open(const char *path);
/* The name was taken from its file; `last`: the file's attributes just before. */
void p9_path_lost(const char *path, const struct file_stat *last);
/* What was `from` is `to` now, and whatever lay below it. -ENOMEM: open files below it keep stale names. */
int p9_path_renamed(const char *from, const char *to);

/* An unnamed file for what has to leave memory and has no file: gone with the last reference. */
int p9_scratch(struct backing **out);

#endif
