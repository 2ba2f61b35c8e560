/*
 * hart.h: the hart this code runs on, and its interrupts.
 *
 * sscratch holds the pointer to the per-hart structure at all times; tp belongs to the running thread (thread-local
 * storage), so a thread that moves between harts needs no care here. this_hart() is stable only while interrupts are off.
 */
#ifndef ARCH_HART_H
#define ARCH_HART_H

#include "kernel/types.h"

#define MAX_HARTS 8

struct hart; /* arch/riscv64/hart_state.h owns the layout */

unsigned hart_count(void);

#if defined(__riscv)
/* The fault path calls these several times, so they are inline there. */
#include "arch/riscv64/hart_inline.h"
#else
struct hart *this_hart(void);
unsigned hart_index(void);            /* 0 .. hart_count() - 1, dense; not the hart id */
uint32_t *hart_locks(struct hart *h); /* a word of that hart for kernel/thread/sync.h; 0 at first */
/* Interrupts of this hart (sstatus.SIE). save returns whether they were on. */
bool irq_save(void);
void irq_restore(bool were_on);
/* Instructions retired by this hart, those of sleeping and of interrupts that were taken excluded. */
uint64_t hart_instret(void);
/*
 * Brings that page of the stack that this code stands on. Where there is none, a guard page or nothing at all, it does nothing, and nothing
 * either where a spinlock is held and the page is not there yet. At most STACK_DEEP (kernel/thread/sync.h) below sp.
 */
static inline void stack_touch(const volatile char *at)
{
    (void)at; /* the host's stacks are there */
}
#endif

/*
 * Boot, once: starts every further hart of the device tree (SBI HSM); each enters run(), with interrupts off, and stays there. Returns
 * what hart_count() will be once all have come up.
 */
unsigned hart_start_others(void (*run)(void));
/* A software interrupt for that hart, by index: sched_poke runs there. Any context. */
void hart_send_ipi(unsigned index);
/* How many there were, and how many of them took the long way, through the firmware. */
struct ipi_counts {
    uint64_t sent, by_firmware;
};
struct ipi_counts hart_ipi_counts(void);
/* Tops of this hart's trap stack and boot stack. Boot. */
vaddr_t hart_trap_stack(void);
vaddr_t hart_boot_stack(void);

/*
 * For a hart that has nothing to run: sleeps (wfi) until an enabled interrupt is pending, then runs its handlers here, with SIE off
 * throughout. May return without reason. Interrupts off. Meanwhile fences for other harts' sakes are put off to the moment when it goes
 * on (pt.h), so that it need not be woken for them.
 */
void hart_idle(void);
/* Harts sleep as long as nothing happens from now on; until this is said they look at the clock now and then (timer.c). */
void hart_sleep_soundly(void);

/*
 * Looks until busy(arg) is false, which another hart brings about; interrupts off. Fences for other harts' sakes are put off meanwhile, as
 * in hart_idle; and after every 1024 looks the hart rests (wfi) for some 100 us: where harts outnumber the host's processors, who
 * is waited for needs one.
 */
void hart_wait_while(bool (*busy)(void *arg), void *arg);

/* Nanoseconds since power-on (time CSR, timebase of the device tree). */
uint64_t time_ns(void);

/* Ends the machine with this exit status (0..255). Takes no lock. */
_Noreturn void machine_exit(int status);

#endif
