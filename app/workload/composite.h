/* composite.h: patterns made of several walks (walker.h), and noise. */
#ifndef WORKLOAD_COMPOSITE_H
#define WORKLOAD_COMPOSITE_H

#include "pattern.h"

#define COMPOSITE_LEAST 128u                      /* pages of the mapping */
extern const struct pattern composite_patterns[]; /* ends with a NULL name */

/* Puts pages drawn at random between the others: o->noise percent of all accesses are such, on average. */
void access_list_disturb(struct access_list *list, const struct pattern_options *o);

#endif
