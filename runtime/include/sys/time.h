/* sys/time.h: newlib's without <time.h> and the arithmetic of BSD, and with <sys/select.h>, as Linux's. */
#ifndef BOWER_SYS_TIME_H
#define BOWER_SYS_TIME_H
#ifdef BOWER_TIME_H
#include_next <sys/time.h>
#else
#define BOWER_TIME_H
#include_next <sys/time.h>
#undef BOWER_TIME_H
#endif
#include <sys/select.h>
#undef timespecclear
#undef timespecisset
#undef timespeccmp
#undef timespecadd
#undef timespecsub
#endif
