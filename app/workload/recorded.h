/* recorded.h: the order of a trace that scripts/run --trace or scripts/simulate --pack has written, or that somebody typed. */
#ifndef WORKLOAD_RECORDED_H
#define WORKLOAD_RECORDED_H

#include <stdio.h>

#include "pattern.h"

/*
 * Both forms of docs/policies.md: lines, in which "17" is as good as "r 17", or bytes. Times, and what the traced program said of its plan,
 * are left out. 0; the number of the line that is wrong; -1: bytes that are cut short or no trace.
 */
int recorded_read(FILE *in, struct access_list *list);

#endif
