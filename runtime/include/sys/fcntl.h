/* sys/fcntl.h: newlib's, and the flags and calls of POSIX that it lacks. */
#ifndef BOWER_SYS_FCNTL_H
#define BOWER_SYS_FCNTL_H
#include_next <sys/fcntl.h>
#include <sys/_largefile.h>

/* Names of flags in a file that is open: a program has other uses for them. */
#undef FOPEN
#undef FREAD
#undef FWRITE
#undef FMARK
#undef FDEFER
#undef FSHLOCK
#undef FEXLOCK
#undef FEXCL
#undef FCREAT
#undef FTRUNC
#undef FSYNC
#undef FNOCTTY
#undef FNBIO
#undef FNONBIO

#ifndef O_DSYNC
#define O_DSYNC O_SYNC
#define O_RSYNC O_SYNC
#endif
#ifndef O_LARGEFILE
#define O_LARGEFILE 0
#endif
#ifndef O_NDELAY
#define O_NDELAY O_NONBLOCK
#endif

#define POSIX_FADV_NORMAL 0
#define POSIX_FADV_RANDOM 1
#define POSIX_FADV_SEQUENTIAL 2
#define POSIX_FADV_WILLNEED 3
#define POSIX_FADV_DONTNEED 4
#define POSIX_FADV_NOREUSE 5

/* As glibc's <fcntl.h>, which brings these of <unistd.h>. */
#ifndef SEEK_SET
#define SEEK_SET 0
#define SEEK_CUR 1
#define SEEK_END 2
#endif
#ifndef F_OK
#define F_OK 0
#define R_OK 4
#define W_OK 2
#define X_OK 1
#endif

__BEGIN_DECLS
/* Both return 0 or an error number, not errno. */
int posix_fadvise(int fd, off_t offset, off_t length, int advice);
int posix_fallocate(int fd, off_t offset, off_t length);
#if __GNU_VISIBLE
#define FALLOC_FL_KEEP_SIZE 1
#define FALLOC_FL_PUNCH_HOLE 2
/* EOPNOTSUPP with any mode but 0. */
int fallocate(int fd, int mode, off_t offset, off_t length);
ssize_t readahead(int fd, off_t offset, size_t n);
#endif
__END_DECLS

#endif
