/*
 * trace.h: recorded accesses to the pages of one mapping.
 *
 * As text: a line "r PAGE" or "w PAGE" for each access, "# pages N" for the length of the mapping, other lines with # are
 * comments. "r PAGE NS" says also how long the program computed before the access; all lines do, or none.
 *
 * As bytes: "BOWERTR1", then numbers of seven bits a byte, low bits first, the top bit set on all but the last:
 * the length of the mapping in pages, then for each access twice the step from the page before (zigzag: 0, -1, 1, -2, ...),
 * plus one for a write. "BOWERTR2" is the same with a number of nanoseconds behind each access. "BOWERTR3" is the first
 * form with a plan, "BOWERTR4" the second: behind the length of the mapping comes how many bytes the plan's events take, and these
 * (events.h), then the accesses.
 */
#ifndef SIMULATOR_TRACE_H
#define SIMULATOR_TRACE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "events.h"

struct trace {
    uint32_t *accesses; /* page, with TRACE_WRITE set for a write */
    size_t count, capacity;
    uint32_t *gaps; /* NULL, or by access: nanoseconds of computing before it */
    struct events plan;
    uint32_t npages; /* of the mapping: as declared, and never less than what is used */
};
#define TRACE_WRITE 0x80000000u

/* Either form. 0, or -1 with a message in error. */
int trace_read(FILE *in, struct trace *t, char *error, size_t size);
/* The compact form. 0, or -1. */
int trace_write(FILE *out, const struct trace *t);
void trace_free(struct trace *t);
/* Misses of Belady's MIN in a pool of this many frames. */
uint64_t trace_min_misses(const struct trace *t, uint32_t frames);

#endif
