/*
 * virtio_queue.h: one split virtqueue (virtio 1.1, 2.6): descriptors, the ring of what is offered, the ring of what is used.
 *
 * Every request takes one descriptor of the ring: a single run of memory (vq_post), or a table of runs that stands
 * elsewhere (indirect descriptors, 2.6.5.3). Descriptor i always points to table i, so the driver keeps
 * what belongs to a request, its table among it, in an array indexed by the descriptor's number, and nothing is allocated. The
 * number is the request's name until the device gives it back. Any number of requests is offered by one vq_notify.
 *
 * No function takes a lock, blocks or allocates, vq_init aside (boot context); the driver's device lock protects the queue.
 */
#ifndef KERNEL_DEVICE_VIRTIO_QUEUE_H
#define KERNEL_DEVICE_VIRTIO_QUEUE_H

#include "arch/barrier.h"
#include "arch/virtio_mmio.h"
#include "kernel/types.h"

#define VQ_MAX_SIZE 256

/* virtio 1.1, 2.6.5 */
struct vq_desc {
    uint64_t addr;
    uint32_t len;
    uint16_t flags, next;
};
#define VQ_DESC_NEXT 1u
#define VQ_DESC_WRITE 2u /* the device writes, the driver reads */
#define VQ_DESC_INDIRECT 4u
/* virtio 1.1, 2.6.6 */
struct vq_avail {
    uint16_t flags, idx, ring[];
};
/* virtio 1.1, 2.6.8 */
struct vq_used_elem {
    uint32_t id, len;
};
struct vq_used {
    uint16_t flags, idx;
    struct vq_used_elem ring[];
};
#define VQ_USED_NO_NOTIFY 1u

_Static_assert(sizeof(struct vq_desc) == 16 && sizeof(struct vq_used_elem) == 8, "virtio 1.1, 2.6");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "rings are little-endian");

/* All of a descriptor but the address as one word, for loops over many. */
#define VQ_DESC_REST(len, flags, next) ((uint64_t)(len) | (uint64_t)(flags) << 32 | (uint64_t)(next) << 48)
static inline void vq_desc_set(struct vq_desc *d, uint64_t addr, uint64_t rest)
{
    d->addr = addr;
    *(uint64_t *)&d->len = rest; /* no strict aliasing here */
}

struct virtqueue {
    struct vq_desc *desc;
    struct vq_avail *avail;
    volatile struct vq_used *used;
    void **cookies; /* of the requests that the device holds; NULL: it holds none of this name */
    uint16_t size, mask;
    uint16_t free_head, nfree; /* descriptors that are free, linked by next */
    uint16_t avail_next;       /* avail->idx once the requests committed so far are published */
    uint16_t used_seen;        /* used->idx up to which entries were taken */
    struct virtio_mmio *device;
    uint32_t index;
};

/* Rings of at most `want` entries (a power of two), handed to the device. 0, -ENODEV (no such queue), -ENOMEM, -EINVAL. */
int vq_init(struct virtqueue *q, struct virtio_mmio *device, uint32_t index, uint32_t want);

/*
 * Table i is at tables + i * stride and has this many entries; needs VIRTIO_F_INDIRECT_DESC. A queue has
 * tables or single runs, never both.
 */
void vq_set_tables(struct virtqueue *q, paddr_t tables, size_t stride, uint32_t entries);

/* The name of the next request; a descriptor must be free. */
static inline uint32_t vq_head(const struct virtqueue *q)
{
    return q->free_head;
}

/* The table of vq_head() is filled: the device sees it at the next vq_notify. cookie is not NULL. */
static inline void vq_commit(struct virtqueue *q, void *cookie)
{
    uint16_t head = q->free_head;
    q->free_head = q->desc[head].next;
    q->nfree--;
    q->cookies[head] = cookie;
    q->avail->ring[q->avail_next++ & q->mask] = head;
}

/* The same for a single run of memory. */
static inline void vq_post(struct virtqueue *q, paddr_t pa, uint32_t length, bool device_writes, void *cookie)
{
    struct vq_desc *d = &q->desc[q->free_head];
    d->addr = pa;
    d->len = length;
    d->flags = device_writes ? VQ_DESC_WRITE : 0;
    vq_commit(q, cookie);
}

/*
 * Fills a table from entry *at on with bytes [from, from+length) of the frames in page[]: at most max_segments entries of
 * at most max_bytes each (a page or more), each linked to the next one. Returns the bytes that found room; *at is the entry
 * after the last one that was filled.
 */
static inline uint32_t vq_fill(struct vq_desc *table, uint32_t *at, const paddr_t *page, uint32_t from, uint32_t length,
                               uint32_t max_segments, uint32_t max_bytes, bool device_writes)
{
    uint32_t skip = from & (uint32_t)PAGE_MASK, left = length, i = *at;
    uint16_t flags = device_writes ? VQ_DESC_NEXT | VQ_DESC_WRITE : VQ_DESC_NEXT;
    page += from >> PAGE_SHIFT;
    while (left > 0 && max_segments > 0) {
        paddr_t start = *page++ + skip;
        uint32_t run = MIN((uint32_t)PAGE_SIZE - skip, left);
        skip = 0;
        /* Frames that follow each other in memory are one run; left > run means that the last frame was taken whole. */
        while (left > run && *page == start + run && run + (uint32_t)PAGE_SIZE <= max_bytes) {
            run += MIN((uint32_t)PAGE_SIZE, left - run);
            page++;
        }
        table[i] = (struct vq_desc){ .addr = start, .len = run, .flags = flags, .next = (uint16_t)(i + 1) };
        i++;
        left -= run;
        max_segments--;
    }
    *at = i;
    return length - left;
}

/*
 * Publishes what was committed and rings the doorbell, unless the device asks for silence, once this hart holds no spinlock (QEMU handles
 * the requests within that store). Interrupts off.
 */
void vq_notify(struct virtqueue *q);

/* The device does not hold this request any more: its cookie; the name is free. */
static inline void *vq_take_name(struct virtqueue *q, uint32_t head)
{
    void *cookie = q->cookies[head];
    q->cookies[head] = NULL;
    q->desc[head].next = q->free_head;
    q->free_head = (uint16_t)head;
    q->nfree++;
    return cookie;
}

/* Has the device finished a request that was not taken yet? */
static inline bool vq_has_finished(const struct virtqueue *q)
{
    return q->used->idx != q->used_seen;
}

/*
 * Takes one request that the device has finished: its name, cookie and the bytes that the device says it wrote.
 * 1, 0 (nothing finished), -EIO (the device named a request that it does not hold: it is broken).
 */
static inline int vq_take(struct virtqueue *q, uint32_t *head, void **cookie, uint32_t *written)
{
    uint16_t seen = q->used_seen;
    if (!vq_has_finished(q))
        return 0;
    mb_dma_observe();
    const volatile struct vq_used_elem *e = &q->used->ring[seen & q->mask];
    uint32_t id = e->id;
    if (id >= q->size || !q->cookies[id])
        return -EIO;
    *written = e->len;
    *head = id;
    *cookie = vq_take_name(q, id);
    q->used_seen = (uint16_t)(seen + 1);
    return 1;
}

/*
 * A loop over many requests works on a copy of the queue, which the compiler keeps in registers; this puts back what
 * vq_commit and vq_take have changed.
 */
static inline void vq_put_back(struct virtqueue *q, const struct virtqueue *copy)
{
    q->free_head = copy->free_head;
    q->nfree = copy->nfree;
    q->avail_next = copy->avail_next;
    q->used_seen = copy->used_seen;
}

/* For a device that was reset: takes any request that it held. 1 or 0. */
int vq_take_back(struct virtqueue *q, void **cookie);

#endif
