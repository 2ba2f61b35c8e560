/*
 * walker.h: one way of walking through an area of pages, a page at a time and without end; patterns are made of several.
 */
#ifndef WORKLOAD_WALKER_H
#define WORKLOAD_WALKER_H

#include <stdint.h>

enum walk {
    WALK_SEQUENTIAL, /* page after page, up or down, and round again */
    WALK_STRIDED,    /* every step-th page, each pass one page further */
    WALK_RECURRENCE, /* p + (b*p mod m) + c */
    WALK_TILES,      /* a tile of pages several times over, then the next tile */
    WALK_COLUMNS,    /* a matrix with `step` pages a row, column by column */
    WALK_BLOCKS,     /* runs of neighbours that begin anywhere */
    WALK_ORDER,      /* one fixed order of all pages, drawn at random, again and again */
    WALK_HOT,        /* one page in eight gets most of the accesses, all at random */
    WALK_RANDOM,     /* all pages alike */
    WALKS,
};

struct walker {
    enum walk walk;
    uint32_t first, length; /* its area */
    uint64_t random;
    uint32_t at;         /* page of the area that comes next */
    uint32_t step;       /* STRIDED, COLUMNS, TILES */
    uint32_t pass;       /* STRIDED: where this pass began; TILES: passes over this tile; BLOCKS: pages left of this run */
    uint32_t tile, over; /* TILES: pages of a tile, passes over each; BLOCKS: longest run */
    uint32_t b, m, c;    /* RECURRENCE */
    uint32_t *order;     /* ORDER */
};

/* Parameters are drawn from the seed. The area has at least 32 pages. */
void walker_init(struct walker *w, enum walk walk, uint32_t first, uint32_t length, uint64_t seed);
uint32_t walker_next(struct walker *w);
void walker_free(struct walker *w);

/* xorshift64*: the same numbers on every machine. State 0 is none. */
uint64_t next_random(uint64_t *state);
static inline uint64_t random_from(uint64_t seed) { return (seed + 1) * 0x9E3779B97F4A7C15ULL; }
/* least .. most */
uint32_t random_between(uint64_t *state, uint32_t least, uint32_t most);

#endif
