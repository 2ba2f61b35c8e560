/* sys/ucontext.h: another name of <ucontext.h>. */
#ifndef BOWER_SYS_UCONTEXT_H
#define BOWER_SYS_UCONTEXT_H
#include <ucontext.h>
#endif
