#include "kernel/device/virtio_queue.h"

#include "arch/pt.h"
#include "kernel/mem.h"
#include "kernel/thread/sync.h"

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
    void **cookies = kalloc(size * sizeof(*cookies));
    if (!rings || !cookies) {
        kfree(cookies);
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
        .cookies = cookies,
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

/* By now the device may have looked already: then it finds nothing, and no harm is done. */
static void ring_doorbell(void *queue)
{
    const struct virtqueue *q = queue;
    virtio_mmio_notify(q->device, q->index);
}

void vq_notify(struct virtqueue *q)
{
    /* virtio 1.1, 2.6.13: descriptors and ring entries first, then the index, then the look at the device's flags. */
    mb_dma_publish();
    __atomic_store_n(&q->avail->idx, q->avail_next, __ATOMIC_RELAXED);
    mb_dma_publish_then_check();
    if (!(q->used->flags & VQ_USED_NO_NOTIFY))
        spin_defer(ring_doorbell, q);
}

void vq_set_tables(struct virtqueue *q, paddr_t tables, size_t stride, uint32_t entries)
{
    for (uint32_t i = 0; i < q->size; i++) {
        q->desc[i].addr = tables + i * stride;
        q->desc[i].len = entries * (uint32_t)sizeof(struct vq_desc);
        q->desc[i].flags = VQ_DESC_INDIRECT;
    }
}

int vq_take_back(struct virtqueue *q, void **cookie)
{
    for (uint32_t i = 0; i < q->size; i++)
        if (q->cookies[i]) {
            *cookie = vq_take_name(q, i);
            return 1;
        }
    return 0;
}
