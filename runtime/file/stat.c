#include "runtime/file/stat.h"

#include <reent.h>
#include <string.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>

#include "runtime/api.h"
#include "runtime/file/fd.h"

mode_t stat_mode(const struct file_stat *from)
{
    static const mode_t types[] = {
        [FILE_REGULAR] = S_IFREG,
        [FILE_DIRECTORY] = S_IFDIR,
        [FILE_CHAR] = S_IFCHR,
        [FILE_BLOCK] = S_IFBLK,
        [FILE_SYMLINK] = S_IFLNK,
    };

    return types[from->type] | (from->mode & 07777);
}

void stat_translate(const struct file_stat *from, struct stat *to)
{
    memset(to, 0, sizeof(*to));
    to->st_dev = from->dev;
    to->st_ino = from->ino;
    to->st_mode = stat_mode(from);
    to->st_nlink = (nlink_t)from->nlink;
    to->st_uid = from->uid;
    to->st_gid = from->gid;
    to->st_size = (off_t)from->size;
    to->st_atim = (struct timespec){ from->atime_s, from->atime_ns };
    to->st_mtim = (struct timespec){ from->mtime_s, from->mtime_ns };
    to->st_ctim = (struct timespec){ from->ctime_s, from->ctime_ns };
    to->st_blksize = (blksize_t)from->blksize;
    to->st_blocks = (blkcnt_t)from->blocks;
}

int stat_answer(int error, const struct file_stat *from, struct stat *to)
{
    struct stat st;

    if (error)
        return api_status(error);
    stat_translate(from, &st);
    return api_copy_out(to, &st, sizeof(st));
}

int stat_fd(int fd, struct file_stat *out)
{
    struct file *file = fd_get(fd);
    int error;

    if (!file)
        return -EBADF;
    error = file_stat(file, out);
    file_put(file);
    return error;
}

int stat_own(const struct file_stat *st, uid_t owner, gid_t group)
{
    bool same = (owner == (uid_t)-1 || owner == st->uid) && (group == (gid_t)-1 || group == st->gid);

    return same ? 0 : -EPERM;
}

API int fstat(int fd, struct stat *out)
{
    struct file_stat from;
    int error = stat_fd(fd, &from);

    return stat_answer(error, &from, out);
}

API int stat(const char *restrict path, struct stat *restrict out)
{
    struct file_stat from;
    int error = path_stat(path, true, &from);

    return stat_answer(error, &from, out);
}

API int lstat(const char *restrict path, struct stat *restrict out)
{
    struct file_stat from;
    int error = path_stat(path, false, &from);

    return stat_answer(error, &from, out);
}

/*
 * struct stat as newlib's own code was compiled with it: its stdio asks for the type, the block size and the size. The
 * program's struct stat has wider fields (include/machine/_types.h).
 */
struct newlib_stat {
    int16_t dev;
    uint16_t ino;
    uint32_t mode;
    uint16_t nlink, uid, gid;
    int16_t rdev;
    int64_t size;
    struct timespec atime, mtime, ctime;
    int64_t blksize, blocks, spare[2];
};
_Static_assert(sizeof(struct newlib_stat) == 104, "newlib 3.3's struct stat on riscv64");

static int translate_for_newlib(struct _reent *reent, int error, const struct file_stat *from, struct stat *out)
{
    struct newlib_stat *to = (struct newlib_stat *)out;

    if (error) {
        reent->_errno = -error;
        return -1;
    }
    memset(to, 0, sizeof(*to));
    to->mode = stat_mode(from);
    to->size = (int64_t)from->size;
    to->blksize = (int64_t)from->blksize;
    to->blocks = (int64_t)from->blocks;
    return 0;
}

int _fstat_r(struct _reent *reent, int fd, struct stat *out)
{
    struct file_stat from;
    int error = stat_fd(fd, &from);

    return translate_for_newlib(reent, error, &from, out);
}

int _stat_r(struct _reent *reent, const char *path, struct stat *out)
{
    struct file_stat from;
    int error = path_stat(path, true, &from);

    return translate_for_newlib(reent, error, &from, out);
}

struct space {
    uint64_t bsize, blocks, bfree;
};

static int space_of_fd(int fd, struct space *out)
{
    struct file *file = fd_get(fd);

    if (!file)
        return -EBADF;
    file_put(file);
    return path_statfs("/", &out->bsize, &out->blocks, &out->bfree);
}

static int fill_statvfs(int error, const struct space *s, struct statvfs *out)
{
    if (error)
        return api_status(error);
    memset(out, 0, sizeof(*out));
    out->f_bsize = out->f_frsize = s->bsize;
    out->f_blocks = s->blocks;
    out->f_bfree = out->f_bavail = s->bfree;
    out->f_namemax = 255;
    return 0;
}

static int fill_statfs(int error, const struct space *s, struct statfs *out)
{
    if (error)
        return api_status(error);
    memset(out, 0, sizeof(*out));
    out->f_type = 0x01021997; /* Linux's V9FS_MAGIC */
    out->f_bsize = out->f_frsize = (long)s->bsize;
    out->f_blocks = s->blocks;
    out->f_bfree = out->f_bavail = s->bfree;
    out->f_namelen = 255;
    return 0;
}

API int statvfs(const char *path, struct statvfs *out)
{
    struct space s;
    int error = path_statfs(path, &s.bsize, &s.blocks, &s.bfree);

    return fill_statvfs(error, &s, out);
}

API int fstatvfs(int fd, struct statvfs *out)
{
    struct space s;
    int error = space_of_fd(fd, &s);

    return fill_statvfs(error, &s, out);
}

API int statfs(const char *path, struct statfs *out)
{
    struct space s;
    int error = path_statfs(path, &s.bsize, &s.blocks, &s.bfree);

    return fill_statfs(error, &s, out);
}

API int fstatfs(int fd, struct statfs *out)
{
    struct space s;
    int error = space_of_fd(fd, &s);

    return fill_statfs(error, &s, out);
}
