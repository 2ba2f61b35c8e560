/* sys/syslimits.h: newlib's, with the limits that hold here. */
#ifndef BOWER_SYS_SYSLIMITS_H
#define BOWER_SYS_SYSLIMITS_H
#include_next <sys/syslimits.h>
#undef PATH_MAX
#define PATH_MAX 4096
#undef OPEN_MAX
#define OPEN_MAX 256
#define SSIZE_MAX LONG_MAX
#define HOST_NAME_MAX 64
#define LOGIN_NAME_MAX 256
#define TTY_NAME_MAX 32
#define LONG_BIT 64
#define WORD_BIT 32
#define NZERO 20
#define PTHREAD_STACK_MIN 16384
#define PTHREAD_KEYS_MAX 1024
#define PTHREAD_DESTRUCTOR_ITERATIONS 4
#define SEM_VALUE_MAX 2147483647
#endif
