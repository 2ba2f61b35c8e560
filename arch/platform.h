/*
 * platform.h: the steps of boot that only the architecture can do, in the order in which kernel/boot.c takes them.
 * Boot hart only, once each.
 */
#ifndef ARCH_PLATFORM_H
#define ARCH_PLATFORM_H

#include "kernel/fdt.h"
#include "kernel/types.h"

struct ram_range {
    paddr_t start, end;
};

/* The image, as linked: whole pages, text to stacks. */
struct ram_range platform_image(void);

/* Finds console, exit device, clock, interrupt controller, virtio slots and harts. Paging is still off. */
void platform_find_devices(const struct fdt *t);

/*
 * Builds the table of the one address space and turns Sv39 on: image by section (W^X), RAM one to one (read, write),
 * read_only one to one (the device tree), device windows, nothing else. Tables come from mem_pages.
 */
void platform_enable_paging(const struct ram_range *ram, size_t n, struct ram_range read_only);

/* A further hart: the table that the boot hart has built. */
void platform_use_paging(void);

/* Lets this hart take external and timer interrupts once sstatus.SIE is set. */
void platform_enable_interrupts(void);

#endif
