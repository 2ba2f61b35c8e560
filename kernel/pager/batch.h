/*
 * batch.h: one request for pages: what a fault, madvise or msync moves between frames and a backing, with one completion for whoever waits.
 *
 * Batches live in a small ring, and a finished one stays readable until its place is taken again: the debugger's list of
 * the last faults is this ring. All functions: pager_lock held on entry and on return; those marked "waits" let it go in
 * between, after which everything that the caller has looked up must be looked up again.
 */
#ifndef KERNEL_PAGER_BATCH_H
#define KERNEL_PAGER_BATCH_H

#include "kernel/pager/backing.h"
#include "kernel/pager/region.h"

#define BATCH_RING 32 /* under way at once; further ones wait for a place */

enum batch_kind { BATCH_NONE,
                  BATCH_FAULT,
                  BATCH_ADVICE,
                  BATCH_WRITE };

struct batch_request {
    struct io_request io;
    struct batch *batch;
    struct backing *backing;
    uint32_t first;     /* index into pages and pa of its first page */
    uint32_t came;      /* pages that came with it and are not mapped yet */
    bool done, settled; /* of a read: its pages are what the device made of them */
};

struct batch {
    uint64_t number; /* counts up from 1 */
    enum batch_kind kind;
    bool busy;
    vaddr_t address;       /* that faulted, or 0 */
    struct region *region; /* of a read; the pages of a write name theirs */
    uint32_t demanded;     /* page, or PAGE_NONE */
    uint32_t npages, npredicted, nvictims, nrequests;
    const uint32_t *predicted;         /* pages read ahead, in the order in which the policy expects them: */
    uint32_t expected[BATCH_MAX];      /* here, unless that is the order of the file as well */
    uint32_t pages[BATCH_MAX];         /* all pages, in the order of the file */
    paddr_t pa[BATCH_MAX];             /* their frames */
    struct region *regions[BATCH_MAX]; /* of a write: theirs */
    struct batch_request requests[BATCH_MAX];
    uint32_t pending;  /* requests not done yet; the last one finishes the batch */
    uint32_t urgent;   /* the request that has the demanded page, or NO_REQUEST */
    uint32_t nsettled; /* requests that are settled before the last one is done */
    int error;         /* of the demanded page, or the first of a write: 0 or a negative errno */
    bool beyond_end;   /* the file ends before the demanded page */
    bool keep;         /* of a write: the pages stay */
    bool waited;       /* somebody waits, or will; else it ends by itself */
    bool finished;     /* of a read: every page is what it will be */
    struct hold hold;  /* of the demanded page's frame; whoever waits takes it over */
    struct completion done;
};
#define NO_REQUEST 0xFFFFFFFFu

extern struct batch batch_ring[BATCH_RING];

/*
 * Reads `demanded` (or PAGE_NONE) and as many of wanted[0..n) as frames can be had for, in that order, into frames of the region's
 * pool and maps them: one batch of reads, mapped request by request as they come. Pages named must be ABSENT.
 * Returns the batch, under way or done: wait with batch_wait. NULL: no frame, or no place in the ring, could be had without
 * waiting, and if a page is demanded, what there was to wait for (victims written back, frames of others) has been waited for: look
 * again. error is set if victims could not be written, or memory is out (-ENOMEM).
 *
 * Whoever waits waits for the demanded page alone: its request goes first, by itself if there is much else to read, and the rest is
 * settled in the background, once the last of it has come, or sooner if somebody waits for a page of it. Where counts must
 * repeat (pager_repeats) everything is waited for.
 */
struct batch *batch_read(struct region *r, vaddr_t address, uint32_t demanded, const uint32_t *wanted, size_t n, int *error);
/* The same for pages that nobody waits for, unless counts must repeat. */
void batch_read_ahead(struct region *r, const uint32_t *wanted, size_t n);
/*
 * Waits until the demanded page is there, or the whole batch if there is none; once it is done it goes back to the ring. Its region must
 * be in use (page_wait.h). Its fields stay readable until pager_lock is let go.
 */
void batch_wait(struct batch *b);
/* Somebody is about to wait: requests that are done and wait for the others of their batch are settled. True: there were some. */
bool batch_settle_done(void);

#endif
