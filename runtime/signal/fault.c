#include "runtime/signal/fault.h"

#include <signal.h>

#include "arch/catch.h"
#include "kernel/pager/pager.h"
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
