/*
 * sampler.h: the samples of a profile (scripts/run --profile), counted by stack, from the start of main to the end of the program.
 *
 * Each hart has a table of the stacks that it was found in, so that a run of any length fits; a table that is full counts what it
 * could not hold. At the end they go to the console port "profile", one line a stack. Without SAMPLED there is nothing of this.
 */
#ifndef KERNEL_THREAD_SAMPLER_H
#define KERNEL_THREAD_SAMPLER_H

#include "arch/sampling.h"
#include "kernel/types.h"

#ifdef SAMPLED
/* Boot, once memory and the boot arguments are there and before the other harts start: does what the boot argument profile=HZ asks for. */
void sampler_start(void);
/* Sampling stops, and what was counted is written. Thread context, the other threads frozen. */
void sampler_finish(void);
/* arch/'s: counts one sample of this hart. Nothing may interrupt it but a report. */
void sampler_take(const struct sample *s);
/* arch/'s: will this page, which is mapped as part of a stack, stay while it is looked at? */
bool sampler_may_read(paddr_t page);
#else
static inline void sampler_start(void) {}
static inline void sampler_finish(void) {}
#endif

#endif
