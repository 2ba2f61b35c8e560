#include "kernel/virtio_queue.h"

#include "arch/barrier.h"
#include "arch/pt.h"
#include "kernel/mem.h"

#include <string.h>

/* Alignments of virtio 1.1, 2.6: descriptors 16, available ring 2, used ring 4. One stretch of pages holds all three. */
#define USED_ALIGN 4u

/* The largest power of two that is at most n. */
static uint32_t floor_pow2(uint32_t n)
{
    while (n & (n - 1))
        n &= n - 1;
    return n;
}

int vq_init(struct virtqueue *q, struct virtio_mmio *device, uint32_t index, uint32_t want)
{
    uint32_t size = MIN(MIN(virtio_mmio_queue_max(device, index), want), (uint32_t)VQ_MAX_SIZE);
    if (size == 0)
        return -ENODEV;
    size = floor_pow2(size);
    size_t avail_at = size * sizeof(struct vq_desc);
    size_t used_at = avail_at + sizeof(struct vq_avail) + (size + 1) * sizeof(uint16_t); /* + used_event */
    used_at = (used_at + USED_ALIGN - 1) & ~(size_t)(USED_ALIGN - 1);
    size_t bytes = used_at + sizeof(struct vq_used) + size * sizeof(struct vq_used_elem) + sizeof(uint16_t);
    paddr_t rings = mem_pages(PAGE_ALIGN_UP(bytes) / PAGE_SIZE);
    struct vq_chain *chains = kalloc(size * sizeof(*chains));
    if (!rings || !chains) {
        kfree(chains);
        if (rings)
            mem_free_pages(rings, PAGE_ALIGN_UP(bytes) / PAGE_SIZE);
        return -ENOMEM;
    }
    uint8_t *base = pa_to_kva(rings);
    memset(base, 0, bytes);
    *q = (struct virtqueue){
        .desc = (struct vq_desc *)base,
        .avail = (struct vq_avail *)(base + avail_at),
        .used = (volatile struct vq_used *)(base + used_at),
        .chains = chains,
        .size = (uint16_t)size,
        .mask = (uint16_t)(size - 1),
        .nfree = (uint16_t)size,
        .device = device,
        .index = index,
    };
    for (uint32_t i = 0; i < size; i++)
        q->desc[i].next = (uint16_t)((i + 1) & q->mask);
    return virtio_mmio_queue(device, index, size, rings, rings + avail_at, rings + used_at);
}

uint32_t vq_add_frames(struct virtqueue *q, const paddr_t *pages, uint32_t from, uint32_t length, uint32_t max_segments,
                       uint32_t max_bytes, uint32_t spare, bool device_writes)
{
    uint32_t room = q->nfree > spare ? MIN(q->nfree - spare, max_segments) : 0;
    uint32_t skip = from & (uint32_t)PAGE_MASK, left = length;
    const paddr_t *page = pages + (from >> PAGE_SHIFT);
    while (left > 0 && room > 0) {
        paddr_t start = *page++ + skip;
        uint32_t run = MIN((uint32_t)PAGE_SIZE - skip, left);
        skip = 0;
        /* Frames that follow each other in memory are one run; left > run means that the last frame was taken whole. */
        while (left > run && *page == start + run && run + (uint32_t)PAGE_SIZE <= max_bytes) {
            run += MIN((uint32_t)PAGE_SIZE, left - run);
            page++;
        }
        vq_add(q, start, run, device_writes);
        left -= run;
        room--;
    }
    return length - left;
}

void vq_notify(struct virtqueue *q)
{
    /* virtio 1.1, 2.6.13: descriptors and ring entries first, then the index, then the look at the device's flags. */
    mb_dma_publish();
    __atomic_store_n(&q->avail->idx, q->avail_next, __ATOMIC_RELAXED);
    mb_dma_publish_then_check();
    if (!(q->used->flags & VQ_USED_NO_NOTIFY))
        virtio_mmio_notify(q->device, q->index);
}

static void free_chain(struct virtqueue *q, uint16_t head, struct vq_chain *c)
{
    q->desc[c->last].next = q->free_head;
    q->free_head = head;
    q->nfree = (uint16_t)(q->nfree + c->length);
    c->length = 0;
}

int vq_take(struct virtqueue *q, uint16_t *head, void **cookie, uint32_t *written)
{
    if (q->used->idx == q->used_seen)
        return 0;
    mb_dma_observe();
    uint32_t id = q->used->ring[q->used_seen & q->mask].id;
    if (id >= q->size || q->chains[id].length == 0)
        return -EIO;
    struct vq_chain *c = &q->chains[id];
    *written = q->used->ring[q->used_seen & q->mask].len;
    *head = (uint16_t)id;
    *cookie = c->cookie;
    free_chain(q, (uint16_t)id, c);
    q->used_seen++;
    return 1;
}

int vq_take_back(struct virtqueue *q, void **cookie)
{
    for (uint16_t i = 0; i < q->size; i++) {
        struct vq_chain *c = &q->chains[i];
        if (c->length) {
            *cookie = c->cookie;
            free_chain(q, i, c);
            return 1;
        }
    }
    return 0;
}
