/* sys/stat.h: newlib's, and the names that it keeps from everybody but Cygwin. */
#ifndef BOWER_SYS_STAT_H
#define BOWER_SYS_STAT_H
#ifdef BOWER_TIME_H
#include_next <sys/stat.h>
#else /* newlib's would bring <time.h> along, whose names are the program's own where it does not include it */
#define BOWER_TIME_H
#include_next <sys/stat.h>
#undef BOWER_TIME_H
#endif
#include <sys/_largefile.h>

#undef S_BLKSIZE
#define S_BLKSIZE 512 /* the unit of st_blocks */
#define UTIME_NOW (-2L)
#define UTIME_OMIT (-1L)

__BEGIN_DECLS
int lstat(const char *__restrict path, struct stat *__restrict out);
__END_DECLS

#endif
