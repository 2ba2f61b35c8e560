/*
 * csr.h: every control register, bit and cause that the kernel uses, and the only way to reach them from C.
 * Numbers: Priv. 20211203 (chapter 4, supervisor level) and the sstc extension 1.0.0.
 * Also included by assembly, which sees the constants only.
 */
#ifndef ARCH_RISCV64_CSR_H
#define ARCH_RISCV64_CSR_H

#define SSTATUS_SIE 0x2   /* interrupts of this hart */
#define SSTATUS_SPIE 0x20 /* SIE before the trap */
#define SSTATUS_VS 0x600  /* vector state: 0 is Off */
#define SSTATUS_FS 0x6000 /* floating-point state: 0 is Off */
#define SSTATUS_FS_INITIAL 0x2000
#define SSTATUS_FS_CLEAN 0x4000
#define SSTATUS_SUM 0x40000 /* never set: PTE_U marks PROT_NONE (pte.h) */

#define SIE_SSIE 0x2   /* software */
#define SIE_STIE 0x20  /* timer */
#define SIE_SEIE 0x200 /* external: PLIC */

#define SCAUSE_INTERRUPT_BIT 63
#define IRQ_S_SOFTWARE 1
#define IRQ_S_TIMER 5
#define IRQ_S_EXTERNAL 9

#define CAUSE_INSTRUCTION_MISALIGNED 0
#define CAUSE_INSTRUCTION_ACCESS 1
#define CAUSE_ILLEGAL_INSTRUCTION 2
#define CAUSE_BREAKPOINT 3
#define CAUSE_LOAD_MISALIGNED 4
#define CAUSE_LOAD_ACCESS 5
#define CAUSE_STORE_MISALIGNED 6
#define CAUSE_STORE_ACCESS 7
#define CAUSE_ECALL_U 8
#define CAUSE_ECALL_S 9
#define CAUSE_INSTRUCTION_PAGE_FAULT 12
#define CAUSE_LOAD_PAGE_FAULT 13
#define CAUSE_STORE_PAGE_FAULT 15

#define SATP_MODE_SV39 8
#define SATP_MODE_SHIFT 60

#define CSR_STIMECMP 0x14d /* sstc; GCC 12's assembler does not know the name */

#ifndef __ASSEMBLER__

#include "kernel/types.h"

#define CSR_STRING_(x) #x
#define CSR_STRING(x) CSR_STRING_(x) /* CSR_STIMECMP has to be expanded before it becomes text */

#define csr_read(name) \
    __extension__({ \
        uint64_t csr_value_; \
        __asm__ volatile("csrr %0, " CSR_STRING(name) \
                         : "=r"(csr_value_)::"memory"); \
        csr_value_; \
    })
#define csr_write(name, value) \
    __asm__ volatile("csrw " CSR_STRING(name) ", %0" ::"rK"((uint64_t)(value)) \
                     : "memory")
#define csr_set(name, bits) \
    __asm__ volatile("csrs " CSR_STRING(name) ", %0" ::"rK"((uint64_t)(bits)) \
                     : "memory")
#define csr_clear(name, bits) \
    __asm__ volatile("csrc " CSR_STRING(name) ", %0" ::"rK"((uint64_t)(bits)) \
                     : "memory")
/* Clears bits and returns what the register held before, in one instruction. */
#define csr_read_clear(name, bits) \
    __extension__({ \
        uint64_t csr_value_; \
        __asm__ volatile("csrrc %0, " CSR_STRING(name) ", %1" \
                         : "=r"(csr_value_) \
                         : "rK"((uint64_t)(bits)) \
                         : "memory"); \
        csr_value_; \
    })

static inline void wait_for_interrupt(void) { __asm__ volatile("wfi" ::
                                                                   : "memory"); }

/* Priv. 4.2.1: orders earlier PTE stores before later walks of this hart, for one address or for ASID 0 as a whole.
 * The ASID form spares global mappings (image and linear map), which never change after boot. */
static inline void sfence_page(vaddr_t va) { __asm__ volatile("sfence.vma %0, zero" ::"r"(va)
                                                              : "memory"); }
static inline void sfence_address_space(void)
{
    const uint64_t asid = 0;
    __asm__ volatile("sfence.vma zero, %0" ::"r"(asid)
                     : "memory");
}
static inline void sfence_everything(void) { __asm__ volatile("sfence.vma" ::
                                                                  : "memory"); }

#endif
#endif
