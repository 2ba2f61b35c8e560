/*
 * sys/signal.h: newlib's numbers and functions, with the sigaction of POSIX: newlib's has neither SA_SIGINFO nor
 * sa_sigaction. Signals here are those that the program raises in itself; they are delivered before raise returns.
 */
#ifndef BOWER_SYS_SIGNAL_H
#define BOWER_SYS_SIGNAL_H
#define sigaction newlib_sigaction
#undef SA_NOCLDSTOP
#include_next <sys/signal.h>
#undef sigaction

#undef SA_NOCLDSTOP
#define SA_NOCLDSTOP 1
#define SA_SIGINFO 4
#define SA_ONSTACK 0x08000000
#define SA_RESTART 0x10000000
#define SA_NODEFER 0x40000000
#define SA_RESETHAND 0x80000000

#if __POSIX_VISIBLE
struct sigaction {
    union {
        _sig_func_ptr handler;
        void (*action)(int, siginfo_t *, void *);
    } bower_handler;
    sigset_t sa_mask;
    int sa_flags;
};
#define sa_handler bower_handler.handler
#define sa_sigaction bower_handler.action

__BEGIN_DECLS
int sigaction(int signal, const struct sigaction *action, struct sigaction *old);
__END_DECLS
#endif

#endif
