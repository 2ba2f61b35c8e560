/*
 * virtio_mmio.h: the register transport of virtio devices (virtio 1.1, 4.2), modern (Version 2) only.
 *
 * Rings and what stands in them belong to the driver (kernel/device/virtio_queue.h). The driver's order of calls is that of
 * virtio 1.1, 3.1.1:
 *     d = virtio_mmio_find(VIRTIO_ID_BLOCK, i);      device number i of this kind
 *     virtio_mmio_start(d, wanted, &got);            reset, ACKNOWLEDGE, DRIVER, features, FEATURES_OK
 *     virtio_mmio_queue(d, 0, size, desc, avail, used);
 *     irq_register(virtio_mmio_irq(d), handler, ...);
 *     virtio_mmio_driver_ok(d);
 * A device belongs to the driver that started it; no call takes a lock. start and queue: boot or thread context;
 * everything else: any context.
 */
#ifndef ARCH_VIRTIO_MMIO_H
#define ARCH_VIRTIO_MMIO_H

#include "kernel/types.h"

/* Device IDs (virtio 1.1, 5) */
#define VIRTIO_ID_BLOCK 2
#define VIRTIO_ID_CONSOLE 3
#define VIRTIO_ID_9P 9

/* Feature bits of every device (virtio 1.1, 6). VERSION_1 is always asked for and always required. */
#define VIRTIO_F_INDIRECT_DESC ((uint64_t)1 << 28)
#define VIRTIO_F_VERSION_1 ((uint64_t)1 << 32)

/* Bits of the interrupt status (virtio 1.1, 4.2.2) */
#define VIRTIO_IRQ_USED 1u
#define VIRTIO_IRQ_CONFIG 2u

struct virtio_mmio;

/*
 * The i-th device with this ID, in order of address (QEMU's bus=virtio-mmio-bus.N), or NULL. The devices were found
 * at boot; a legacy device (Version 1) stopped the machine there with a message that says what to change.
 */
struct virtio_mmio *virtio_mmio_find(uint32_t device_id, unsigned i);
uint32_t virtio_mmio_irq(const struct virtio_mmio *d);  /* PLIC source, for irq_register */
unsigned virtio_mmio_slot(const struct virtio_mmio *d); /* 0 for the lowest address: for messages */

/*
 * Resets the device and negotiates wanted & offered. 0, or -ENOTSUP: VERSION_1 or FEATURES_OK refused (FAILED is set).
 */
int virtio_mmio_start(struct virtio_mmio *d, uint64_t wanted, uint64_t *got);

/* Largest size of queue q, 0 if it does not exist. */
uint32_t virtio_mmio_queue_max(struct virtio_mmio *d, uint32_t q);
/* Hands the rings (physical addresses; size a power of two) to the device. 0, -EINVAL (size), -EBUSY (in use). */
int virtio_mmio_queue(struct virtio_mmio *d, uint32_t q, uint32_t size, paddr_t desc, paddr_t avail, paddr_t used);
void virtio_mmio_driver_ok(struct virtio_mmio *d);
void virtio_mmio_failed(struct virtio_mmio *d);
bool virtio_mmio_needs_reset(struct virtio_mmio *d);
void virtio_mmio_reset(struct virtio_mmio *d); /* the device stops: nothing is in flight when this returns */

/* Rings the doorbell of queue q; orders everything written before it (mb_before_notify is inside). */
void virtio_mmio_notify(struct virtio_mmio *d, uint32_t q);
/* Reads the interrupt status and acknowledges what it read; look at the rings after this. */
uint32_t virtio_mmio_ack(struct virtio_mmio *d);
/* Acknowledges a used buffer alone, without a look (a register access is dear): what else there is keeps the line raised. */
void virtio_mmio_ack_used(struct virtio_mmio *d);

/* Device configuration space, by width; 64-bit reads repeat until ConfigGeneration stands still. */
uint32_t virtio_mmio_config32(struct virtio_mmio *d, uint32_t offset);
uint64_t virtio_mmio_config64(struct virtio_mmio *d, uint32_t offset);

#endif
