/* sbi.h: calls into the firmware (RISC-V SBI 1.0). Any context. */
#ifndef ARCH_RISCV64_SBI_H
#define ARCH_RISCV64_SBI_H

#include "kernel/types.h"

struct sbi_result {
    int64_t error; /* 0 or a negative SBI error */
    uint64_t value;
};

void sbi_legacy_putchar(char c);    /* SBI 1.0 ch. 5.2: for output before the UART is known */
void sbi_set_timer(uint64_t ticks); /* ch. 6 */
/* Fences ASID 0 of the harts whose ids are set in mask (bit 0 is hart base); ch. 8.3. Returns when they have done so. */
void sbi_remote_sfence(uint64_t mask, uint64_t base, vaddr_t start, uint64_t size);
/* ch. 9.1: start is a physical address; the hart gets opaque in a1. 0 or a negative SBI error. */
int64_t sbi_hart_start(uint64_t id, paddr_t start, uint64_t opaque);
void sbi_send_ipi(uint64_t id);           /* ch. 7 */
_Noreturn void sbi_shutdown_failed(void); /* ch. 10, reason "system failure" */

#define SBI_EXT_TIME 0x54494d45
#define SBI_EXT_RFENCE 0x52464e43
#define SBI_EXT_IPI 0x735049
#define SBI_EXT_HSM 0x48534d

#endif
