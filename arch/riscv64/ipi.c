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

/* One pair (phandle of a hart's interrupt controller, interrupt number there) for every register, in order. */
void sswi_found(const struct fdt *t, fdt_node node, paddr_t base)
{
    uint32_t length = 0;
    const uint8_t *pairs = fdt_prop(t, node, "interrupts-extended", &length);

    for (uint32_t i = 0; pairs && i < length / 8; i++) {
        const struct hart *h = hart_by_interrupt_controller(fdt_cell(pairs + 8 * i));

        if (h && fdt_cell(pairs + 8 * i + 4) == IRQ_S_SOFTWARE)
            setssip[h->index] = base + i * SETSSIP_SIZE;
    }
}

void hart_send_ipi(unsigned index)
{
    BARRIER(rw, orw); /* what the interrupt is about, before the store or the call that sends it */
    if (setssip[index])
        mmio_write32(setssip[index], 1);
    else
        sbi_send_ipi(harts[index].id);
}
