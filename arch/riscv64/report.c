/* report.c: the last words: what happened, who owns the address, registers, backtrace. See arch/report.h for the rules. */
#include "arch/report.h"

#include "arch/riscv64/platform_priv.h"
#include "arch/riscv64/pte.h"
#include "arch/riscv64/report_priv.h"
#include "kernel/log.h"
#include "kernel/pager/pager.h"
#include "kernel/thread/thread.h"

_Static_assert(REPORT_EXIT_STATUS == EXIT_REPORTED, "offsets.h");

#define MAX_BACKTRACE 32
#define MAX_NAMED_RANGES 16

extern char __image_start[], __text_end[], __rodata_end[], __image_end[]; /* bower.ld */

static struct {
    vaddr_t start, end;
    const char *text;
} named_ranges[MAX_NAMED_RANGES];
static unsigned named_range_count;

/* Hart that reports, as index + 1; 0: none. */
static uint32_t reporter;

void report_name_range(vaddr_t start, vaddr_t end, const char *text)
{
    if (named_range_count == MAX_NAMED_RANGES)
        return;
    named_ranges[named_range_count].start = start;
    named_ranges[named_range_count].end = end;
    named_ranges[named_range_count].text = text;
    named_range_count++;
}

/* ---- who owns an address */

static bool within(vaddr_t a, const void *start, const void *end)
{
    return a >= (vaddr_t)start && a < (vaddr_t)end;
}

static const char *stack_part(const struct hart_stacks *s, vaddr_t a)
{
    if (within(a, s->trap_guard, s->trap))
        return "guard page below the trap stack";
    if (within(a, s->trap, s->double_fault_guard))
        return "trap stack";
    if (within(a, s->double_fault_guard, s->double_fault))
        return "guard page below the double-fault stack";
    if (within(a, s->double_fault, s->boot_guard))
        return "double-fault stack";
    return within(a, s->boot_guard, s->boot) ? "guard page below the boot stack" : "boot stack";
}

static const char *image_part(vaddr_t a)
{
    if (within(a, __image_start, __text_end))
        return "kernel text (read, execute)";
    if (within(a, __text_end, __rodata_end))
        return "kernel read-only data (read)";
    return "kernel data (read, write)";
}

const char *arch_describe_address(vaddr_t address, char *out, size_t size)
{
    for (unsigned i = 0; i < named_range_count; i++)
        if (address >= named_ranges[i].start && address < named_ranges[i].end) {
            log_snprintf(out, size, "%s", named_ranges[i].text);
            return out;
        }
    for (unsigned i = 0; i < device_window_count; i++)
        if (address - device_windows[i].base < device_windows[i].size) {
            log_snprintf(out, size, "%s (read, write)", device_windows[i].name);
            return out;
        }
    if (address < PAGE_SIZE)
        log_snprintf(out, size, "page 0 (null pointer)");
    else if (!pt_is_canonical(address))
        log_snprintf(out, size, "no Sv39 address (bits 63 to 39 differ from bit 38)");
    else if (within(address, hart_stacks, hart_stacks + MAX_HARTS)) {
        uint64_t hart = (address - (vaddr_t)hart_stacks) / sizeof hart_stacks[0];

        log_snprintf(out, size, "%s of hart %lu", stack_part(&hart_stacks[hart], address), harts[hart].id);
    } else if (within(address, __image_start, __image_end))
        log_snprintf(out, size, "%s", image_part(address));
    else if (pt_in_linear_map(address))
        log_snprintf(out, size, "physical memory (read, write)");
    else
        return NULL;
    return out;
}

/* ---- parts of a report */

static const char *cause_name(uint64_t cause)
{
    static const char *const names[] = {
        [CAUSE_INSTRUCTION_MISALIGNED] = "instruction address misaligned",
        [CAUSE_INSTRUCTION_ACCESS] = "instruction access fault",
        [CAUSE_ILLEGAL_INSTRUCTION] = "illegal instruction",
        [CAUSE_BREAKPOINT] = "breakpoint",
        [CAUSE_LOAD_MISALIGNED] = "load address misaligned",
        [CAUSE_LOAD_ACCESS] = "load access fault",
        [CAUSE_STORE_MISALIGNED] = "store address misaligned",
        [CAUSE_STORE_ACCESS] = "store access fault",
        [CAUSE_ECALL_U] = "environment call from U-mode",
        [CAUSE_ECALL_S] = "environment call from S-mode",
        [CAUSE_INSTRUCTION_PAGE_FAULT] = "instruction page fault",
        [CAUSE_LOAD_PAGE_FAULT] = "load page fault",
        [CAUSE_STORE_PAGE_FAULT] = "store page fault",
    };

    return cause < ARRAY_LEN(names) && names[cause] ? names[cause] : "unknown cause";
}

static const char *reason(int why)
{
    switch (why) {
    case FAULT_NO_MAPPING:
        return "nothing is mapped there";
    case FAULT_PROTECTION:
        return "this access is not allowed there";
    case FAULT_BEYOND_END:
        return "bus error: beyond the end of the file";
    case FAULT_IO_ERROR:
        return "bus error: input/output error";
    case FAULT_OUT_OF_MEMORY:
        return "out of memory";
    case TRAP_UNEXPECTED:
        return "unexpected trap";
    case TRAP_INTERRUPTS_OFF:
        return "page fault with interrupts off";
    case TRAP_NESTED:
        return "trap inside the trap handler";
    default:
        return "unknown reason";
    }
}

static void print_registers(const struct trap_frame *f)
{
    static const char *const names[] = { "ra", "sp", "gp", "tp", "t0", "t1", "t2", "s0", "s1", "a0", "a1",
                                         "a2", "a3", "a4", "a5", "a6", "a7", "s2", "s3", "s4", "s5", "s6",
                                         "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6" };

    log_printf("  pc  %016lx  sstatus %016lx  scause %lx\n", f->sepc, f->sstatus, f->scause);
    for (unsigned i = 0; i < ARRAY_LEN(names); i++)
        log_printf("  %-3s %016lx%s", names[i], f->x[i + 1], i % 4 == 3 || i + 1 == ARRAY_LEN(names) ? "\n" : "");
}

static bool in_text(uint64_t pc)
{
    return within(pc, __image_start, __text_end);
}

/* Two words below a frame pointer: what the caller's was, and where to return to (psABI). False: nothing to read. */
static bool read_record(uint64_t fp, uint64_t *caller_fp, uint64_t *ra)
{
    if (fp % sizeof(uint64_t) != 0 || fp < PAGE_SIZE || !pt_readable(fp - 16) || !pt_readable(fp - 8))
        return false;
    *caller_fp = ((const uint64_t *)fp)[-2];
    *ra = ((const uint64_t *)fp)[-1];
    return true;
}

/* The first line is #n; a chain that leads nowhere, or back to where it was, ends. */
static void print_chain(unsigned n, uint64_t fp)
{
    uint64_t caller_fp, ra;

    while (n < MAX_BACKTRACE && read_record(fp, &caller_fp, &ra) && ra != 0) {
        log_printf("#%u 0x%lx\n", n++, ra);
        if (caller_fp == fp)
            break;
        fp = caller_fp;
    }
}

static void print_trap_backtrace(const struct trap_frame *f)
{
    uint64_t fp = f->x[REG_S0], caller_fp, ra;
    unsigned n = 0;

    log_printf("#%u 0x%lx\n", n++, f->sepc);
    if (!in_text(f->sepc)) {
        /* A call to nowhere: ra says who made it, and s0 is still the caller's. */
        log_printf("#%u 0x%lx\n", n++, f->x[REG_RA]);
    } else if (read_record(fp, &caller_fp, &ra) && ra > fp && !in_text(ra) && pt_readable(ra - 1)) {
        /* A leaf function saves s0 alone, in the upper word: it points further up the same stack. */
        log_printf("#%u 0x%lx\n", n++, f->x[REG_RA]);
        fp = ra;
    }
    print_chain(n, fp);
}

/* ---- reports */

bool report_is_elsewhere(void)
{
    uint32_t who = __atomic_load_n(&reporter, __ATOMIC_RELAXED);

    return who != 0 && who != hart_index() + 1;
}

_Noreturn void report_wait_for_end(void)
{
    for (;;)
        wait_for_interrupt();
}

void report_begin(void)
{
    uint32_t me = hart_index() + 1;
    uint32_t other = 0;

    irq_save();
    if (__atomic_compare_exchange_n(&reporter, &other, me, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
        return;
    if (other == me) {
        log_printf("fault while reporting\n");
        machine_exit(EXIT_REPORTED);
    }
    report_wait_for_end();
}

_Noreturn void report_backtrace_and_exit(void)
{
    print_chain(0, (uint64_t)__builtin_frame_address(0));
    machine_exit(EXIT_REPORTED);
}

static void print_trap(const struct trap_frame *f, const char *what)
{
    char owner[192];
    bool address_matters = f->scause != CAUSE_ILLEGAL_INSTRUCTION && f->scause != CAUSE_BREAKPOINT &&
                           f->scause != CAUSE_ECALL_S;

    log_printf("fault: %s: %s", what, cause_name(f->scause));
    if (f->scause == CAUSE_ILLEGAL_INSTRUCTION)
        log_printf(" %08lx", f->stval); /* stval is the instruction (Priv. 4.1.9) */
    thread_describe_self(owner, sizeof owner);
    log_printf(" at pc 0x%lx on hart %lu in %s\n", f->sepc, this_hart()->id, owner);
    /* Registers first: describing the address walks structures that may be what is broken. */
    print_registers(f);
    if (address_matters) {
        if (!arch_describe_address(f->stval, owner, sizeof owner))
            describe_address(f->stval, owner, sizeof owner);
        log_printf("address 0x%lx: %s\n", f->stval, owner);
    }
    print_trap_backtrace(f);
}

_Noreturn void report_trap(const struct trap_frame *frame, int why)
{
    report_begin();
    print_trap(frame, reason(why));
    machine_exit(EXIT_REPORTED);
}
