/* plic.h: the interrupt controller, for the machine's own files; drivers ask it through arch/irq.h. */
#ifndef ARCH_RISCV64_PLIC_H
#define ARCH_RISCV64_PLIC_H

#include "arch/riscv64/hart_state.h"
#include "kernel/fdt.h"

/* Boot: the device tree has it at this node. */
void plic_found(const struct fdt *t, fdt_node node, paddr_t base);
/* Boot of each hart, by itself: external interrupts come from here on. */
void plic_start_hart(struct hart *h);
/* Claims the interrupt that comes first and handles it, in the context of arch/irq.h. */
void plic_dispatch(void);

#endif
