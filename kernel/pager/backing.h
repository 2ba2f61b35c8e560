/*
 * backing.h: where the pages of a mapping come from and where they go: a disk, a file of the host share, or nothing (zeros).
 *
 * A request names one run of bytes at one offset and the frames that it fills or empties, in order. Submission never blocks and never
 * allocates; done is called exactly once, from interrupt or polling context with no lock held, or, if the device is dead, from within
 * submit, with whatever the submitter holds. Memory of the request belongs to the backing from submit to done.
 */
#ifndef KERNEL_PAGER_BACKING_H
#define KERNEL_PAGER_BACKING_H

#include "kernel/types.h"

/* Most pages that one request may carry: the longest descriptor chain of a 128-entry queue leaves room for this (virtio 1.1, 2.6.5). */
#define IO_MAX_PAGES 124

struct io_request {
    bool write;
    uint64_t offset;      /* bytes from the start of the file or disk; a multiple of 512 */
    uint32_t length;      /* bytes; the last page may be part used (its file ends there) */
    uint32_t npages;      /* frames in pages[] */
    const paddr_t *pages; /* each a whole frame; neighbours in memory become one descriptor */
    void (*done)(struct io_request *r);
    int error;               /* set before done: 0 or a negative errno */
    uint32_t transferred;    /* set before done: bytes that crossed the device; less than length only at the file's end */
    struct io_request *next; /* the driver's while submitted */
    void *driver;            /* the driver's while submitted */
};

struct backing {
    const struct backing_ops *ops;
    uint32_t refs;
    bool writable;
};

struct backing_ops {
    /* Bytes that the file or disk holds now. May ask the host; thread or fault context. Negative errno on error. */
    int64_t (*size)(struct backing *b);
    /* Queues n requests and rings the doorbell once. */
    void (*submit)(struct backing *b, struct io_request **requests, size_t n);
    /* Everything written so far is on stable storage when this returns. Thread context. 0 or -EIO. */
    int (*sync)(struct backing *b);
    /* A name for reports and for the profile's key ("weight.dat", "/dev/model"). */
    const char *(*name)(struct backing *b);
    /* Same file or disk? (two opens of one file have two backings) */
    bool (*same)(struct backing *a, struct backing *b);
    void (*release)(struct backing *b); /* the last reference went */
};

static inline void backing_get(struct backing *b) { __atomic_add_fetch(&b->refs, 1, __ATOMIC_RELAXED); }
static inline void backing_put(struct backing *b)
{
    if (__atomic_sub_fetch(&b->refs, 1, __ATOMIC_ACQ_REL) == 0)
        b->ops->release(b);
}

#endif
