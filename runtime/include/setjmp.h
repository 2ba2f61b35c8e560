/* setjmp.h: newlib's, and POSIX's forms that keep the signal mask, or surely do not. */
#ifndef BOWER_SETJMP_H
#define BOWER_SETJMP_H
#include <sys/cdefs.h>
#include_next <setjmp.h>
#include <sys/_sigset.h>

/* Some handlers cannot be left so (runtime/signal/alarm.h). */
#define longjmp(env, value) longjmp(bower_before_jump(env), value)
#define _setjmp(env) setjmp(env)
#define _longjmp(env, value) longjmp(env, value)

#ifndef _SIGSET_T_DECLARED
#define _SIGSET_T_DECLARED
typedef __sigset_t sigset_t;
#endif

typedef struct {
    jmp_buf registers;
    int with_mask;
    sigset_t mask;
} sigjmp_buf[1];

__BEGIN_DECLS
void bower_keep_mask(sigjmp_buf env, int with_mask);
long long *bower_before_jump(long long *env); /* returns env */
void siglongjmp(sigjmp_buf env, int value) __attribute__((noreturn));
__END_DECLS
/* A macro, since the registers must be those of the caller. */
#define sigsetjmp(env, with_mask) (bower_keep_mask(env, with_mask), setjmp((env)->registers))

#endif
