#include "kernel/sync.h"

#if !defined(__riscv)
#define SYNC_INLINE
#include "kernel/sync_inline.h"
#endif

static uint64_t waited_instret;

uint64_t completion_waited_instret(void)
{
    return __atomic_load_n(&waited_instret, __ATOMIC_RELAXED);
}

void completion_count_work(uint64_t instructions)
{
    __atomic_fetch_sub(&waited_instret, instructions, __ATOMIC_RELAXED);
}

void completion_wait(struct completion *c)
{
    uint64_t begin = hart_instret();
    /* Interrupts stay off between the look and the wfi, which wakes on a pending interrupt all the same: no lost wake-up. */
    bool were_on = irq_save();
    while (!completion_try(c))
        hart_wait_for_interrupt();
    irq_restore(were_on);
    __atomic_fetch_add(&waited_instret, hart_instret() - begin, __ATOMIC_RELAXED);
}
