/* timer.c: the time CSR, one shot per hart (sstc, or SBI TIME without it), and the goldfish wall clock. */
/* Clocks are read in every switch and every wait; backtraces step over the functions of this file. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "arch/irq.h"
#include "arch/riscv64/timer.h"

#include "arch/riscv64/mmio.h"
#include "arch/riscv64/sampling_priv.h"
#include "arch/riscv64/sbi.h"
#include "kernel/panic.h"

#define NEVER NO_DEADLINE
#define WAITS_PER_SECOND 1000 /* at most, of a hart that sleeps */

/* Goldfish RTC: nanoseconds since 1970; reading the low word latches the high one. */
enum { RTC_TIME_LOW = 0,
       RTC_TIME_HIGH = 4 };

static uint64_t ticks_per_second = 1;
static uint64_t ns_per_tick;        /* 0: not a whole number */
static uint64_t max_wait_ticks = 1; /* NEVER: no bound */
static bool use_sstc;
static paddr_t rtc_base;

void timer_init(uint64_t frequency, bool has_sstc)
{
    ASSERT(frequency > 0);
    ticks_per_second = frequency;
    ns_per_tick = NS_PER_S % frequency == 0 ? NS_PER_S / frequency : 0;
    max_wait_ticks = MAX(frequency / WAITS_PER_SECOND, 1);
    use_sstc = has_sstc;
}

uint64_t time_ns(void)
{
    uint64_t t = csr_read(time);

    if (ns_per_tick)
        return t * ns_per_tick;
    return t / ticks_per_second * NS_PER_S + t % ticks_per_second * NS_PER_S / ticks_per_second;
}

uint64_t timer_ticks(uint64_t ns)
{
    uint64_t rest = ns % NS_PER_S * ticks_per_second;

    return ns / NS_PER_S * ticks_per_second + (rest + NS_PER_S - 1) / NS_PER_S;
}

static void set_compare(uint64_t ticks)
{
    if (use_sstc)
        csr_write(CSR_STIMECMP, ticks);
    else
        sbi_set_timer(ticks);
}

void timer_start_hart(void)
{
    set_compare(NEVER); /* before STIE, since reset leaves it at 0 */
    irq_allow(SIE_STIE);
}

/* The sampler may come between looking at its deadline and setting the clock: then the clock rings too early, and it sets it again. */
void timer_aim(const struct hart *h, uint64_t deadline)
{
    set_compare(MIN(deadline, sampling_deadline(h)));
}

/* The deadline of this hart, or never. */
static void set_own_compare(const struct hart *h)
{
    timer_aim(h, h->timer_handler ? h->timer_deadline : NEVER);
}

void timer_set(uint64_t deadline_ns, irq_handler *handler, void *arg)
{
    struct hart *h = this_hart();

    h->timer_handler = handler;
    h->timer_arg = arg;
    h->timer_deadline = timer_ticks(deadline_ns);
    set_own_compare(h);
}

void timer_cancel(void)
{
    struct hart *h = this_hart();

    h->timer_handler = NULL;
    set_own_compare(h);
}

void timer_fire(void)
{
    struct hart *h = this_hart();
    irq_handler *handler = h->timer_handler;

    /* A deadline that was moved or forgotten since, or the end of a bounded wait. */
    if (!handler || csr_read(time) < h->timer_deadline) {
        set_own_compare(h);
        return;
    }
    h->timer_handler = NULL;
    set_own_compare(h);
    handler(h->timer_arg);
}

void hart_sleep_soundly(void)
{
    max_wait_ticks = NEVER;
}

/*
 * With QEMU's instruction-counting clock a hart never sleeps without a deadline: when all harts sleep, that clock jumps to the next
 * timer, and without one that is the end of time.
 */
void timer_begin_wait(const struct hart *h)
{
    uint64_t limit = max_wait_ticks == NEVER ? NEVER : csr_read(time) + max_wait_ticks;

    set_compare(h->timer_handler ? MIN(limit, h->timer_deadline) : limit);
}

void timer_end_wait(struct hart *h)
{
    sampling_end_sleep(h);
    set_own_compare(h);
}

void timer_begin_rest(const struct hart *h, uint64_t ns)
{
    uint64_t end = timer_ticks(time_ns() + ns);

    timer_aim(h, h->timer_handler ? MIN(end, h->timer_deadline) : end);
}

void timer_end_rest(const struct hart *h)
{
    set_own_compare(h);
}

void rtc_found(paddr_t base)
{
    rtc_base = base;
}

uint64_t wall_clock_ns(void)
{
    uint64_t low;

    if (!rtc_base)
        return 0;
    low = mmio_read32(rtc_base + RTC_TIME_LOW);
    return (uint64_t)mmio_read32(rtc_base + RTC_TIME_HIGH) << 32 | low;
}
