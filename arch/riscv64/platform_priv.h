/* platform_priv.h: what platform.c read from the device tree, for the machine's own files. Constant once it has been read. */
#ifndef ARCH_RISCV64_PLATFORM_PRIV_H
#define ARCH_RISCV64_PLATFORM_PRIV_H

#include "arch/riscv64/hart_state.h"
#include "kernel/fdt.h"

/* A range of device registers: mapped by paging, named in reports. */
struct device_window {
    const char *name;
    paddr_t base;
    uint64_t size; /* whole pages */
};
#define MAX_DEVICE_WINDOWS 48
extern struct device_window device_windows[MAX_DEVICE_WINDOWS];
extern unsigned device_window_count;

/*
 * The device's interrupts-extended: pair i is (phandle of a hart's interrupt controller, interrupt number there). *out: the hart if that is
 * the number, else NULL. False: there are not so many pairs.
 */
bool hart_wired_to(const struct fdt *t, fdt_node device, uint32_t i, uint32_t number, struct hart **out);

#endif
