/* sys/fcntl.h: newlib's, and the flags and calls of POSIX that it lacks. */
#ifndef BOWER_SYS_FCNTL_H
#define BOWER_SYS_FCNTL_H
#include_next <sys/fcntl.h>

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

__BEGIN_DECLS
/* Both return 0 or an error number, not errno. */
int posix_fadvise(int fd, off_t offset, off_t length, int advice);
int posix_fallocate(int fd, off_t offset, off_t length);
__END_DECLS

#endif
