/*
 * sampling.h: where each hart is, many times a second. Only in the library for profiles (compiled with SAMPLED): the timer interrupt
 * is the sampler's there and comes also while interrupts are off (arch/riscv64/masking.h), so that the fault path, interrupt
 * handlers and what holds a spinlock are sampled like the program. What else needs the clock hears of it by a software interrupt.
 *
 * Each hart has a grid of moments, a period apart. A sample stands for all moments that have passed since the last one: more than one
 * if the host kept the hart from running, or while it slept; then the sample says that it was idle, and where it waited.
 */
#ifndef ARCH_SAMPLING_H
#define ARCH_SAMPLING_H

#include "kernel/types.h"

#define SAMPLE_WORDS 96
#define SAMPLE_TRAP 1u
#define SAMPLE_LEAF 1u

/*
 * A stack, from the inside out: pc, the register ra, then return addresses as the chain of frame pointers gives them. Whether
 * ra is the caller's depends on where in its function pc is, which the symboliser looks up; bit 0 of ra: it certainly is. A 1 ends what
 * belongs to a trap handler; what was interrupted follows in the same form. A stack that is too deep loses its outer end.
 */
struct sample {
    uint32_t moments;
    bool idle;
    unsigned n;
    uint64_t words[SAMPLE_WORDS];
};

/* Boot hart, before the others start: samples every period_ns from here on, and on each further hart once it has come up. */
void sampling_start(uint64_t period_ns);
/* No more samples, on any hart, once those that are under way have ended. Any context. */
void sampling_stop(void);

#endif
