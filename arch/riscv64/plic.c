/* plic.c: the platform-level interrupt controller (RISC-V PLIC specification 1.0.0) and the handlers of its sources. */
#include "arch/irq.h"
#include "arch/riscv64/plic.h"

#include "arch/riscv64/mmio.h"
#include "arch/riscv64/platform_priv.h"
#include "kernel/panic.h"

/* Memory map (chapter 3); 32-bit accesses only */
#define PLIC_PRIORITY(source) (4 * (uint64_t)(source))
#define PLIC_ENABLE(context, word) (0x2000 + 0x80 * (uint64_t)(context) + 4 * (uint64_t)(word))
#define PLIC_THRESHOLD(context) (0x200000 + 0x1000 * (uint64_t)(context))
#define PLIC_CLAIM(context) (0x200004 + 0x1000 * (uint64_t)(context))

#define MAX_SOURCES 128u /* virt has 96; source 0 means "none" */
#define MAX_HANDLERS 32u
#define WORD_BITS 32u

/* Handlers are added and never removed, so dispatch reads the lists without a lock. */
struct handler {
    irq_handler *call;
    void *arg;
    struct handler *next; /* of the same source */
};

static paddr_t plic_base;
static uint32_t source_count; /* sources are 1 .. source_count */
static struct handler handlers[MAX_HANDLERS];
static unsigned handler_count;
static struct handler *first_handler[MAX_SOURCES];
static uint32_t enabled[MAX_SOURCES / WORD_BITS]; /* the same for every online hart that takes interrupts */
static unsigned takers = MAX_HARTS;               /* the first so many */

static void write_enables(const struct hart *h, uint32_t word)
{
    uint32_t bits;

    /* Another hart may change the word meanwhile: whoever writes last must have seen the last change. */
    do {
        bits = __atomic_load_n(&enabled[word], __ATOMIC_SEQ_CST);
        mmio_write32(plic_base + PLIC_ENABLE(h->plic_context, word), bits);
    } while (bits != __atomic_load_n(&enabled[word], __ATOMIC_SEQ_CST));
}

static void write_enables_everywhere(uint32_t irq)
{
    for (unsigned i = 0; i < takers; i++)
        if (harts[i].online)
            write_enables(&harts[i], irq / WORD_BITS);
}

static void find_contexts(const struct fdt *t, fdt_node plic)
{
    struct hart *h;

    for (uint32_t i = 0; hart_wired_to(t, plic, i, IRQ_S_EXTERNAL, &h); i++)
        if (h) {
            h->plic_context = i;
            h->has_plic_context = true;
        }
}

void plic_found(const struct fdt *t, fdt_node node, paddr_t base)
{
    plic_base = base;
    if (!fdt_u32(t, node, "riscv,ndev", &source_count))
        source_count = 0;
    source_count = MIN(source_count, MAX_SOURCES - 1);
    find_contexts(t, node);
    if (!harts[0].has_plic_context)
        panic("the device tree gives hart %lu no context at the interrupt controller", harts[0].id);
}

void plic_start_hart(struct hart *h)
{
    if (!plic_base)
        panic("the device tree has no interrupt controller (sifive,plic-1.0.0)");
    for (uint32_t word = 0; h < harts + takers && word <= source_count / WORD_BITS; word++)
        write_enables(h, word);
    mmio_write32(plic_base + PLIC_THRESHOLD(h->plic_context), 0);
    irq_allow(SIE_SEIE);
}

void irq_keep_to(unsigned first_harts)
{
    takers = MIN(first_harts, MAX_HARTS);
}

int irq_register(uint32_t irq, irq_handler *handler, void *arg)
{
    struct handler *h;

    if (irq == 0 || irq > source_count)
        return -EINVAL;
    if (handler_count == MAX_HANDLERS)
        return -ENOSPC;
    h = &handlers[handler_count++];
    *h = (struct handler){ .call = handler, .arg = arg, .next = first_handler[irq] };
    __atomic_store_n(&first_handler[irq], h, __ATOMIC_RELEASE);
    mmio_write32(plic_base + PLIC_PRIORITY(irq), 1);
    __atomic_fetch_or(&enabled[irq / WORD_BITS], 1u << irq % WORD_BITS, __ATOMIC_SEQ_CST);
    write_enables_everywhere(irq);
    return 0;
}

void plic_dispatch(void)
{
    paddr_t claim = plic_base + PLIC_CLAIM(this_hart()->plic_context);
    uint32_t irq = mmio_read32(claim);

    /* 0 is "another hart was faster"; completion goes to the context that claimed. A further source traps anew. */
    if (irq == 0)
        return;
    ASSERT(irq <= source_count);
    for (struct handler *h = __atomic_load_n(&first_handler[irq], __ATOMIC_ACQUIRE); h; h = h->next)
        h->call(h->arg);
    mmio_write32(claim, irq);
}
