/* platform_priv.h: what the files of arch/riscv64 offer each other. Contexts are those of arch/irq.h and arch/hart.h. */
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

struct hart *hart_by_id(uint64_t id); /* NULL: not in the device tree */
/*
 * The device's interrupts-extended: pair i is (phandle of a hart's interrupt controller, interrupt number there). *out: the hart if that is
 * the number, else NULL. False: there are not so many pairs.
 */
bool hart_wired_to(const struct fdt *t, fdt_node device, uint32_t i, uint32_t number, struct hart **out);
/* From the trap handler: handles the interrupt, and keeps that out of hart_instret. */
void hart_take_interrupt(uint64_t number);
/* An interrupt's handler ends, which began at this instret: none of it counts as the interrupted code's. */
void hart_discount(uint64_t since);
/* Boot hart, once, before anything enables an interrupt. */
void hart_measure_interrupts(void);

/* Devices, as platform.c finds them in the device tree. node is a child of parent. */
void uart_found(const struct fdt *t, fdt_node node, paddr_t base);
void rtc_found(paddr_t base);
void plic_found(const struct fdt *t, fdt_node node, paddr_t base);
void sswi_found(const struct fdt *t, fdt_node node, paddr_t base);
void virtio_mmio_found(const struct fdt *t, fdt_node node, paddr_t base);
void virtio_mmio_probe(void); /* after the last slot was found */

void uart_drain(void); /* waits, within bounds, until the last byte has left */

void plic_start_hart(struct hart *h);
void plic_dispatch(void); /* claims and handles what comes first */

void timer_init(uint64_t ticks_per_second, bool has_sstc);
void timer_start_hart(void);
void timer_fire(void);
void timer_aim(const struct hart *h, uint64_t deadline); /* the clock rings then, or for the sampler; interrupts off */
uint64_t timer_ticks(uint64_t ns);
void timer_begin_wait(const struct hart *h); /* around wfi: see timer.c */
void timer_end_wait(struct hart *h);
void timer_begin_rest(const struct hart *h, uint64_t ns); /* the clock rings after so long at the latest */
void timer_end_rest(const struct hart *h);

/* The entry of va at a level (0: 4 KiB), upper tables made as needed; NULL: no memory. Boot or thread context. */
uint64_t *pt_entry_at(vaddr_t va, unsigned level);
/* RAM that is mapped one to one (for reports; the image and the device tree are not in it) */
bool pt_in_linear_map(paddr_t pa);
/* True if a load from va would not trap, now; walks every level. Any context. */
bool pt_readable(vaddr_t va);

#endif
