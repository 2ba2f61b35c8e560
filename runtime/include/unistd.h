/* unistd.h: newlib's, and what Linux declares besides. */
#ifndef BOWER_UNISTD_H
#define BOWER_UNISTD_H
#include_next <unistd.h>
#if __BSD_VISIBLE
#include <getopt.h>
__BEGIN_DECLS
pid_t gettid(void);
int brk(void *end);
__END_DECLS
#endif
#endif
