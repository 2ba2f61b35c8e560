/*
 * pt_boot.c: the mappings that stay for good: image by section, RAM and device windows one to one. All of them are global,
 * with A and D set, so that hardware never has to write them.
 */
#include "arch/platform.h"
#include "arch/riscv64/platform_priv.h"
#include "arch/riscv64/pte.h"
#include "kernel/panic.h"

/* bower.ld; each is page-aligned */
extern char __image_start[], __text_end[], __rodata_end[], __data_end[], __stacks_start[],
    __stacks_end[], __image_end[];

#define BOOT_R (PTE_R | PTE_A | PTE_G)
#define BOOT_RX (PTE_R | PTE_X | PTE_A | PTE_G)
#define BOOT_RW (PTE_R | PTE_W | PTE_A | PTE_D | PTE_G)

#define MAX_LINEAR_RANGES 32

static struct ram_range linear[MAX_LINEAR_RANGES];
static size_t linear_count;

/* The largest leaf that starts at pa and fits. */
static unsigned level_for(paddr_t pa, uint64_t length)
{
    for (unsigned level = SV39_LEVELS - 1; level > 0; level--)
        if (pa % PT_LEVEL_SIZE(level) == 0 && length >= PT_LEVEL_SIZE(level))
            return level;
    return 0;
}

static void map_identity(paddr_t start, paddr_t end, pte_t bits)
{
    ASSERT(start % PAGE_SIZE == 0 && end % PAGE_SIZE == 0);
    ASSERT(start >= PAGE_SIZE && end <= PT_LINEAR_END); /* page 0 stays unmapped */
    while (start < end) {
        unsigned level = level_for(start, end - start);
        pte_t *entry = pt_entry_at(start, level);

        if (!entry)
            panic("out of memory for the tables of the linear map at %lx", start);
        ASSERT(*entry == 0);
        *entry = pte_address(start) | bits | PTE_V;
        start += PT_LEVEL_SIZE(level);
    }
}

static void map_stacks(void)
{
    ASSERT((paddr_t)__stacks_start == (paddr_t)hart_stacks);
    ASSERT((paddr_t)__stacks_end == (paddr_t)(hart_stacks + MAX_HARTS));
    for (unsigned i = 0; i < MAX_HARTS; i++) {
        struct hart_stacks *s = &hart_stacks[i];

        map_identity((paddr_t)s->trap, (paddr_t)s->double_fault_guard, BOOT_RW);
        map_identity((paddr_t)s->double_fault, (paddr_t)s->boot_guard, BOOT_RW);
        map_identity((paddr_t)s->boot, (paddr_t)(s + 1), BOOT_RW);
    }
}

bool pt_in_linear_map(paddr_t pa)
{
    for (size_t i = 0; i < linear_count; i++)
        if (pa >= linear[i].start && pa < linear[i].end)
            return true;
    return false;
}

struct ram_range platform_image(void)
{
    return (struct ram_range){ (paddr_t)__image_start, (paddr_t)__image_end };
}

void platform_enable_paging(const struct ram_range *ram, size_t n, struct ram_range read_only)
{
    map_identity((paddr_t)__image_start, (paddr_t)__text_end, BOOT_RX);
    map_identity((paddr_t)__text_end, (paddr_t)__rodata_end, BOOT_R);
    map_identity((paddr_t)__rodata_end, (paddr_t)__data_end, BOOT_RW);
    map_stacks();
    map_identity((paddr_t)__stacks_end, (paddr_t)__image_end, BOOT_RW);
    for (size_t i = 0; i < n; i++) {
        map_identity(ram[i].start, ram[i].end, BOOT_RW);
        if (linear_count < MAX_LINEAR_RANGES)
            linear[linear_count++] = ram[i];
    }
    map_identity(read_only.start, read_only.end, BOOT_R);
    for (unsigned i = 0; i < device_window_count; i++)
        map_identity(device_windows[i].base, device_windows[i].base + device_windows[i].size, BOOT_RW);

    platform_use_paging();
}

void platform_use_paging(void)
{
    /* Priv. 4.2.1: the stores to the table before any walk, and nothing stale from before. */
    sfence_everything();
    csr_write(satp, (uint64_t)SATP_MODE_SV39 << SATP_MODE_SHIFT | (paddr_t)pt_root >> PAGE_SHIFT);
    sfence_everything();
    ASSERT(csr_read(satp) >> SATP_MODE_SHIFT == SATP_MODE_SV39);
}
