/*
 * ipi.c: software interrupts from hart to hart. A machine with an SSWI device (RISC-V ACLINT specification 1.0-rc4, chapter 4) takes
 * them as a store; elsewhere the firmware sends them, which costs a trap to machine mode here and another one there.
 */
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
    if (setssip[index])
        mmio_write32(setssip[index], 1);
    else
        sbi_send_ipi(harts[index].id);
}
