/* sampling_priv.h: where the machine tells the sampler what it does; nothing at all but in the library for profiles. */
#ifndef ARCH_RISCV64_SAMPLING_PRIV_H
#define ARCH_RISCV64_SAMPLING_PRIV_H

#include "arch/riscv64/hart_state.h"
#include "arch/riscv64/timer.h"

#define NO_DEADLINE (~(uint64_t)0)

#ifdef SAMPLED
/* Boot of each hart. */
void sampling_start_hart(struct hart *h);
/* A software interrupt: perhaps the clock has rung for the hart's timer. */
static inline void sampling_hand_over(void) { timer_fire(); }
/* The hart has slept: what passed meanwhile was idle. SIE is 0. */
void sampling_end_sleep(struct hart *h);
/* Ticks of the clock when it must ring for the sampler, or NO_DEADLINE. */
static inline uint64_t sampling_deadline(const struct hart *h)
{
    return h->sample_deadline ? h->sample_deadline : NO_DEADLINE;
}
#else
static inline void sampling_start_hart(struct hart *h) { (void)h; }
static inline void sampling_hand_over(void) {}
static inline void sampling_end_sleep(struct hart *h) { (void)h; }
static inline uint64_t sampling_deadline(const struct hart *h)
{
    (void)h;
    return NO_DEADLINE;
}
#endif

#endif
