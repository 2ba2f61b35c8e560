/* sys/statfs.h: Linux's elder form of <sys/statvfs.h>. */
#ifndef _SYS_STATFS_H
#define _SYS_STATFS_H
#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
    int __val[2];
} fsid_t;

struct statfs {
    long f_type; /* 0x01021997: 9p */
    long f_bsize;
    fsblkcnt_t f_blocks, f_bfree, f_bavail;
    fsfilcnt_t f_files, f_ffree;
    fsid_t f_fsid;
    long f_namelen, f_frsize, f_flags;
};

__BEGIN_DECLS
int statfs(const char *path, struct statfs *out);
int fstatfs(int fd, struct statfs *out);
__END_DECLS

#endif
