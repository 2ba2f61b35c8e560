/*
 * A trap in the handler whose report traps as well: no report can be had, but the end and its status are certain.
 *
 * exit: 134
 * run:
 * stderr!~: ^fault
 */
#include <stdint.h>

int main(void)
{
    uint64_t *hart; /* arch/riscv64/hart_state.h: trap_sp, depth, entry_sp, entry_tp, double_fault_sp */
    __asm__ volatile("csrr %0, sscratch"
                     : "=r"(hart));
    hart[0] = 0;
    hart[4] = 0;
    *(volatile int *)8 = 1;
    return 1;
}
