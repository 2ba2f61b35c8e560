/*
 * exit_device.h: how the machine ends: a store to the SiFive test finisher, or without one SBI's system reset, whose exit
 * status QEMU does not pass on. Also included by assembly.
 */
#ifndef ARCH_RISCV64_EXIT_DEVICE_H
#define ARCH_RISCV64_EXIT_DEVICE_H

#define EXIT_DEVICE_PASS 0x5555
#define EXIT_DEVICE_FAIL(code) ((code) << 16 | 0x3333)
#define EXIT_CODE_MASK 0xff

/* SBI 1.0 ch. 10 */
#define SBI_EXT_SRST 0x53525354
#define SBI_SRST_RESET 0
#define SBI_SRST_SHUTDOWN 0
#define SBI_SRST_SYSTEM_FAILURE 1

#ifndef __ASSEMBLER__
#include "kernel/types.h"
extern paddr_t exit_device; /* 0: not known yet */
#endif

#endif
