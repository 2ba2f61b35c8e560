/*
 * masking.h: what "interrupts off" means.
 *
 * sstatus.SIE is 0. But in the library that scripts/run --profile links (compiled with SAMPLED), the timer must reach code that has
 * interrupts off as well, or the fault path and everything under a spinlock would be blank in the profile. There SIE is always 1,
 * and "off" means that sie lets nothing but the timer through. That interrupt belongs to the sampler alone (sampling.h), which touches
 * nothing but its own; what else waits for the clock is passed on as a software interrupt. SIE is 0 only where the hardware clears it,
 * on the way into a trap, and until trap.S has saved the registers; on the way out; and in wfi, which nobody samples.
 */
#ifndef ARCH_RISCV64_MASKING_H
#define ARCH_RISCV64_MASKING_H

#include "arch/riscv64/csr.h"

#ifdef SAMPLED
#define IRQ_CSR sie
#define IRQ_BITS (SIE_SEIE | SIE_SSIE)
/* Were interrupts on, in the sstatus of a trap frame: trap.S puts sie.SSIE, which is the same bit, where the hardware leaves 0. */
#define FRAME_IRQ_ON SSTATUS_SIE
#else
#define IRQ_CSR sstatus
#define IRQ_BITS SSTATUS_SIE
#define FRAME_IRQ_ON SSTATUS_SPIE
#endif

#ifndef __ASSEMBLER__

/* Boot of each hart, sie still 0: from here on irq_restore(true) has an effect. */
static inline void irq_start_hart(void)
{
#ifdef SAMPLED
    csr_set(sstatus, SSTATUS_SIE);
#endif
}

/* This kind of interrupt may come whenever interrupts are on. Boot of each hart, interrupts off. */
static inline void irq_allow(uint64_t sie_bit)
{
#ifdef SAMPLED
    if (sie_bit != SIE_STIE)
        return; /* they are off now, and what turns them on names it */
#endif
    csr_set(sie, sie_bit);
}

/* Around wfi, interrupts off: what may wake the hart is what may interrupt it when they are on. */
static inline void irq_begin_wait(void)
{
#ifdef SAMPLED
    csr_clear(sstatus, SSTATUS_SIE);
    csr_set(sie, IRQ_BITS);
#endif
}

static inline void irq_end_wait(void)
{
#ifdef SAMPLED
    csr_clear(sie, IRQ_BITS);
    csr_set(sstatus, SSTATUS_SIE);
#endif
}

#endif
#endif
