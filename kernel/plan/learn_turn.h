/*
 * learn_turn.h: one turn of the program, noted page by page, while a learnt plan that has proved loose (learn.h) is in force: which pages a
 * turn has by now, and in which order.
 *
 * Meanwhile the pages of the plan's mappings are shown to the program one by one: a page that has a frame is not mapped before its first
 * use (region->shows_late), which costs a soft fault each, in this one turn. At its end the plan is made anew.
 *
 * All functions: pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_PLAN_LEARN_TURN_H
#define KERNEL_PLAN_LEARN_TURN_H

#include "kernel/types.h"

/* Fault context, pager_lock not held: a plan is in force, and the turn begins with the next page. */
void learn_turn_begin(void);
/* The same: a fault on this address has been resolved. */
void learn_turn_note(vaddr_t address);
/* Is a turn being noted, or the plan made anew after it? Any context. */
bool learn_turn_is_on(void);
/* The plan is no more, or one of its mappings goes: what was noted is forgotten. */
void learn_turn_stop(void);

#endif
