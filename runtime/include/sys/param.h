/* sys/param.h: newlib's, with the macros of glibc's that are not there. */
#ifndef BOWER_SYS_PARAM_H
#define BOWER_SYS_PARAM_H
#include <limits.h>
#include <signal.h>
#include <sys/types.h>

#include_next <sys/param.h>

#define MAXHOSTNAMELEN 64

#define roundup(x, y) (((x) + ((y)-1)) / (y) * (y))
#define powerof2(x) ((((x)-1) & (x)) == 0)

#define setbit(a, i) ((a)[(i) / NBBY] |= (char)(1 << (i) % NBBY))
#define clrbit(a, i) ((a)[(i) / NBBY] &= (char)~(1 << (i) % NBBY))
#define isset(a, i) ((a)[(i) / NBBY] & 1 << (i) % NBBY)
#define isclr(a, i) (!isset(a, i))
#endif
