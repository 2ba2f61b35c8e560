/*
 * ram.h: which ranges of memory are left for use, worked out from the device tree at boot. Pure code, also built for the
 * host. Ranges are whole pages, in no order; what is less than a page is nobody's.
 */
#ifndef KERNEL_RAM_H
#define KERNEL_RAM_H

#include "arch/platform.h"
#include "kernel/fdt.h"

#define RAM_MAX_RANGES 32

struct ram {
    struct ram_range ranges[RAM_MAX_RANGES];
    size_t count;
    struct ram_range firmware; /* in front of the image; empty if nothing is there */
};

void ram_add(struct ram *ram, paddr_t start, paddr_t end);
/* Takes every page that touches [start, end) away. */
void ram_remove(struct ram *ram, paddr_t start, paddr_t end);

/*
 * All memory of the tree below limit, without what it reserves, without the image, and without the firmware that lies in
 * the same piece of memory in front of the image.
 */
void ram_find(struct ram *ram, const struct fdt *t, struct ram_range image, paddr_t limit);

#endif
