/*
 * order.h: the order in which a program will touch pages, again and again, and which of them are worth keeping. Pure code.
 *
 * A cycle of N pages in C frames costs N - C reads at least, since no more than C of the pages of the next turn can be there already. Who
 * keeps some pages for good (pinned) and lets the others pass through a ring of B frames (streamed) reads N - C + B, without
 * looking for victims: who goes is known. The streamed pages are spread evenly over the cycle, in runs, so that reading has
 * all of the computation to hide behind. Which runs these are is a bit each: among neighbours those go first that are in no frame yet,
 * so that a plan made anew keeps what the one before had. The runs of a piece differ by a page at most.
 *
 * Pages that occur twice in a turn, and pieces too short for a request of their own, are pinned first ("hot"), and so is what would be
 * streamed at the end of a run although it fits.
 */
#ifndef POLICY_ORDER_H
#define POLICY_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ORDER_RUN_MAX 124 /* pages of a run: one request carries so many */
#define ORDER_NONE 0xFFFFFFFFu

/* n pages of mapping `source` from page `first` on. */
struct order_extent {
    uint32_t source, first, n;
};

struct order_piece {
    struct order_extent pages;
    uint32_t run;  /* number of its first run; ORDER_NONE: hot */
    uint32_t runs; /* in so many it is cut, of equal length but for a page */
};

struct order {
    struct order_piece *pieces; /* by source and page */
    uint32_t *turn;             /* numbers of pieces, in the order of the cycle; hot ones are last */
    uint32_t npieces, ncold;    /* the cold ones come first in turn */
    uint32_t npages, nhot;      /* different pages; of these hot */
    uint32_t nruns;             /* of cold pieces: 0 .. nruns - 1 in the order of the cycle */
    uint32_t nstreamed;         /* of the runs */
    uint32_t run, cells;        /* most pages of a run; runs that the ring holds */
    uint64_t *streams;          /* a bit for each run */
    uint32_t short_run;         /* a streamed run whose pages are hot from this one on, or ORDER_NONE: */
    uint32_t short_end;         /* ... just as many pages are streamed as must be */
};

/* Extents that follow each other without a gap become one, also if they share the page between them. Returns how many are left. */
size_t order_join(struct order_extent *extents, size_t n);
/* Bytes of memory that order_init needs for n extents. */
size_t order_size(size_t n);
/*
 * Makes the order of these extents, each at least a page, in memory of order_size(n), aligned for any type. Pages that several of them
 * name come where they are named first. At most most_hot pages are hot: longer pieces give way first.
 */
void order_init(struct order *o, void *memory, const struct order_extent *extents, size_t n, uint32_t most_hot);
/*
 * Chooses run and cells for this many frames (more than nhot), and cuts the cycle. `slack` frames, at least 2, may be spent beyond
 * the bound: they are the ring, for `cells` runs, each as long as that allows: a run costs as much as some 20 of its pages. Two are
 * enough, one in use and one on its way, if the ring hears at once when a run has been used, and it is used in one place.
 * ORDER_SILENT: it does not hear, and needs more; a run's worth is then left to pages that are read out of order, since nobody knew
 * that it was their turn.
 */
#define ORDER_SILENT 0
void order_cut(struct order *o, uint32_t frames, uint32_t slack, uint32_t cells);
/* Bytes of memory that the choice takes, once the cycle is cut. */
size_t order_choice_size(const struct order *o);
/*
 * Chooses what is streamed, in memory of that size: just so many pages that the others and the ring fit. resident (or NULL) says how many
 * of these pages are in frames.
 */
typedef uint32_t (*order_resident)(void *context, const struct order_extent *pages);
void order_choose(struct order *o, void *memory, uint32_t frames, order_resident resident, void *context);
/* Or everything is. */
void order_stream_all(struct order *o, void *memory);

static inline bool order_streams(const struct order *o, uint32_t run)
{
    return o->streams[run / 64] >> run % 64 & 1;
}
/* The first streamed run from this one on, or nruns. */
static inline uint32_t order_next_streamed(const struct order *o, uint32_t run)
{
    if (run >= o->nruns)
        return o->nruns;
    uint64_t rest = o->streams[run / 64] >> run % 64;
    if (rest)
        return run + (uint32_t)__builtin_ctzll(rest);
    for (uint32_t word = run / 64 + 1; word < (o->nruns + 63) / 64; word++)
        if (o->streams[word])
            return 64 * word + (uint32_t)__builtin_ctzll(o->streams[word]);
    return o->nruns;
}

/*
 * The pages of a run. *hint is a place in turn near by, 0 to begin with: runs that follow each other cost no search.
 */
struct order_extent order_run(const struct order *o, uint32_t run, uint32_t *hint);
/* The hot pages at the end of short_run, if there is one. */
struct order_extent order_excess(const struct order *o, uint32_t *hint);
/*
 * Number of the run that has this page; false: no cold run has it. *hot: it is a hot page. *piece is a guess at the number of its piece,
 * and then that number: pages that follow each other cost no search.
 */
bool order_find(const struct order *o, uint32_t source, uint32_t page, uint32_t *piece, uint32_t *run, bool *hot);
/*
 * The page behind `last`, if that is in the piece of this page and does not end before it; else the page behind the piece, and behind hot
 * ones that follow it in the file.
 */
uint32_t order_quiet_end(const struct order *o, uint32_t piece, uint32_t page, const struct order_extent *last);

#endif
