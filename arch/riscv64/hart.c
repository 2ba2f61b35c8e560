#include "arch/riscv64/hart_state.h"

#include "arch/barrier.h"
#include "arch/platform.h"
#include "arch/riscv64/plic.h"
#include "arch/riscv64/pt_fence.h"
#include "arch/riscv64/sampling_priv.h"
#include "arch/riscv64/sbi.h"
#include "arch/riscv64/timer.h"
#include "kernel/boot.h"
#include "kernel/log.h"
#include "kernel/pager/pager.h"
#include "kernel/panic.h"
#include "kernel/thread/sched.h"

_Static_assert(offsetof(struct hart, trap_sp) == HART_TRAP_SP, "offsets.h");
_Static_assert(offsetof(struct hart, depth) == HART_DEPTH, "offsets.h");
_Static_assert(offsetof(struct hart, entry_sp) == HART_ENTRY_SP, "offsets.h");
_Static_assert(offsetof(struct hart, entry_tp) == HART_ENTRY_TP, "offsets.h");
_Static_assert(offsetof(struct hart, double_fault_sp) == HART_DOUBLE_FAULT_SP, "offsets.h");
_Static_assert(offsetof(struct hart, boot_sp) == HART_BOOT_SP, "offsets.h");
_Static_assert(offsetof(struct hart, index) == HART_INDEX, "offsets.h");
_Static_assert(offsetof(struct hart, id) == HART_ID, "offsets.h");
_Static_assert(offsetof(struct hart, locks) == HART_LOCKS, "offsets.h");
_Static_assert(offsetof(struct hart, fenced) == HART_FENCED, "offsets.h");
_Static_assert(offsetof(struct hart, slept_instret) == HART_SLEPT, "offsets.h");
_Static_assert(offsetof(struct hart, sample_sp) == HART_SAMPLE_SP, "offsets.h");
_Static_assert(sizeof(struct hart) == HART_SIZE, "offsets.h");
_Static_assert(sizeof(struct hart_stacks) == HART_STACKS_SIZE, "offsets.h");

#define PLAUSIBLE_WAY 1000 /* instructions into a trap handler and out again, at most */
#define LOOKS_A_REST 1024  /* some 20 us under QEMU */
#define REST_NS 100000

struct hart harts[MAX_HARTS];
/* Outside the part of .bss that is cleared: bower.ld gives the section its own place. */
struct hart_stacks hart_stacks[MAX_HARTS] __attribute__((section(".bss..stacks"), aligned(PAGE_SIZE)));

static unsigned known_harts;
uint32_t hart_online_count;

_Noreturn void arch_start(uint64_t id, paddr_t dtb); /* entry.S */
void trap_entry(void);                               /* trap.S */
void hart_entry(void);                               /* entry.S */
_Noreturn void hart_start_here(struct hart *h);      /* from entry.S */

/* What a further hart runs, set once harts[] is complete. Not in .bss: entry.S may read it before that is cleared. */
void (*run_hart)(void) __attribute__((section(".data")));

static struct hart *hart_prepare(unsigned index, uint64_t id)
{
    struct hart *h = &harts[index];
    struct hart_stacks *s = &hart_stacks[index];

    h->index = index;
    h->id = id;
    h->trap_sp = (uint64_t)(s->trap + sizeof(s->trap));
    h->double_fault_sp = (uint64_t)(s->double_fault + sizeof(s->double_fault));
    h->boot_sp = (uint64_t)(s->boot + sizeof(s->boot));
    return h;
}

static void set_registers(struct hart *h)
{
    csr_write(sscratch, (uint64_t)h);
    csr_write(stvec, (uint64_t)trap_entry);
    /* Whatever the firmware left (OpenSBI 1.1: FS dirty): floating point on and clean, no vectors. */
    csr_clear(sstatus, SSTATUS_FS | SSTATUS_VS | SSTATUS_SUM);
    csr_set(sstatus, SSTATUS_FS_INITIAL);
    csr_write(fcsr, 0);
}

/* From here on a trap is reported. */
static void init_boot_hart(uint64_t id)
{
    struct hart *h = hart_prepare(0, id);

    known_harts = 1;
    h->online = true;
    hart_online_count = 1;
    set_registers(h);
}

void hart_add(uint64_t id)
{
    if (id != harts[0].id && known_harts < MAX_HARTS)
        hart_prepare(known_harts++, id);
}

struct hart *hart_by_id(uint64_t id)
{
    for (unsigned i = 0; i < known_harts; i++)
        if (harts[i].id == id)
            return &harts[i];
    return NULL;
}

_Noreturn void arch_start(uint64_t id, paddr_t dtb)
{
    init_boot_hart(id);
    boot_main(dtb);
}

/* A further hart, on its boot stack, paging still off. */
_Noreturn void hart_start_here(struct hart *h)
{
    set_registers(h);
    platform_use_paging();
    platform_enable_interrupts();
    __atomic_store_n(&h->online, true, __ATOMIC_RELEASE);
    __atomic_fetch_add(&hart_online_count, 1, __ATOMIC_RELEASE);
    fence_all_local(); /* who fenced before did not ask this hart */
    run_hart();
    panic("hart %lu has nothing to run", h->id);
}

/* A hart that the firmware keeps for itself, or that runs already, is left out, with a line that says so. */
unsigned hart_start_others(void (*run)(void))
{
    unsigned started = 1;

    BARRIER(rw, rw);
    run_hart = run;
    BARRIER(rw, rw); /* what the harts will read, before the calls that start them */
    for (unsigned i = 1; i < known_harts; i++) {
        int64_t error = sbi_hart_start(harts[i].id, (paddr_t)hart_entry, (uint64_t)&harts[i]);

        if (error)
            log_printf("bower: hart %lu left out: SBI does not start it (error %ld)\n", harts[i].id, (long)error);
        else
            started++;
    }
    return started;
}

vaddr_t hart_trap_stack(void)
{
    return this_hart()->trap_sp;
}

vaddr_t hart_boot_stack(void)
{
    return this_hart()->boot_sp;
}

unsigned hart_count(void)
{
    return hart_online_count;
}

static void handle_interrupt(uint64_t number)
{
    if (number == IRQ_S_SOFTWARE) {
        csr_clear(sip, SIE_SSIE);
        BARRIER(iorw, iorw); /* Unpriv. 9.1: nothing else keeps the looks at tickets and queues behind this */
    }
    if (pt_is_behind()) {
        pt_catch_up();
        pager_has_fenced();
    }
    switch (number) {
    case IRQ_S_EXTERNAL:
        plic_dispatch();
        break;
    case IRQ_S_TIMER:
        timer_fire();
        break;
    case IRQ_S_SOFTWARE:
        sampling_hand_over();
        sched_poke();
        break;
    default:
        panic("interrupt %lu is not one that this kernel enables", number);
    }
}

/*
 * Sleeps until something is due besides the end of a bounded wait. What passes here is kept out of hart_instret: while all
 * harts sleep, QEMU's instruction-counting clock runs on, and how often a hart wakes up early depends on the host.
 */
static uint64_t sleep_until_due(struct hart *h)
{
    uint64_t begin = csr_read(instret), due;

    do {
        timer_begin_wait(h);
        wait_for_interrupt(); /* with SIE off it still returns when an enabled source is pending (Priv. 3.3.3) */
        timer_end_wait(h);
        due = csr_read(sip) & csr_read(sie);
    } while (due == 0);
    h->slept_instret += csr_read(instret) - begin;
    return due;
}

static void handle_due(uint64_t due)
{
    if (due & SIE_SEIE)
        handle_interrupt(IRQ_S_EXTERNAL);
    if (due & SIE_STIE)
        handle_interrupt(IRQ_S_TIMER);
    if (due & SIE_SSIE)
        handle_interrupt(IRQ_S_SOFTWARE);
}

/*
 * A fence that another hart wants in between is noted in `lazy` instead (pt_fence.c), and made good at the end: handlers look at
 * what threads have on their stacks, and another thread's stack may be new where one that is gone was cached. The two sides exchange the
 * word atomically, so that either the fence is noted here or the other hart sees that it must ask.
 */
static void begin_lazy(struct hart *h)
{
    __atomic_store_n(&h->lazy, LAZY_ON, __ATOMIC_SEQ_CST);
}

static void end_lazy(struct hart *h)
{
    if (__atomic_exchange_n(&h->lazy, 0, __ATOMIC_SEQ_CST) & LAZY_STALE)
        fence_all_local();
}

void hart_idle(void)
{
    struct hart *h = this_hart();

    irq_begin_wait();
    begin_lazy(h);
    uint64_t due = sleep_until_due(h);
    end_lazy(h);
    irq_end_wait();
    handle_due(due);
}

/* Interrupts that are pending end it at once, and stay pending: whoever waits lets them in when it is done. */
static void rest(struct hart *h)
{
    uint64_t begin = csr_read(instret);

    irq_begin_wait(); /* the sampler must not take the ring of the clock before the wfi: perhaps nothing rings again */
    timer_begin_rest(h, REST_NS);
    wait_for_interrupt();
    timer_end_rest(h);
    irq_end_wait();
    h->slept_instret += csr_read(instret) - begin;
}

void hart_wait_while(bool (*busy)(void *arg), void *arg)
{
    struct hart *h = this_hart();

    begin_lazy(h);
    for (uint32_t looks = 1; busy(arg); looks++)
        if (looks % LOOKS_A_REST == 0)
            rest(h);
    end_lazy(h);
}

/*
 * When a device answers depends on the host, so what an interrupt costs the interrupted code is kept out of hart_instret as well:
 * the handler by the clock, and the way in and out by what it was measured to be at boot.
 */
static uint64_t way_in_and_out;

void hart_discount(uint64_t since)
{
    this_hart()->slept_instret += csr_read(instret) - since + way_in_and_out;
}

void hart_take_interrupt(uint64_t number)
{
    uint64_t begin = csr_read(instret);

    handle_interrupt(number);
    hart_discount(begin);
}

static __attribute__((noinline)) uint64_t time_open_window(void)
{
    uint64_t begin = hart_instret();

    irq_restore(true);
    irq_save();
    return hart_instret() - begin;
}

/* Takes one software interrupt and sees what it costs beyond its handler. */
void hart_measure_interrupts(void)
{
    uint64_t without = time_open_window(), with;

    csr_set(sip, SIE_SSIE);
    with = time_open_window();
    /* Without an instruction-counting clock instret is the host's time, and says nothing. */
    way_in_and_out = with - without < PLAUSIBLE_WAY ? with - without : 0;
}
