/* uart.h: the UART of the console, for the machine's own files; everybody else writes through arch/console.h. */
#ifndef ARCH_RISCV64_UART_H
#define ARCH_RISCV64_UART_H

#include "kernel/fdt.h"

/* Boot: the device tree has one at this node. The first one is the console's. */
void uart_found(const struct fdt *t, fdt_node node, paddr_t base);
/* Waits, within bounds, until the last byte has left. Any context. */
void uart_drain(void);

#endif
