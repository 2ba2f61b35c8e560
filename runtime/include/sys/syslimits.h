/* sys/syslimits.h: newlib's, with the limits that hold here. */
#ifndef BOWER_SYS_SYSLIMITS_H
#define BOWER_SYS_SYSLIMITS_H
#include_next <sys/syslimits.h>
#undef PATH_MAX
#define PATH_MAX 4096
#undef OPEN_MAX
#define OPEN_MAX 256
#endif
