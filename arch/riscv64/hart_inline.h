/* hart_inline.h: what of arch/hart.h costs one or two instructions. Include arch/hart.h, which says what they do. */
#ifndef ARCH_RISCV64_HART_INLINE_H
#define ARCH_RISCV64_HART_INLINE_H

#include "arch/riscv64/masking.h"
#include "arch/riscv64/offsets.h"

struct hart;

static inline struct hart *this_hart(void)
{
    return (struct hart *)csr_read(sscratch);
}

static inline unsigned hart_index(void)
{
    return *(const uint32_t *)((const char *)this_hart() + HART_INDEX);
}

static inline uint32_t *hart_locks(struct hart *h)
{
    return (uint32_t *)((char *)h + HART_LOCKS);
}

static inline uint64_t hart_instret(void)
{
    return csr_read(instret) - *(const uint64_t *)((const char *)this_hart() + HART_SLEPT);
}

static inline bool irq_save(void)
{
    return (csr_read_clear(IRQ_CSR, IRQ_BITS) & IRQ_BITS) != 0;
}

static inline void irq_restore(bool were_on)
{
    if (were_on)
        csr_set(IRQ_CSR, IRQ_BITS);
}

static inline void stack_touch(const volatile char *at)
{
    __asm__ volatile("lb zero, %0" ::"m"(*at)); /* trap.c knows it by its register */
}

#endif
