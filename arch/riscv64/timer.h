/*
 * timer.h: the clock of each hart, for the machine's own files; drivers set it through arch/irq.h. Interrupts off, but for timer_ticks and
 * what boot does.
 */
#ifndef ARCH_RISCV64_TIMER_H
#define ARCH_RISCV64_TIMER_H

#include "arch/riscv64/hart_state.h"

/* Boot, before anything asks for the time. has_sstc: every hart has it. */
void timer_init(uint64_t ticks_per_second, bool has_sstc);
/* Boot: the device tree has a wall clock here. */
void rtc_found(paddr_t base);
/* Boot of each hart, by itself. */
void timer_start_hart(void);
/* The clock has rung, or may have: calls the handler of timer_set if its time has come. */
void timer_fire(void);
/* The clock of this hart rings at this tick, or sooner for the sampler. */
void timer_aim(const struct hart *h, uint64_t deadline);
/* The first tick at which time_ns() is not before ns. */
uint64_t timer_ticks(uint64_t ns);
/* Around the wfi of a hart that idles. */
void timer_begin_wait(const struct hart *h);
void timer_end_wait(struct hart *h);
/* Around one after which it looks again: the clock rings after so long at the latest. */
void timer_begin_rest(const struct hart *h, uint64_t ns);
void timer_end_rest(const struct hart *h);

#endif
