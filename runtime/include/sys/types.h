/*
 * sys/types.h: newlib's. As in Linux, <endian.h> and <sys/select.h> come with it and with <stdlib.h>. Other headers define
 * BOWER_PLAIN_TYPES while they include it: to a program without those two, select, BIG_ENDIAN and htobe32 are its own names.
 */
#ifndef __timer_t_defined
#define __timer_t_defined
typedef void *timer_t; /* newlib's is a number */
#endif
#ifdef _SYS_SELECT_H
#include_next <sys/types.h>
#else
#define _SYS_SELECT_H /* not yet */
#include_next <sys/types.h>
#undef _SYS_SELECT_H
#endif
#if __BSD_VISIBLE && !defined(BOWER_PLAIN_TYPES)
#include <endian.h>
#include <sys/select.h>
#endif
