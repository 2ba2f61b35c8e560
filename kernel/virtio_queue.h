/*
 * virtio_queue.h: one split virtqueue (virtio 1.1, 2.6): descriptors, the ring of what is offered, the ring of what is used.
 *
 * A request is a chain of descriptors, one per physically contiguous run. The driver builds a chain (vq_begin, vq_add...,
 * vq_commit), as many as it likes, and rings once (vq_notify). The number of a chain's first descriptor is its name until the
 * device gives it back: drivers keep what belongs to a request in an array indexed by it, so nothing is allocated.
 *
 * No function takes a lock, blocks or allocates, vq_init aside (boot context); the driver's device lock protects the queue.
 */
#ifndef KERNEL_VIRTIO_QUEUE_H
#define KERNEL_VIRTIO_QUEUE_H

#include "arch/virtio_mmio.h"
#include "kernel/panic.h"
#include "kernel/types.h"

#define VQ_MAX_SIZE 256

/* virtio 1.1, 2.6.5 */
struct vq_desc { uint64_t addr; uint32_t len; uint16_t flags, next; };
#define VQ_DESC_NEXT 1u
#define VQ_DESC_WRITE 2u /* the device writes, the driver reads */
/* virtio 1.1, 2.6.6 */
struct vq_avail { uint16_t flags, idx, ring[]; };
/* virtio 1.1, 2.6.8 */
struct vq_used_elem { uint32_t id, len; };
struct vq_used { uint16_t flags, idx; struct vq_used_elem ring[]; };
#define VQ_USED_NO_NOTIFY 1u

_Static_assert(sizeof(struct vq_desc) == 16 && sizeof(struct vq_used_elem) == 8, "virtio 1.1, 2.6");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rings are little-endian");

/* What stands behind a chain that the device holds; length is 0 while it holds none of this name. */
struct vq_chain { void *cookie; uint16_t last, length; };

struct virtqueue {
    struct vq_desc *desc;
    struct vq_avail *avail;
    volatile struct vq_used *used;
    struct vq_chain *chains;
    uint16_t size, mask;
    uint16_t free_head, nfree; /* descriptors that are in no chain, linked by next */
    uint16_t avail_next;       /* avail->idx once the chains committed so far are published */
    uint16_t used_seen;        /* used->idx up to which entries were taken */
    uint16_t head, last;       /* the chain being built */
    uint16_t length;           /* ... and its descriptors so far */
    struct virtio_mmio *device;
    uint32_t index;
};

/* Rings of at most `want` entries (a power of two), handed to the device. 0, -ENODEV (no such queue), -ENOMEM, -EINVAL. */
int vq_init(struct virtqueue *q, struct virtio_mmio *device, uint32_t index, uint32_t want);

/* The name that the next chain will have. At least one descriptor is free. */
static inline uint16_t vq_next_head(const struct virtqueue *q)
{
    return q->free_head;
}

static inline void vq_begin(struct virtqueue *q)
{
    q->head = q->free_head;
    q->length = 0;
}

/* Appends one run of memory to the chain being built; a descriptor must be free. */
static inline void vq_add(struct virtqueue *q, paddr_t pa, uint32_t length, bool device_writes)
{
    uint16_t i = q->free_head;
    struct vq_desc *d = &q->desc[i];
    d->addr = pa;
    d->len = length;
    d->flags = device_writes ? VQ_DESC_NEXT | VQ_DESC_WRITE : VQ_DESC_NEXT;
    q->free_head = d->next;
    q->last = i;
    q->nfree--;
    q->length++;
}

/*
 * Appends bytes [from, from+length) of the frames in pages[] with at most max_segments descriptors of at most max_bytes
 * each (a page or more), leaving `spare` descriptors free. Returns the bytes that found room.
 */
uint32_t vq_add_frames(struct virtqueue *q, const paddr_t *pages, uint32_t from, uint32_t length, uint32_t max_segments,
                       uint32_t max_bytes, uint32_t spare, bool device_writes);

/* Gives the descriptors of the chain being built back. */
static inline void vq_abandon(struct virtqueue *q)
{
    q->free_head = q->head;
    q->nfree = (uint16_t)(q->nfree + q->length);
    q->length = 0;
}

/* The chain is complete; the device sees it at the next vq_notify. */
static inline void vq_commit(struct virtqueue *q, void *cookie)
{
    struct vq_chain *c = &q->chains[q->head];
    q->desc[q->last].flags &= (uint16_t)~VQ_DESC_NEXT;
    c->cookie = cookie;
    c->last = q->last;
    c->length = q->length;
    q->avail->ring[q->avail_next & q->mask] = q->head;
    q->avail_next++;
}

/* Publishes what was committed and rings the doorbell unless the device asks for silence. */
void vq_notify(struct virtqueue *q);

/*
 * Takes one chain that the device has finished: its name, cookie and the bytes that the device says it wrote.
 * 1, 0 (nothing finished), -EIO (the device named a chain that it does not hold: it is broken).
 */
int vq_take(struct virtqueue *q, uint16_t *head, void **cookie, uint32_t *written);

/* For a device that was reset: takes any chain that it held. 1 or 0. */
int vq_take_back(struct virtqueue *q, void **cookie);

static inline bool vq_idle(const struct virtqueue *q)
{
    return q->nfree == q->size;
}

#endif
