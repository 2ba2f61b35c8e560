/*
 * Persistent workers, and how loops are shared out among them.
 *
 * par_run() calls one function for every worker and returns when all calls have returned: that is the barrier. A loop over few pieces is
 * split without talking: worker w takes pieces w, w + N, w + 2N, ... (par_mine, par_turn); of matrices each takes the next chunk that
 * nobody has (matmul.c). Every row is computed by one worker in one fixed order; so any number of workers gives the same bits.
 *
 * A worker is a share of the work, and no worker waits for another but at the barrier. There are no more threads than processors, the
 * calling one among them, and with fewer threads than workers each does several shares one after the other: threads that take the
 * processors from each other would stop just when all the others wait for them. A thread that waits spins for a while, then sleeps.
 */
#ifndef INFER_PAR_H
#define INFER_PAR_H

#include <stdint.h>

#include "error.h"

enum { PAR_MAX_WORKERS = 64 };

/* Zeros are one worker: the calling thread. One thread at a time may use it. */
struct par {
    uint32_t workers;                /* 0 counts as 1 */
    uint32_t turn;                   /* first worker of the next loop: par_turn */
    uint64_t works[PAR_MAX_WORKERS]; /* multiply-adds of each so far; a worker adds to its own */
    struct par_team *team;           /* the threads; NULL where there are none */
    const struct plan *plan;         /* hears how far the last worker is in a matrix; NULL: nobody does */
};

typedef void (*par_body)(void *context, uint32_t worker);

/* Starts threads, which par_close ends: with the calling one as many as workers, or processors. -EINVAL or -EAGAIN, with a line. */
int par_open(struct par *par, uint32_t workers, uint32_t processors, struct infer_error *err);
void par_close(struct par *par);
/* As many workers as there are processors. */
uint32_t par_processors(void);

/* Not from inside a body. */
void par_run(struct par *par, par_body body, void *context);

/* The same for few and larger pieces: calls piece(context, i) for i < n, shared out, without a barrier where n is 1. */
typedef void (*par_piece)(void *context, uint32_t i);
void par_each(struct par *par, uint32_t n, par_piece piece, void *context);

static inline uint32_t par_workers(const struct par *par)
{
    return par->workers > 1 ? par->workers : 1;
}

/* The first piece of a worker in a loop whose piece 0 is worker `turn`'s; the others follow par_workers() apart. */
static inline uint32_t par_mine(const struct par *par, uint32_t worker, uint32_t turn)
{
    uint32_t workers = par_workers(par);

    return (worker + workers - turn) % workers;
}

/* For the caller of par_run: the turn of a loop over that many pieces. The next loop begins where this one ends, so that
 * nobody gets the odd piece of every loop. */
static inline uint32_t par_turn(struct par *par, uint64_t pieces)
{
    uint32_t turn = par->turn, workers = par_workers(par);

    par->turn = (uint32_t)((turn + pieces) % workers);
    return turn;
}

/* Multiply-adds of all workers, and N times those of the busiest over it: 1.0 is a perfect split. */
uint64_t par_work(const struct par *par);
double par_imbalance(const struct par *par);

#endif
