/* mmio.h: device registers. Accesses to one device keep their order (strongly ordered I/O memory, unprivileged 2.7). */
#ifndef ARCH_RISCV64_MMIO_H
#define ARCH_RISCV64_MMIO_H

#include "kernel/types.h"

static inline uint8_t mmio_read8(paddr_t a) { return *(volatile uint8_t *)(uintptr_t)a; }
static inline uint32_t mmio_read32(paddr_t a) { return *(volatile uint32_t *)(uintptr_t)a; }
static inline void mmio_write8(paddr_t a, uint8_t v) { *(volatile uint8_t *)(uintptr_t)a = v; }
static inline void mmio_write32(paddr_t a, uint32_t v) { *(volatile uint32_t *)(uintptr_t)a = v; }

#endif
