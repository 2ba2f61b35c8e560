/*
 * learn.h: learns the plan (plan.h) of a program that declares none: the order of its first pass over its mappings, put in force when
 * the second pass begins to follow it. Where counts must repeat it does not take part: a plan without a cursor goes by the clock.
 *
 * All functions: pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_LEARN_H
#define KERNEL_LEARN_H

#include "kernel/region.h"

/* A page of a mapping faults; before that, pages that had been read ahead were found used. */
void learn_fault(struct region *r, uint32_t page);
void learn_touched(struct region *r, const uint32_t *pages, uint32_t n);
/* Will the next use be learnt from? Then the order in which uses are found matters. */
bool learn_is_active(const struct region *r);
/* The region is about to go. */
void learn_forget(const struct region *r);
/* A learnt plan proved wrong. Is there a better one to be had? */
void learn_was_wrong(void);
bool learn_may_retry(void);

/* Has enough been learnt? Any context, no lock: then learn_start, in fault context without pager_lock. */
extern bool learn_is_ready;
void learn_start(void);

#endif
