#include "runtime/signal/fault.h"

#include <signal.h>

#include "arch/catch.h"
#include "kernel/pager/pager.h"
#include "kernel/vm/vm.h"
#include "runtime/api.h"
#include "runtime/signal/signal.h"

/* As on Linux: a handler that returns has done something about it; who blocks or ignores the signal ends, here with a report. */
static bool on_fault(int why, vaddr_t address)
{
    siginfo_t info = { .si_signo = SIGSEGV, .si_code = SEGV_ACCERR, .si_addr = (void *)address };

    if (why == FAULT_NO_MAPPING) {
        info.si_code = SEGV_MAPERR;
    } else if (why != FAULT_PROTECTION) {
        info.si_signo = SIGBUS;
        info.si_code = BUS_ADRERR;
    }
    return signal_deliver_fault(&info);
}

void fault_signal_handled(int signal)
{
    if (signal == SIGSEGV || signal == SIGBUS)
        fault_catch(on_fault);
}

static _Thread_local stack_t alternate = { .ss_flags = SS_DISABLE };

static bool is_on(const stack_t *stack)
{
    return (uintptr_t)__builtin_frame_address(0) - (uintptr_t)stack->ss_sp < stack->ss_size;
}

static int change_stack(const stack_t *wanted)
{
    stack_t next = *wanted;

    if (is_on(&alternate))
        return -EPERM;
    if (next.ss_flags & ~(SS_ONSTACK | SS_DISABLE))
        return -EINVAL;
    if (next.ss_flags & SS_DISABLE)
        next = (stack_t){ .ss_flags = SS_DISABLE };
    else if (next.ss_size < MINSIGSTKSZ)
        return -ENOMEM;
    else if (!vm_stays((vaddr_t)next.ss_sp, next.ss_size))
        return -EINVAL;
    else
        next.ss_flags = 0;
    alternate = next;
    fault_catch_on((vaddr_t)next.ss_sp, next.ss_size);
    return 0;
}

API int sigaltstack(const stack_t *restrict stack, stack_t *restrict old)
{
    stack_t before = alternate;
    int error;

    if (is_on(&before))
        before.ss_flags = SS_ONSTACK;
    error = stack ? change_stack(stack) : 0;
    if (!error && old)
        *old = before;
    return api_status(error);
}
