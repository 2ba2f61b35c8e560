/* errno.h: newlib's, with what glibc's says of the program's name. */
#ifndef BOWER_ERRNO_H
#define BOWER_ERRNO_H
#include_next <errno.h>

#if __GNU_VISIBLE
extern char *program_invocation_name, *program_invocation_short_name;
#endif
#endif
