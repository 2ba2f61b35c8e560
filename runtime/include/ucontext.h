/* ucontext.h: contexts that a program changes between by itself: coroutines. */
#ifndef BOWER_UCONTEXT_H
#define BOWER_UCONTEXT_H
#include <signal.h>
#include <sys/cdefs.h>

/* What a call preserves (psABI) and fcsr, as runtime/signal/ucontext.S puts them here, and what a new context's function is called with. */
typedef struct {
    unsigned long pc, sp, s[12];
    double fs[12];
    unsigned long arguments[8];
    unsigned long fcsr;
} mcontext_t;

typedef struct ucontext {
    mcontext_t uc_mcontext; /* first: ucontext.S */
    unsigned long uc_flags;
    struct ucontext *uc_link;
    stack_t uc_stack;
    sigset_t uc_sigmask;
} ucontext_t;

__BEGIN_DECLS
int getcontext(ucontext_t *here) __attribute__((returns_twice));
int setcontext(const ucontext_t *there);
int swapcontext(ucontext_t *__restrict here, const ucontext_t *__restrict there) __attribute__((returns_twice));
void makecontext(ucontext_t *context, void (*function)(void), int n, ...);
__END_DECLS
#endif
