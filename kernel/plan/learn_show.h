/*
 * learn_show.h: which pages are mapped while the order of a first pass is learnt, so that faults tell what A bits do not: when a page is
 * used.
 *
 * - What is read ahead is shown as the program goes on: of the neighbours of the page that faults just so many as came before it without
 *   a break. A program that goes straight on takes one soft fault in 64 pages; whoever turns to something else takes one there,
 *   at which A bits say how far he had come.
 * - What the pass has left behind is hidden: it is seen when it is used again, and so where the second pass begins, in whatever
 *   frames its pages are still.
 *
 * All functions: pager_lock held.
 */
#ifndef KERNEL_PLAN_LEARN_SHOW_H
#define KERNEL_PLAN_LEARN_SHOW_H

#include "kernel/plan/walk.h"

/* This page faults, and will be mapped; further pages are mapped with it. */
void learn_show_on(struct region *r, uint32_t page);
/* Is there something to hide that the pass has left behind? Hides some of it; false: that was all. */
bool learn_hide_is_due(const struct walk *pass);
bool learn_hide_some(const struct walk *pass);
/* It is due with the first use of the next pass: a plan has left pages mapped, which that pass would not see. */
void learn_hide_soon(void);
/* Nothing is learnt any more: pages are mapped when they come, those that are hidden when they are used. */
void learn_show_all(void);
/* What it took to learn was worth it: a sweep over all frames more is allowed. */
void learn_show_more(void);

#endif
