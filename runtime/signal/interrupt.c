#include "runtime/signal/interrupt.h"

#include <signal.h>

#include "arch/console.h"
#include "arch/hart.h"
#include "kernel/log.h"
#include "runtime/signal/signal.h"
#include "runtime/thread/thread.h"

#define INTERRUPT 3 /* ETX, what a terminal's Ctrl-C is */

static uint32_t is_wanted; /* SIGINT from outside: 0 or 1; atomic */
static bool is_expected;   /* a timer has been set; atomic */

/* Also says that one was delivered: scripts/launch/console.py reads it. */
static void tell_launcher(bool wanted)
{
    log_printf("\2sigint=%d\n", wanted);
}

void interrupt_want(bool wanted)
{
    if (__atomic_exchange_n(&is_wanted, (uint32_t)wanted, __ATOMIC_RELAXED) != (uint32_t)wanted)
        tell_launcher(wanted);
}

bool interrupt_is_wanted(void)
{
    return __atomic_load_n(&is_wanted, __ATOMIC_RELAXED) != 0;
}

void interrupt_expect(void)
{
    __atomic_store_n(&is_expected, true, __ATOMIC_RELEASE);
    signal_announce(); /* who sleeps has to look for them now */
}

bool interrupt_may_come(void)
{
    return interrupt_is_wanted() || __atomic_load_n(&is_expected, __ATOMIC_RELAXED);
}

bool interrupt_check(void)
{
    bool handled = __atomic_load_n(&is_expected, __ATOMIC_RELAXED) && signal_deliver_due();

    if (!interrupt_is_wanted() || signal_is_blocked(SIGINT))
        return handled;
    while (console_read() == INTERRUPT) {
        tell_launcher(true);
        handled |= signal_from_outside(SIGINT);
    }
    return handled;
}

bool interrupt_take(void)
{
    bool came = interrupt_is_wanted() && console_read() == INTERRUPT;

    if (came)
        tell_launcher(true);
    return came;
}

bool interrupt_sleep_until(uint64_t deadline_ns)
{
    runtime_thread_test_cancel();
    for (;;) {
        uint32_t seen = signal_arrivals();

        signal_main_waits(true);
        if (interrupt_check())
            return true;
        if (time_ns() >= deadline_ns)
            break;
        signal_sleep(seen, deadline_ns);
    }
    signal_main_waits(false);
    return false;
}
