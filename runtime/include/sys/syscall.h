/*
 * sys/syscall.h: the calls that programs make by number, most because glibc long had no function for them. Numbers are
 * Linux's. Others are not defined here, and fail with ENOSYS.
 */
#ifndef BOWER_SYS_SYSCALL_H
#define BOWER_SYS_SYSCALL_H
#include <unistd.h>

#define SYS_read 63
#define SYS_write 64
#define SYS_futex 98 /* FUTEX_WAIT and FUTEX_WAKE */
#define SYS_sched_yield 124
#define SYS_getpid 172
#define SYS_gettid 178

#define __NR_read SYS_read
#define __NR_write SYS_write
#define __NR_futex SYS_futex
#define __NR_sched_yield SYS_sched_yield
#define __NR_getpid SYS_getpid
#define __NR_gettid SYS_gettid
#endif
