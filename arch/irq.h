/*
 * irq.h: device interrupts (PLIC) and the one-shot timer of each hart.
 *
 * A handler runs on the hart that claimed the interrupt, with SIE off: from the trap handler when interrupts are on, or
 * from hart_idle. It may run while a fault waits for a device, so it may take spinlocks, but must not
 * block, allocate or touch pageable memory. A source that is shared by two devices takes two registrations.
 */
#ifndef ARCH_IRQ_H
#define ARCH_IRQ_H

#include "kernel/types.h"

typedef void irq_handler(void *arg);

/* Sources that are registered from now on interrupt the first so many harts alone. Boot, once the harts have started. */
void irq_keep_to(unsigned first_harts);

/*
 * Adds a handler for a PLIC source, sets its priority to 1 and enables it for every hart that takes interrupts. Boot or thread context.
 * 0, -EINVAL (no such source), -ENOSPC (too many handlers).
 */
int irq_register(uint32_t irq, irq_handler *handler, void *arg);

/*
 * One shot: calls handler(arg) on this hart, in the context described above, once time_ns() >= deadline_ns. A new call
 * replaces the deadline of the hart that makes it; timer_cancel forgets it. Interrupts off.
 */
void timer_set(uint64_t deadline_ns, irq_handler *handler, void *arg);
void timer_cancel(void);

/* Wall clock: nanoseconds since 1970-01-01 UTC (goldfish RTC of the device tree; 0 if there is none). */
uint64_t wall_clock_ns(void);

#endif
