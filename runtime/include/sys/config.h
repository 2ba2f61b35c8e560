/* sys/config.h: newlib's, with one reent structure per thread (as newlib itself was built: see the Makefile). */
#ifndef BOWER_SYS_CONFIG_H
#define BOWER_SYS_CONFIG_H
#ifndef __DYNAMIC_REENT__
#define __DYNAMIC_REENT__ 1
#endif
#include_next <sys/config.h>
#endif
