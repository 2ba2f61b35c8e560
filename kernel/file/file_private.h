/*
 * file_private.h: what the parts of the file layer (file*.c) know of each other.
 */
#ifndef KERNEL_FILE_FILE_PRIVATE_H
#define KERNEL_FILE_FILE_PRIVATE_H

#include <string.h>

#include "kernel/file/file.h"
#include "kernel/file/p9.h"
#include "kernel/thread/semaphore.h"

#define FILE_PATH_MAX 4096  /* with the terminator, as in Linux */
#define FILE_DEV_ID 1u      /* st_dev of what is under /dev; */
#define FILE_SHARE_ID 2u    /* ... and of the share */
#define FILE_BLKSIZE 32768u /* st_blksize: what stdio reads and writes at once */

struct file_ops {
    /* At an offset; streams ignore it. A count or a negative errno. NULL: not for this kind of file. */
    int64_t (*read)(struct file *f, void *buffer, size_t n, uint64_t offset);
    int64_t (*write)(struct file *f, const void *buffer, size_t n, uint64_t offset);
    int (*stat)(struct file *f, struct file_stat *out);
    int (*truncate)(struct file *f, uint64_t size);
    int (*sync)(struct file *f);
    int (*set_attributes)(struct file *f, const struct p9_setattr *attr); /* mode, times */
    /* The entry at f->position, which moves on. Called with f->position_lock. */
    int (*readdir)(struct file *f, struct file_dirent *out);
    struct backing *(*backing)(struct file *f);
    int (*close)(struct file *f);
    bool (*ready)(struct file *f);       /* NULL: always */
    const char *(*path)(struct file *f); /* of a directory */
    bool stream;                         /* has no offset */
    bool console;
    bool zeros; /* what maps it has memory of its own */
};

struct file {
    const struct file_ops *ops;
    uint32_t refs;
    int flags;                      /* O_*, as opened and as set later */
    struct semaphore position_lock; /* protects position; held during reads and writes that use it. Outside vm's locks */
    uint64_t position;
    void *object; /* the kind's own */
    uint64_t numbers[2];
};

/* A file with one reference, or NULL. */
struct file *file_new(const struct file_ops *ops, int flags, void *object);

/* ---- file_io.c: bytes at any offset through a backing, by way of pages of our own */

/* granule: 1, or the page size for devices that know whole blocks only. limit: bytes that the file has. */
int64_t file_io_read(struct backing *b, void *buffer, size_t n, uint64_t offset, uint64_t granule, uint64_t limit);
int64_t file_io_write(struct backing *b, const void *buffer, size_t n, uint64_t offset, uint64_t granule, uint64_t limit);

/* ---- file_walk.c: from paths to files */

enum walk_flags {
    WALK_FOLLOW = 1,
    WALK_PARENT = 2,
};
enum walk_place {
    PLACE_SHARE,
    PLACE_DEV,
};

/*
 * What a path leads to. In the share: fid if found (else P9_NOFID, and only the last name is missing); with
 * WALK_PARENT, parent and name unless the path ends at the root or with a dot. In /dev: name is empty for /dev itself.
 */
struct walk {
    enum walk_place place;
    bool found;
    bool wants_directory; /* the path ended with a slash */
    uint32_t fid, parent;
    struct p9_qid qid;
    struct p9_name name; /* points into path */
    /* Absolute, without dots, links and double slashes; "/" for the root. */
    char path[FILE_PATH_MAX];
    /* Working space */
    char rest[2 * FILE_PATH_MAX], link[FILE_PATH_MAX];
    char *next;
    unsigned links;
};

/*
 * On success *out is a walk for walk_end. -ENOENT, -ENOTDIR, -ELOOP, -ENAMETOOLONG, -EACCES, -ENODEV (there is no share),
 * -ENOMEM.
 */
int walk_path(const char *path, unsigned flags, struct walk **out);
void walk_end(struct walk *w);
/* The fid is the caller's from now on. */
uint32_t walk_take_fid(struct walk *w);
static inline bool walk_is_directory(const struct walk *w) { return w->qid.type & P9_QID_DIR; }
static inline bool walk_is_link(const struct walk *w) { return w->qid.type & P9_QID_SYMLINK; }

static inline bool is_name(struct p9_name name, const char *s)
{
    return name.n == strlen(s) && memcmp(name.s, s, name.n) == 0;
}

/* ---- kinds */

int share_open(struct walk *w, int flags, uint32_t mode, struct file **out);
/* Whether a device has that name. */
bool dev_has(struct p9_name name);
int dev_open(const struct walk *w, int flags, struct file **out);
int dev_stat(const struct walk *w, struct file_stat *out);

#endif
