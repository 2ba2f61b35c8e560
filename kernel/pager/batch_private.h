/*
 * batch_private.h: what batch.c (the ring, requests, frames for a read), settle.c (what came of it) and writeback.c (writes) know of each
 * other. All functions: pager_lock held, unless a line says otherwise.
 */
#ifndef KERNEL_PAGER_BATCH_PRIVATE_H
#define KERNEL_PAGER_BATCH_PRIVATE_H

#include "kernel/pager/batch.h"

extern uint32_t batches_busy; /* places in the ring that are taken */

/*
 * Whoever touches a page waits for its request. So few pages come at the cost of little more than the latency of one; of more, the
 * demanded one comes by itself. Where everything is waited for they are one request.
 */
#define BATCH_TOGETHER 8

/* Takes a place in the ring, which must be free; gives it back. */
struct batch *batch_begin(enum batch_kind kind, struct region *region, vaddr_t address, uint32_t demanded);
void batch_end(struct batch *b);
/* A request for npages pages, the batch's from i on. */
struct batch_request *batch_open_request(struct batch *b, uint32_t i, struct backing *backing, uint64_t offset, uint32_t npages,
                                         bool write);
/*
 * The request that brings the demanded page goes first; requests to one backing ring its doorbell once. True: all of them are done
 * already, and whoever was told last left the end of the batch to the caller, who holds pager_lock.
 */
bool batch_submit(struct batch *b, void (*done)(struct io_request *));

/* settle.c */

/*
 * One request of a read is in, and others of its batch are not: its pages are settled, in the order of the file, and are not expected any
 * more, so that batch_finish_read finds those that are left, in the order in which they were predicted.
 */
void batch_settle_request(struct batch *b, struct batch_request *q);
/* All requests of a read are in: states move on, and one call installs every leaf that is not there yet. */
void batch_finish_read(struct batch *b);
/*
 * io_request.done of a read. Any context, pager_lock not held, but for a device that is dead: it answers from within submission, and the
 * submitter looks afterwards.
 */
void batch_read_done(struct io_request *io);
/* A request, read or written, is done: device counters. */
void batch_count_io(struct region *r, const struct batch_request *q);

#endif
