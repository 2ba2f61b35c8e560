/*
 * ipi.c: software interrupts from hart to hart. A machine with an SSWI device (RISC-V ACLINT specification 1.0-rc4, chapter 4) takes
 * them as a store; elsewhere the firmware sends them, which costs a trap to machine mode here and another one there.
 */
#include "arch/riscv64/ipi.h"

#include "arch/barrier.h"
#include "arch/riscv64/mmio.h"
#include "arch/riscv64/platform_priv.h"
#include "arch/riscv64/sbi.h"

#define SETSSIP_SIZE 4u

static paddr_t setssip[MAX_HARTS]; /* of each hart, by index; 0: it has none */

void sswi_found(const struct fdt *t, fdt_node node, paddr_t base)
{
    struct hart *h;

    for (uint32_t i = 0; hart_wired_to(t, node, i, IRQ_S_SOFTWARE, &h); i++)
        if (h)
            setssip[h->index] = base + i * SETSSIP_SIZE;
}

void hart_send_ipi(unsigned index)
{
    BARRIER(rw, orw); /* what the interrupt is about, before the store or the call that sends it */
    __atomic_fetch_add(&this_hart()->ipis, 1, __ATOMIC_RELAXED);
    if (setssip[index]) {
        mmio_write32(setssip[index], 1);
    } else {
        __atomic_fetch_add(&this_hart()->ipis_by_firmware, 1, __ATOMIC_RELAXED);
        sbi_send_ipi(harts[index].id);
    }
}

struct ipi_counts hart_ipi_counts(void)
{
    struct ipi_counts sum = { 0, 0 };

    for (unsigned i = 0; i < MAX_HARTS; i++) {
        sum.sent += __atomic_load_n(&harts[i].ipis, __ATOMIC_RELAXED);
        sum.by_firmware += __atomic_load_n(&harts[i].ipis_by_firmware, __ATOMIC_RELAXED);
    }
    return sum;
}
