/* ipi.h: the device that interrupts other harts, if the machine has one. Interrupts are sent through arch/hart.h. */
#ifndef ARCH_RISCV64_IPI_H
#define ARCH_RISCV64_IPI_H

#include "kernel/fdt.h"

/* Boot: the device tree has it at this node. */
void sswi_found(const struct fdt *t, fdt_node node, paddr_t base);

#endif
