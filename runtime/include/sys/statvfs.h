/* sys/statvfs.h: the file system behind the share. */
#ifndef _SYS_STATVFS_H
#define _SYS_STATVFS_H
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_largefile.h>

struct statvfs {
    unsigned long f_bsize;
    unsigned long f_frsize; /* the unit of f_blocks, f_bfree and f_bavail */
    fsblkcnt_t f_blocks, f_bfree, f_bavail;
    fsfilcnt_t f_files, f_ffree, f_favail; /* 0: not known here */
    unsigned long f_fsid;
    unsigned long f_flag;
    unsigned long f_namemax;
};

#define ST_RDONLY 1
#define ST_NOSUID 2

__BEGIN_DECLS
int statvfs(const char *path, struct statvfs *out);
int fstatvfs(int fd, struct statvfs *out);
__END_DECLS

#endif
