/* utime.h */
#ifndef BOWER_UTIME_H
#define BOWER_UTIME_H
#include <sys/cdefs.h>
#include <sys/types.h>
#include_next <utime.h>
__BEGIN_DECLS
int utime(const char *path, const struct utimbuf *times);
__END_DECLS
#endif
