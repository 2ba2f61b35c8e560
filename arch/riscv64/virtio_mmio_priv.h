/* virtio_mmio_priv.h: how the slots of arch/virtio_mmio.h become known. Boot. */
#ifndef ARCH_RISCV64_VIRTIO_MMIO_PRIV_H
#define ARCH_RISCV64_VIRTIO_MMIO_PRIV_H

#include "kernel/fdt.h"

/* The device tree has a slot at this node. */
void virtio_mmio_found(const struct fdt *t, fdt_node node, paddr_t base);
/* After the last one: which device stands in each. */
void virtio_mmio_probe(void);

#endif
