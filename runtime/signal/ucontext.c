/*
 * ucontext.c: coroutines: <ucontext.h>. The registers are ucontext.S's part; here are signal masks and new contexts. A context
 * may go on in another thread than the one that it was left in, if the program sees to it that one at a time does.
 */
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <ucontext.h>

#include "runtime/api.h"
#include "runtime/signal/signal.h"

#define IN_REGISTERS 8 /* arguments; further ones lie on the stack */

_Static_assert(offsetof(ucontext_t, uc_mcontext) == 0 && offsetof(mcontext_t, arguments) == 208 && offsetof(mcontext_t, fcsr) == 272,
               "ucontext.S knows these");

_Noreturn void ucontext_resume(const ucontext_t *there);
void ucontext_begin(void);
int ucontext_saved(ucontext_t *here);
int ucontext_swap(ucontext_t *here, const ucontext_t *there);
_Noreturn void ucontext_end(const ucontext_t *next);

/* The rest of getcontext. */
int ucontext_saved(ucontext_t *here)
{
    signal_change_mask(SIG_BLOCK, NULL, &here->uc_sigmask);
    return 0;
}

static _Noreturn void go_on(const ucontext_t *there)
{
    signal_change_mask(SIG_SETMASK, &there->uc_sigmask, NULL);
    ucontext_resume(there);
}

/* The rest of swapcontext. */
int ucontext_swap(ucontext_t *here, const ucontext_t *there)
{
    ucontext_saved(here);
    go_on(there);
}

void ucontext_end(const ucontext_t *next)
{
    if (!next)
        exit(0);
    go_on(next);
}

API int setcontext(const ucontext_t *there)
{
    go_on(there);
}

API void makecontext(ucontext_t *context, void (*function)(void), int n, ...)
{
    mcontext_t *m = &context->uc_mcontext;
    uintptr_t top = (uintptr_t)context->uc_stack.ss_sp + context->uc_stack.ss_size;
    int on_stack = n > IN_REGISTERS ? n - IN_REGISTERS : 0;
    unsigned long *more = (unsigned long *)((top - (uintptr_t)on_stack * sizeof(long)) & ~(uintptr_t)15);
    va_list arguments;

    va_start(arguments, n);
    for (int i = 0; i < n; i++)
        *(i < IN_REGISTERS ? &m->arguments[i] : &more[i - IN_REGISTERS]) = va_arg(arguments, unsigned long);
    va_end(arguments);
    m->pc = (uintptr_t)ucontext_begin;
    m->sp = (uintptr_t)more;
    m->s[0] = 0; /* the frame pointer: reports stop here */
    m->s[1] = (uintptr_t)function;
    m->s[2] = (uintptr_t)context->uc_link;
}
