/*
 * pattern.h: access patterns over the pages of a mapping, as lists of page numbers. Plain C, the same list everywhere.
 */
#ifndef WORKLOAD_PATTERN_H
#define WORKLOAD_PATTERN_H

#include <stdint.h>
#include <stdio.h>

struct pattern_options {
    uint32_t pages;    /* of the mapping */
    uint32_t accesses; /* of lab, powerlaw, random, and of what composite.h makes */
    uint32_t passes;   /* of sequential, strided, column, cyclic */
    uint32_t stride;   /* pages; of strided */
    uint32_t columns;  /* of column: a matrix of pages/columns rows, walked column by column, in pages */
    uint32_t streams;  /* walks side by side; of streams, threads */
    uint32_t noise;    /* percent of all accesses, 0 .. 90 */
    uint64_t seed;
};

struct access_list {
    uint32_t *page;
    size_t count, capacity;
};

struct pattern {
    const char *name, *help;
    void (*make)(const struct pattern_options *o, struct access_list *list);
};

extern const struct pattern patterns[]; /* ends with a NULL name */

/* Ends the program when memory is out. */
void access_list_add(struct access_list *list, uint32_t page);

#endif
