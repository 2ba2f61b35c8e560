/* linux/limits.h: the part of Linux's limits that limits.h has. */
#ifndef BOWER_LINUX_LIMITS_H
#define BOWER_LINUX_LIMITS_H
#include <limits.h>
#endif
