#include "arch/virtio_mmio.h"
#include "arch/riscv64/virtio_mmio_priv.h"

#include "arch/barrier.h"
#include "arch/hart.h"
#include "arch/riscv64/mmio.h"
#include "kernel/log.h"

/* Registers (virtio 1.1, 4.2.2) */
enum {
    REG_MAGIC = 0x000,
    REG_VERSION = 0x004,
    REG_DEVICE_ID = 0x008,
    REG_DEVICE_FEATURES = 0x010,
    REG_DEVICE_FEATURES_SEL = 0x014,
    REG_DRIVER_FEATURES = 0x020,
    REG_DRIVER_FEATURES_SEL = 0x024,
    REG_QUEUE_SEL = 0x030,
    REG_QUEUE_NUM_MAX = 0x034,
    REG_QUEUE_NUM = 0x038,
    REG_QUEUE_READY = 0x044,
    REG_QUEUE_NOTIFY = 0x050,
    REG_INTERRUPT_STATUS = 0x060,
    REG_INTERRUPT_ACK = 0x064,
    REG_STATUS = 0x070,
    REG_QUEUE_DESC = 0x080, /* low word; the high one follows */
    REG_QUEUE_DRIVER = 0x090,
    REG_QUEUE_DEVICE = 0x0a0,
    REG_CONFIG_GENERATION = 0x0fc,
    REG_CONFIG = 0x100
};
#define MAGIC 0x74726976u /* "virt" */
#define VERSION_MODERN 2u

/* Status bits (virtio 1.1, 2.1) */
enum {
    STATUS_ACKNOWLEDGE = 1,
    STATUS_DRIVER = 2,
    STATUS_DRIVER_OK = 4,
    STATUS_FEATURES_OK = 8,
    STATUS_NEEDS_RESET = 64,
    STATUS_FAILED = 128
};

#define MAX_SLOTS 32
#define EXIT_UNUSABLE 2

struct virtio_mmio {
    paddr_t base;
    uint32_t device_id; /* 0: the slot is empty */
    uint32_t irq;
};

static struct virtio_mmio slots[MAX_SLOTS]; /* by address */
static unsigned slot_count;

static uint32_t reg_read(const struct virtio_mmio *d, uint32_t reg) { return mmio_read32(d->base + reg); }
static void reg_write(const struct virtio_mmio *d, uint32_t reg, uint32_t v) { mmio_write32(d->base + reg, v); }

void virtio_mmio_found(const struct fdt *t, fdt_node node, paddr_t base)
{
    unsigned at = slot_count;
    uint32_t irq = 0;

    if (slot_count == MAX_SLOTS || !fdt_u32(t, node, "interrupts", &irq))
        return;
    /* QEMU lists the slots from the highest address down; bus=virtio-mmio-bus.0 is the lowest. */
    for (; at > 0 && slots[at - 1].base > base; at--)
        slots[at] = slots[at - 1];
    slots[at] = (struct virtio_mmio){ .base = base, .irq = irq };
    slot_count++;
}

void virtio_mmio_probe(void)
{
    for (unsigned i = 0; i < slot_count; i++) {
        struct virtio_mmio *d = &slots[i];

        if (reg_read(d, REG_MAGIC) != MAGIC)
            continue;
        d->device_id = reg_read(d, REG_DEVICE_ID);
        if (d->device_id != 0 && reg_read(d, REG_VERSION) != VERSION_MODERN) {
            log_printf("bower: legacy virtio-mmio: start QEMU with -global virtio-mmio.force-legacy=false\n");
            machine_exit(EXIT_UNUSABLE);
        }
    }
}

struct virtio_mmio *virtio_mmio_find(uint32_t device_id, unsigned i)
{
    for (unsigned s = 0; s < slot_count; s++)
        if (slots[s].device_id == device_id && device_id != 0 && i-- == 0)
            return &slots[s];
    return NULL;
}

uint32_t virtio_mmio_irq(const struct virtio_mmio *d)
{
    return d->irq;
}

unsigned virtio_mmio_slot(const struct virtio_mmio *d)
{
    return (unsigned)(d - slots);
}

static void status_add(struct virtio_mmio *d, uint32_t bits)
{
    reg_write(d, REG_STATUS, reg_read(d, REG_STATUS) | bits);
}

void virtio_mmio_reset(struct virtio_mmio *d)
{
    /* 4.2.3.1: the driver waits until the device says that the reset is done. */
    reg_write(d, REG_STATUS, 0);
    while (reg_read(d, REG_STATUS) != 0)
        ;
}

static uint64_t features_offered(struct virtio_mmio *d)
{
    uint64_t low;

    reg_write(d, REG_DEVICE_FEATURES_SEL, 0);
    low = reg_read(d, REG_DEVICE_FEATURES);
    reg_write(d, REG_DEVICE_FEATURES_SEL, 1);
    return (uint64_t)reg_read(d, REG_DEVICE_FEATURES) << 32 | low;
}

int virtio_mmio_start(struct virtio_mmio *d, uint64_t wanted, uint64_t *got)
{
    uint64_t features;

    virtio_mmio_reset(d);
    status_add(d, STATUS_ACKNOWLEDGE);
    status_add(d, STATUS_DRIVER);
    features = features_offered(d) & (wanted | VIRTIO_F_VERSION_1);
    reg_write(d, REG_DRIVER_FEATURES_SEL, 0);
    reg_write(d, REG_DRIVER_FEATURES, (uint32_t)features);
    reg_write(d, REG_DRIVER_FEATURES_SEL, 1);
    reg_write(d, REG_DRIVER_FEATURES, (uint32_t)(features >> 32));
    status_add(d, STATUS_FEATURES_OK);
    /* 3.1.1 step 6: the device may still refuse the subset. */
    if (!(features & VIRTIO_F_VERSION_1) || !(reg_read(d, REG_STATUS) & STATUS_FEATURES_OK)) {
        virtio_mmio_failed(d);
        return -ENOTSUP;
    }
    *got = features;
    return 0;
}

uint32_t virtio_mmio_queue_max(struct virtio_mmio *d, uint32_t q)
{
    reg_write(d, REG_QUEUE_SEL, q);
    return reg_read(d, REG_QUEUE_NUM_MAX);
}

static void write_address(struct virtio_mmio *d, uint32_t reg, paddr_t pa)
{
    reg_write(d, reg, (uint32_t)pa);
    reg_write(d, reg + 4, (uint32_t)(pa >> 32));
}

int virtio_mmio_queue(struct virtio_mmio *d, uint32_t q, uint32_t size, paddr_t desc, paddr_t avail, paddr_t used)
{
    if (size == 0 || (size & (size - 1)) != 0 || size > virtio_mmio_queue_max(d, q))
        return -EINVAL;
    if (reg_read(d, REG_QUEUE_READY) != 0)
        return -EBUSY;
    reg_write(d, REG_QUEUE_NUM, size);
    write_address(d, REG_QUEUE_DESC, desc);
    write_address(d, REG_QUEUE_DRIVER, avail);
    write_address(d, REG_QUEUE_DEVICE, used);
    mb_before_notify(); /* the rings' first contents before the device may look at them */
    reg_write(d, REG_QUEUE_READY, 1);
    return 0;
}

void virtio_mmio_driver_ok(struct virtio_mmio *d)
{
    status_add(d, STATUS_DRIVER_OK);
}

void virtio_mmio_failed(struct virtio_mmio *d)
{
    status_add(d, STATUS_FAILED);
}

bool virtio_mmio_needs_reset(struct virtio_mmio *d)
{
    return (reg_read(d, REG_STATUS) & STATUS_NEEDS_RESET) != 0;
}

void virtio_mmio_notify(struct virtio_mmio *d, uint32_t q)
{
    mb_before_notify();
    reg_write(d, REG_QUEUE_NOTIFY, q);
}

uint32_t virtio_mmio_ack(struct virtio_mmio *d)
{
    uint32_t status = reg_read(d, REG_INTERRUPT_STATUS);

    reg_write(d, REG_INTERRUPT_ACK, status);
    /* Acknowledged before the ring is read, so that what arrives later raises the line again. */
    BARRIER(io, rw);
    return status;
}

void virtio_mmio_ack_used(struct virtio_mmio *d)
{
    reg_write(d, REG_INTERRUPT_ACK, VIRTIO_IRQ_USED);
    BARRIER(io, rw); /* as above */
}

uint32_t virtio_mmio_config32(struct virtio_mmio *d, uint32_t offset)
{
    return reg_read(d, REG_CONFIG + offset);
}

/* 4.2.2.2: fields wider than 32 bits hold only if the generation did not change meanwhile. */
uint64_t virtio_mmio_config64(struct virtio_mmio *d, uint32_t offset)
{
    uint32_t before, after, low, high;

    do {
        before = reg_read(d, REG_CONFIG_GENERATION);
        low = reg_read(d, REG_CONFIG + offset);
        high = reg_read(d, REG_CONFIG + offset + 4);
        after = reg_read(d, REG_CONFIG_GENERATION);
    } while (before != after);
    return (uint64_t)high << 32 | low;
}
