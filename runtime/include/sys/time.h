/* sys/time.h: newlib's; it also brings <sys/select.h>, as Linux's does. */
#ifndef BOWER_SYS_TIME_H
#define BOWER_SYS_TIME_H
#include_next <sys/time.h>
#include <sys/select.h>
#endif
