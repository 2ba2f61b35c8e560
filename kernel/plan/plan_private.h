/*
 * plan_private.h: what plan.c (beginning, end, faults), plan_make.c, plan_ring.c (reading ahead), plan_leave.c (letting go) and
 * plan_width.c know of each other.
 */
#ifndef KERNEL_PLAN_PLAN_PRIVATE_H
#define KERNEL_PLAN_PLAN_PRIVATE_H

#include "kernel/pager/page_wait.h"
#include "kernel/pager/pager.h"
#include "kernel/plan/plan.h"
#include "kernel/policy/order.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/timer.h"

#define CELL_REQUESTS 16 /* stretches of absent pages of a run that are worth a request */

struct cell_request {
    struct io_request io;
    struct cell *cell;
    uint32_t first;  /* page */
    bool done;       /* but not taken yet */
    uint8_t swapped; /* PAGE_SWAPPED: the pages come from the swap */
};

/*
 * One run of neighbours, on its way or here, until the program is through with it. The frames are the cell's: when the run has left, and no
 * hart can read them any more, the next run that comes here has them.
 */
struct cell {
    struct region *region;
    uint32_t first, n, run;
    uint32_t seen;    /* pages from the first on that have been used */
    uint32_t pending; /* requests that are not taken yet */
    uint32_t nrequests;
    uint64_t ticket; /* of its leaving (windows_unmap_run) */
    bool stays;      /* pinned: the pages keep their frames */
    bool passed;     /* nobody will use it any more */
    bool in_order;   /* if it has been used, that speaks for the plan */
    struct cell_request requests[CELL_REQUESTS];
    uint32_t gone;             /* pool->planned_gone when the run was read */
    uint32_t nframes, nlent;   /* frames; of these the first so many are for pages of the run */
    paddr_t pa[ORDER_RUN_MAX]; /* theirs: page i of the run has the ith, unless some were here before */
};

struct plan {
    bool on, dropped; /* neither: none */
    struct order order;
    void *memory; /* of the order */
    struct pool *pool;
    struct region *sources[PLAN_MAX_SOURCES]; /* in use (page_wait.h) until the end */
    uint32_t nsources;
    struct plan_options options;

    struct cell *cells; /* and the choice of the order */
    uint32_t ncells;
    uint32_t head, tail;         /* cells [tail, head) are in use, modulo ncells */
    uint32_t leaving;            /* ... and those of [leaving, tail) have frames that other harts may still read */
    uint64_t last_ticket, asked; /* of cells that left; the last that other harts were asked to fence for */
    uint32_t pending, flying;    /* requests that are not taken, and of these not done */
    uint32_t next, hint;         /* run to be read next; order_run's hint */
    uint32_t piece;              /* order_find's: where the program is */
    uint32_t unread;             /* runs of the first turn that have not come by yet: pinned ones come with the others, */
    bool excess;                 /* ... and now the hot end of the short one does */
    const struct region *shown;  /* while a fault maps this page, which was left unmapped: its run must not leave before it is used */
    uint32_t shown_page;
    uint32_t trips;     /* runs that a page is left unmapped of, so that its use says how far the program is (map_come) */
    bool starves;       /* there were no frames for the run that comes next */
    bool finished;      /* a plan of one turn has come to its end */
    uint32_t quota;     /* most frames */
    uint32_t dissolved; /* frames that a dropped plan has given up, or never had, from the first on */

    uint32_t odd_run, odd_page, odd; /* the last fault out of order, and how many in a row went forward from there */
    uint32_t behind;                 /* faults of threads behind the ring, since it last moved */
    uint64_t behind_until;           /* until then one of them may still be there, and nothing else goes that he may want */
    uint32_t missed;                 /* faults out of order in this turn of the ring */
    uint32_t jumps;                  /* times in this turn that the program went on somewhere else */
    uint32_t read;                   /* pages, in this turn */
    uint32_t turns;                  /* of the ring, that were loose; */
    uint32_t kept;                   /* ... through which the program went in order */
    uint32_t wrong;                  /* faults out of order lately: grows with each, shrinks with each run that is used */
    uint32_t width;                  /* pages of the ring that are used before one that has been used goes, which may be wanted again; */
    uint32_t wide;                   /* ... of these, what the ring is longer for */
    uint32_t backs;                  /* jumps in a row back to what the ring has let go a little while ago; */
    uint32_t wanted_width;           /* ... what options.width would have to be for these */

    struct timer timer;
    uint64_t last_use_ns; /* when cells were last found used */
    uint64_t run_ns;      /* time that a run is used for, lately */
    uint64_t idle_ns;     /* the next wait of the timer; doubles while nothing happens */
    uint32_t idle_ticks;  /* since something happened */
    uint32_t ahead;       /* threads that wait for others, which walk behind them, to use what is in the ring */
    uint64_t patience_ns; /* how long they do while nobody uses anything */
};

extern struct plan plan;

/* plan.c: the ring has come round, or jumped about for as many pages as a turn has. A learnt plan that misses too often is learnt anew. */
void plan_turn_is_over(void);

/* Are there other threads that will go on, whatever this one does? */
static inline bool plan_others_go_on(void)
{
    return sched_others_run() || (faults_waiting > 0 && threads_live() > 1);
}

/* A page that was read ahead is used for the first time, or never was. */
static inline void plan_end_untouched(struct region *r, struct page *p, bool used)
{
    p->flags &= (uint8_t)~PAGE_UNTOUCHED;
    r->untouched--;
    r->counters.prefetch_used += used;
    r->counters.prefetch_wasted += !used;
}

/* Cell number n, as head, tail and leaving count them. */
static inline struct cell *plan_cell(uint32_t n)
{
    return &plan.cells[n % plan.ncells];
}

/* How many runs of the cycle lie between this one and a later one. */
static inline uint32_t plan_runs_between(uint32_t run, uint32_t later)
{
    return later >= run ? later - run : later + plan.order.nruns - run;
}

/* The oldest run of the ring, or the next one. */
static inline uint32_t plan_oldest_run(void)
{
    return plan.tail != plan.head ? plan_cell(plan.tail)->run : plan.next;
}

/* plan_make.c */

/* Everything but the frames. pager_lock not held. */
int plan_make(struct plan *p, const struct plan_extent *extents, size_t n, const struct plan_options *options);
/* Can the ring be so wide that it holds what the program has used of so many pages? */
bool plan_has_room(const struct plan *p, uint32_t width);

/* plan_width.c */

/* The ring is to be sent to this run. Does the program go back again and again, to what the ring has let go a little while ago? */
bool plan_is_too_narrow(uint32_t run);
/* Would a wider ring help, and is there room for it? */
bool plan_can_widen(void);

/* plan_ring.c */

/*
 * Looks how far the program is, lets go what it is through with, reads on. deep: it may have left something out. Any context.
 */
void plan_pump(bool deep);
/* Those of the pages that are here: the plan's. */
void plan_adopt(const struct order_extent *pages);
/* Pages of the n pinned runs from this one on that are here already: the plan's. Returns the run behind them. */
uint32_t plan_adopt_runs(uint32_t run, uint32_t n);
/* Takes the requests that are done: in runs that are to repeat, they are not taken when they complete. */
void plan_collect(void);
/* The ring begins anew at this run, as soon as what is on its way has come. */
void plan_restart(uint32_t run);

/* plan_leave.c */

/* Looks at the cells, and lets go, from the oldest on, those that have been used. */
void plan_release_used(bool deep);
/* The program has come to this run: those before it have been used, whatever their A bits say. */
void plan_pass(uint32_t run);
/* Has the program used this run, or whatever the ring has to offer? */
bool plan_is_used(struct cell *c);
bool plan_ring_is_used(void);
/* The pages that a program in this run is through with next: the oldest cell's. False: they do not come soon. */
bool plan_next_event(uint32_t run, struct order_extent *out);
/* Lets go of every cell, and waits until all harts have. Nothing is pending. */
void plan_empty_ring(void);
/* Cells that have left can be used again, as far as every hart has dropped what it cached of their pages. */
void plan_take_left(void);
/* Fences for the cells that are leaving: here at once, elsewhere soon; `ask`: there at once, too. Nobody waits. */
void plan_fence_for_left(bool ask);
/* Does the run leave just now? It must not come back before: a hart that still has the old translation would set no A bit. */
bool plan_is_leaving(uint32_t run);
/* A frame of the cell, the last one, goes back to the pool. */
void plan_give_back(struct cell *c);

#endif
