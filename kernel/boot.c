/* boot.c: the order of boot, from the device tree to the program. */
#include "kernel/boot.h"

#include "arch/hart.h"
#include "arch/irq.h"
#include "arch/platform.h"
#include "arch/pt.h"
#include "arch/report.h"
#include "kernel/bootargs.h"
#include "kernel/device/devices.h"
#include "kernel/plan/learn.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/pager/pager.h"
#include "kernel/panic.h"
#include "kernel/ram.h"
#include "kernel/thread/sampler.h"
#include "kernel/thread/thread.h"
#include "kernel/pager/trace.h"
#include "kernel/vm/tlb.h"
#include "kernel/vm/vm.h"
#include "kernel/vm/vm_heap.h"

#include <string.h>

#define MAX_TREE_SIZE ((uint32_t)4 << 20) /* more than any firmware gives; bounds what a broken header may claim */
#define DEFAULT_FRAMES 16
#define EXIT_UNUSABLE 2

uint64_t boot_instret_start __attribute__((section(".data")));
struct fdt boot_fdt;

static uint32_t processors; /* boot_processors; once the harts have started */

/* Paging is off here: addresses are physical. */
static void take_memory(paddr_t dtb)
{
    struct ram_range tree = { PAGE_ALIGN_DOWN(dtb), PAGE_ALIGN_UP(dtb + boot_fdt.size) };
    struct ram ram;

    /* RAM is mapped one to one, so it has to end where the program's addresses start. */
    ram_find(&ram, &boot_fdt, platform_image(), HEAP_BASE);
    ram_remove(&ram, tree.start, tree.end);
    report_name_range(tree.start, tree.end, "the device tree (read)");
    report_name_range(ram.firmware.start, ram.firmware.end, "firmware");
    if (ram.count == 0)
        panic("the device tree has no memory that is free");
    for (size_t i = 0; i < ram.count; i++)
        mem_add(ram.ranges[i].start, ram.ranges[i].end);
    platform_enable_paging(ram.ranges, ram.count, tree);
}

static const char *arguments(void)
{
    fdt_node chosen = fdt_path(&boot_fdt, "/chosen");
    const char *text = chosen == FDT_NONE ? NULL : fdt_string(&boot_fdt, chosen, "bootargs");

    return text ? text : "";
}

static void parse_arguments(void)
{
    int error = bootargs_parse(&boot_args, arguments());

    if (error) {
        log_printf("bower: boot arguments cannot be read (error %d): %s\n", error, arguments());
        machine_exit(EXIT_UNUSABLE);
    }
}

int boot_arguments_as_given(struct bootargs *out)
{
    return bootargs_parse(out, arguments());
}

/* 0: it is no number. */
static uint64_t number_option(const char *name, uint64_t without)
{
    const char *text = bootargs_option(&boot_args, name);
    uint64_t n = 0;

    if (!text)
        return without;
    for (; *text >= '0' && *text <= '9' && n <= UINT32_MAX; text++)
        n = n * 10 + (uint64_t)(*text - '0');
    return *text ? 0 : n;
}

static void count_processors(void)
{
    uint64_t n = number_option("processors", hart_count());

    processors = n == 0 || n > hart_count() ? hart_count() : (uint32_t)n;
}

uint32_t boot_processors(void)
{
    return processors;
}

static void start_pager(void)
{
    const char *policy = bootargs_option(&boot_args, "policy");
    const char *evict = bootargs_option(&boot_args, "evict");

    /* It refuses 0 frames with the message that it has for it. */
    if (vm_init(number_option("frames", DEFAULT_FRAMES), policy ? policy : "auto", evict ? evict : "auto") != 0)
        machine_exit(EXIT_UNUSABLE);
    if (bootargs_option(&boot_args, "trace") && trace_begin() != 0)
        machine_exit(EXIT_UNUSABLE);
}

/* 8 MiB of anonymous memory that comes page by page, above one page that never does. Returns its lowest address. */
static vaddr_t make_main_stack(void)
{
    int64_t base = vm_map(0, THREAD_STACK_SIZE + PAGE_SIZE, VM_PROT_READ | VM_PROT_WRITE, VM_MAP_PRIVATE | VM_MAP_ANONYMOUS,
                          NULL, 0);

    if (base < 0 || vm_protect((vaddr_t)base, PAGE_SIZE, 0) != 0)
        panic("no memory for the main stack");
    report_name_range(HEAP_LIMIT, (vaddr_t)base, "below the main stack: it overflowed"); /* a large frame leaps over the guard */
    report_name_range((vaddr_t)base, (vaddr_t)base + PAGE_SIZE, "guard page below the main stack: it overflowed");
    return (vaddr_t)base + PAGE_SIZE;
}

_Noreturn void boot_main(paddr_t dtb)
{
    vaddr_t stack;

    if (fdt_open(&boot_fdt, pa_to_kva(dtb), MAX_TREE_SIZE) != 0)
        panic("no device tree at %lx", dtb);
    platform_find_devices(&boot_fdt);
    take_memory(dtb);
    thread_init();
    platform_enable_interrupts();
    parse_arguments();
    pager_repeats = bootargs_option(&boot_args, "icount");
    learn_repeats = bootargs_option(&boot_args, "learn");
    if (!pager_repeats)
        hart_sleep_soundly();
    sampler_start();
    threads_start_harts();
    if (!pager_repeats)
        tlb_start_growing();
    count_processors();
    irq_keep_to(processors); /* harts beyond them mostly sleep (sched.h), and would be woken for nothing */
    devices_init();
    start_pager();
    stack = make_main_stack();
    thread_start_main(runtime_start, stack, THREAD_STACK_SIZE);
}
