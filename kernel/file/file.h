/*
 * file.h: open files: what stands behind a descriptor. Console, /dev disks, the host share ("/", virtio-9p), directories.
 *
 * Thread context only; may block; buffers may lie in pageable memory (no lock is held while they are touched).
 * Every function returns a count or 0, or a negative errno. Paths are absolute or relative to the working directory.
 */
#ifndef KERNEL_FILE_FILE_H
#define KERNEL_FILE_FILE_H

#include "kernel/pager/backing.h"
#include "kernel/types.h"

struct file;

enum file_type { FILE_REGULAR,
                 FILE_DIRECTORY,
                 FILE_CHAR,
                 FILE_BLOCK,
                 FILE_SYMLINK };

struct file_stat {
    enum file_type type;
    uint32_t mode; /* permission bits */
    uint64_t ino, dev, nlink;
    uint64_t size; /* bytes */
    uint32_t uid, gid;
    uint64_t blksize, blocks;
    int64_t atime_s, mtime_s, ctime_s;
    uint32_t atime_ns, mtime_ns, ctime_ns;
};

struct file_dirent {
    uint64_t ino;
    enum file_type type;
    char name[256];
};

/* flags: newlib's O_* (RDONLY WRONLY RDWR CREAT EXCL TRUNC APPEND DIRECTORY); mode for O_CREAT. */
int file_open(const char *path, int flags, uint32_t mode, struct file **out);
void file_get(struct file *f);
int file_put(struct file *f); /* close: the last reference's error is returned */

int64_t file_read(struct file *f, void *buffer, size_t n);
int64_t file_write(struct file *f, const void *buffer, size_t n);
int64_t file_pread(struct file *f, void *buffer, size_t n, uint64_t offset);
int64_t file_pwrite(struct file *f, const void *buffer, size_t n, uint64_t offset);
int64_t file_seek(struct file *f, int64_t offset, int whence);
int file_stat(struct file *f, struct file_stat *out);
int file_truncate(struct file *f, uint64_t size);
int file_sync(struct file *f);
/* -EPERM for what has neither: console, disks. -ENOENT for a file that was unlinked. */
int file_chmod(struct file *f, uint32_t mode);
int file_utimes(struct file *f, int64_t atime_s, uint32_t atime_ns, int64_t mtime_s, uint32_t mtime_ns);
/* 1 and an entry, 0 at the end; the position is the file's own; file_seek(f, 0, SEEK_SET) rewinds. */
int file_readdir(struct file *f, struct file_dirent *out);
bool file_is_tty(struct file *f);
bool file_is_ready(struct file *f); /* a read would not wait for bytes to come */
/*
 * The path of an open directory, NUL included. -ENOTDIR, -ERANGE; -ENOENT once the path that it was opened by leads
 * elsewhere.
 */
int file_directory_path(struct file *f, char *buffer, size_t n);
int file_flags(struct file *f);                /* O_* as opened */
int file_set_flags(struct file *f, int flags); /* O_APPEND, O_NONBLOCK */

/* For mmap: a reference to what can be paged, NULL for zeros, or -ENODEV (console, directory). Writable as the file was opened. */
int file_backing(struct file *f, struct backing **out);

/* The program's string, in so many bytes at most, its end included: its length, -EFAULT (it is in forbidden memory) or -ENAMETOOLONG. */
int64_t path_copy(char *to, const char *path, size_t room);
int path_stat(const char *path, bool follow, struct file_stat *out);
int path_unlink(const char *path);
int path_rmdir(const char *path);
int path_mkdir(const char *path, uint32_t mode);
int path_rename(const char *from, const char *to);
int path_link(const char *from, const char *to);
int path_symlink(const char *target, const char *path);
int64_t path_readlink(const char *path, char *buffer, size_t n);
int path_truncate(const char *path, uint64_t size);
int path_chmod(const char *path, uint32_t mode);
int path_utimes(const char *path, int64_t atime_s, uint32_t atime_ns, int64_t mtime_s, uint32_t mtime_ns);
int path_access(const char *path, int mode); /* R_OK | W_OK | X_OK | F_OK */
int path_chdir(const char *path);
int path_getcwd(char *buffer, size_t n);
/* At the end: takes the share's folder tmp away if it was made for the program, which named /tmp, and is empty. */
void path_leave_tmp(void);
/* Bytes of the host file system: block size, blocks, free blocks. */
int path_statfs(const char *path, uint64_t *bsize, uint64_t *blocks, uint64_t *bfree);

/* The three that a program starts with. */
struct file *file_console(int descriptor); /* 0, 1 or 2 */

#endif
