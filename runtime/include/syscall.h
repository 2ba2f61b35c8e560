/* syscall.h: another name of <sys/syscall.h>. */
#ifndef BOWER_SYSCALL_H
#define BOWER_SYSCALL_H
#include <sys/syscall.h>
#endif
