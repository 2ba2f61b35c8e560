/* batch_private.h: what batch.c (the ring, requests, reads) and writeback.c (writes) know of each other. pager_lock held. */
#ifndef KERNEL_PAGER_BATCH_PRIVATE_H
#define KERNEL_PAGER_BATCH_PRIVATE_H

#include "kernel/pager/batch.h"

extern uint32_t batches_busy; /* places in the ring that are taken */

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
/* A request is done: device counters. */
void batch_count_io(struct region *r, const struct batch_request *q);

#endif
