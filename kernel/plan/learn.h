/*
 * learn.h: learns the plan (plan.h) of a program that declares none: the order of its first pass over its mappings, put in force when
 * the second pass begins to follow it. A plan that proves loose later is made anew, after a turn that is noted page by page (learn_turn.h).
 *
 * All functions: pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_PLAN_LEARN_H
#define KERNEL_PLAN_LEARN_H

#include "kernel/pager/region.h"

/*
 * Learn even where counts must repeat? Set at boot. There a plan without a cursor costs a soft fault for most of its runs, since nothing
 * but faults says how far the program is: it reads less, and faults more often than the policies do.
 */
extern bool learn_repeats;

/* A page of a mapping faults; before that, pages that had been read ahead were found used. */
void learn_fault(struct region *r, uint32_t page);
void learn_touched(struct region *r, const uint32_t *pages, uint32_t n);
/* A page that has a frame, but is not mapped, is used: learn_show.h has hidden it. */
void learn_shown(struct region *r, uint32_t page);
/* Will the next use be learnt from? Then the order in which uses are found matters. */
bool learn_is_active(const struct region *r);
/* The region is about to go. */
void learn_forget(const struct region *r);
/* A learnt plan proved wrong, and is no more. One that never was right (not `proven`) counts twice among those that may. */
void learn_was_wrong(bool proven);
/* One was given up, since the program needs none: the turn that was noted for it is no attempt. */
void learn_gave_up(void);
/* The program has gone through it in order for long: whatever comes when it ends is worth learning, too. */
void learn_was_right(void);
/* It misses too often: a turn is to be noted. False: there have been too many, or one is noted just now. */
bool learn_anew(bool proven);
/* Its ring is too narrow: plan_widen is due. */
void learn_widen(void);
/* A plan, whoever made it, is in force: nothing is learnt. */
void learn_has_plan(void);

/* Is a fault worth a look, after it has been resolved? Any context, no lock: then learn_look, in fault context without pager_lock. */
extern bool learn_wants;
void learn_look(vaddr_t address);

#endif
