/*
 * Splitting a loop over rows among workers.
 *
 * Every heavy loop of the engine is a function over [begin, end) whose iterations are independent
 * and each computed in one fixed order, so that any split gives the same bits. Today the calling
 * thread is the only worker; persistent workers fit in behind this interface.
 */
#ifndef INFER_PAR_H
#define INFER_PAR_H

#include <stdint.h>

struct par {
    uint32_t workers;
};

typedef void (*par_loop)(void *context, uint32_t begin, uint32_t end);

/* Runs loop over [0, n), in pieces that are multiples of `grain` but for the last; returns when all
 * of it is done. */
void par_run(struct par *par, uint32_t n, uint32_t grain, par_loop loop, void *context);

#endif
