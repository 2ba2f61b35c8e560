/* hart.c: one hart whose only interrupt is the device's, the memory of the machine, and its clock. */
#include "arch/catch.h"
#include "arch/hart.h"
#include "arch/irq.h"
#include "arch/pt.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "arch/console.h"
#include "arch/host/machine.h"
#include "arch/report.h"
#include "kernel/mem.h"
#include "kernel/thread/sched.h"

/* Low enough that a page number fits its 32 bits, and where no sanitizer keeps its own. */
#define MEMORY_BASE ((uintptr_t)0x10000000)

static bool interrupts_on = true;

struct host_timing host_timing;
uint64_t host_now;

int host_memory(uint64_t bytes)
{
    void *memory = mmap((void *)MEMORY_BASE, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED_NOREPLACE, -1, 0);
    if (memory == MAP_FAILED)
        return -ENOMEM;
    mem_add(kva_to_pa(memory), kva_to_pa(memory) + bytes);
    return 0;
}

struct hart {
    bool present; /* locks tell harts apart by address */
};

struct hart *this_hart(void)
{
    static struct hart only = { true };
    return &only;
}

unsigned hart_index(void)
{
    return 0;
}

unsigned hart_count(void)
{
    return 1;
}

uint32_t *hart_locks(struct hart *h)
{
    static uint32_t locks;
    (void)h;
    return &locks;
}

bool irq_save(void)
{
    bool were_on = interrupts_on;
    interrupts_on = false;
    return were_on;
}

void irq_restore(bool were_on)
{
    interrupts_on = were_on;
}

/* ---- interrupts: the device's and the timer's, whichever is due first */

static irq_handler *timer_handler;
static void *timer_arg;
static uint64_t timer_deadline = UINT64_MAX;

void timer_set(uint64_t deadline_ns, irq_handler *handler, void *arg)
{
    timer_handler = handler;
    timer_arg = arg;
    timer_deadline = deadline_ns;
}

void timer_cancel(void)
{
    timer_deadline = UINT64_MAX;
}

static void next_interrupt(void)
{
    irq_handler *handler = timer_handler;
    if (timer_deadline > host_device_due() || timer_deadline == UINT64_MAX) {
        host_device_interrupt();
        return;
    }
    host_now = MAX(host_now, timer_deadline);
    timer_deadline = UINT64_MAX;
    handler(timer_arg);
}

uint64_t hart_instret(void)
{
    return 0;
}

/* ---- the one thread: kernel/thread/thread.h and sched.h as far as waiting needs them */

struct thread *thread_self(void)
{
    static struct thread only;
    return &only;
}

uint32_t thread_number(const struct thread *t)
{
    (void)t;
    return 1;
}

uint64_t thread_census = 1;

void hart_wait_while(bool (*busy)(void *arg), void *arg)
{
    while (busy(arg))
        ;
}

void sched_may_freeze(void)
{
}

void sched_stop_soon(void)
{
}

void thread_park(void)
{
    next_interrupt();
}

void thread_unpark(struct thread *t)
{
    (void)t;
}

struct sched_mark sched_mark(void)
{
    return (struct sched_mark){ NULL, 0, 0 };
}

void sched_discount(const struct sched_mark *since)
{
    (void)since;
}

bool sched_others_run(void)
{
    return false;
}

bool sched_any_runs(void)
{
    return true;
}

uint64_t sched_idle_instret(void)
{
    return 0;
}

void sched_count_work(uint64_t instructions)
{
    (void)instructions;
}

uint64_t time_ns(void)
{
    return host_now;
}

void host_compute(uint64_t ns)
{
    uint64_t until = host_now + ns;
    while (interrupts_on && MIN(host_device_due(), timer_deadline) <= until)
        next_interrupt();
    host_now = MAX(host_now, until);
}

_Noreturn void machine_exit(int status)
{
    exit(status);
}

size_t copy_checked(void *to, const void *from, size_t n)
{
    memcpy(to, from, n);
    return n;
}

void console_write(const char *bytes, size_t n)
{
    fwrite(bytes, 1, n, stderr);
}

void report_begin(void)
{
}

_Noreturn void report_backtrace_and_exit(void)
{
    abort(); /* the sanitizer, or a core file, shows where */
}
