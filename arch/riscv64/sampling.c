/* sampling.c: the sampler's interrupt, and the walk up the stacks that it came upon. Empty but in the library for profiles. */
#ifdef SAMPLED

#include "arch/sampling.h"

#include "arch/pt.h"
#include "arch/riscv64/pte.h"
#include "arch/riscv64/sampling_priv.h"
#include "arch/riscv64/trap_frame.h"
#include "kernel/thread/sampler.h"

#define SAMPLE_STACK_SIZE 8192
#define NO_PAGE (~(vaddr_t)0)

extern char __image_start[], __text_end[]; /* bower.ld */

static uint8_t stacks[MAX_HARTS][SAMPLE_STACK_SIZE] __attribute__((aligned(16)));
static struct sample samples[MAX_HARTS]; /* each hart's own; too large for the stack of who sleeps */
static uint64_t period;                  /* ticks; 0: nobody samples; atomic */

/* masking.h: on the hart's sample stack, SIE 0, whatever was interrupted. */
void sampling_interrupt(const struct trap_frame *frame);

/* ---- walking */

struct walk {
    struct sample *out;
    vaddr_t page;            /* of the stack, which was found readable */
    uint64_t trap_frame_end; /* where the running thread's trap frame ends, if there is one */
};

static void put(struct walk *w, uint64_t word)
{
    if (w->out->n < SAMPLE_WORDS)
        w->out->words[w->out->n++] = word;
}

/* Pages of the pool may go at any moment, and a fault here would be the end; any other that is there now will stay: it is a stack. */
static bool is_readable(struct walk *w, vaddr_t page)
{
    if (page == w->page)
        return true;
    if (!pt_readable(page) || (page >= PT_LINEAR_END && !sampler_may_read(pt_entry_pa(pt_lookup(page)))))
        return false;
    w->page = page;
    return true;
}

/* The two words below a frame pointer (psABI), which are in one page. */
static const uint64_t *record_below(struct walk *w, uint64_t fp)
{
    if (fp % 16 != 0 || fp < PAGE_SIZE || !is_readable(w, PAGE_ALIGN_DOWN(fp - 1)))
        return NULL;
    return (const uint64_t *)fp - 2;
}

static bool is_text(uint64_t pc)
{
    return pc - (uint64_t)__image_start < (uint64_t)(__text_end - __image_start);
}

/* From one pc to the thread's outermost caller, or to the trap frame: true, then what was interrupted is yet to walk. */
static bool walk_part(struct walk *w, uint64_t pc, uint64_t ra, uint64_t fp)
{
    const uint64_t *record = fp == w->trap_frame_end ? NULL : record_below(w, fp);

    put(w, pc);
    if (record && record[1] > fp && !is_text(record[1])) {
        /* A leaf function saves s0 alone, in the upper word: it points further up the same stack. */
        put(w, ra | SAMPLE_LEAF);
        fp = record[1];
    } else {
        put(w, ra & ~(uint64_t)SAMPLE_LEAF);
    }
    while (w->out->n < SAMPLE_WORDS && fp != w->trap_frame_end) {
        record = record_below(w, fp);
        if (!record || !is_text(record[1])) /* 0 ends the chain; anything else: s0 is no frame pointer there */
            return false;
        put(w, record[1]);
        if (record[0] <= fp && record[0] != w->trap_frame_end)
            return false;
        fp = record[0];
    }
    return fp == w->trap_frame_end;
}

static void walk_all(struct sample *s, const struct hart *h, uint64_t pc, uint64_t ra, uint64_t fp)
{
    struct walk w = { s, NO_PAGE, h->depth == DEPTH_TRAP ? h->trap_sp : NO_PAGE };

    s->n = 0;
    if (!walk_part(&w, pc, ra, fp))
        return;
    const struct trap_frame *frame = (const struct trap_frame *)(w.trap_frame_end - FRAME_SIZE);

    w.trap_frame_end = NO_PAGE;
    put(&w, SAMPLE_TRAP);
    walk_part(&w, frame->sepc, frame->x[REG_RA], frame->x[REG_S0]);
}

/* ---- taking */

/* How many moments of the grid have passed; the next one is after now. */
static uint32_t moments_until(struct hart *h, uint64_t now)
{
    uint64_t ticks = __atomic_load_n(&period, __ATOMIC_RELAXED);

    if (ticks == 0)
        h->sample_deadline = 0;
    if (h->sample_deadline == 0 || now < h->sample_deadline)
        return 0;
    uint64_t n = (now - h->sample_deadline) / ticks + 1;

    h->sample_deadline += n * ticks;
    return (uint32_t)MIN(n, UINT32_MAX);
}

static void take(const struct hart *h, uint32_t moments, bool idle, uint64_t pc, uint64_t ra, uint64_t fp)
{
    struct sample *s = &samples[h->index];

    s->moments = moments;
    s->idle = idle;
    walk_all(s, h, pc, ra, fp);
    sampler_take(s);
}

/* A timer that is due stays so until its interrupt has been handled; the clock need not ring for it again. */
static void pass_on(const struct hart *h, uint64_t now)
{
    bool waits = h->timer_handler != NULL;

    if (waits && h->timer_deadline <= now)
        csr_set(sip, SIE_SSIE);
    timer_aim(h, waits && h->timer_deadline > now ? h->timer_deadline : NO_DEADLINE);
}

void sampling_interrupt(const struct trap_frame *frame)
{
    uint64_t begin = csr_read(instret), now = csr_read(time);
    struct hart *h = this_hart();
    uint32_t moments = moments_until(h, now);

    if (moments)
        take(h, moments, false, frame->sepc, frame->x[REG_RA], frame->x[REG_S0]);
    pass_on(h, now);
    hart_discount(begin);
}

void sampling_end_sleep(struct hart *h)
{
    uint32_t moments = moments_until(h, csr_read(time));
    const uint64_t *record = (const uint64_t *)__builtin_frame_address(0) - 2;

    if (moments)
        take(h, moments, true, record[1] - 2, 0, record[0]); /* as if the caller had been interrupted: in the call */
}

/* ---- starting */

void sampling_start_hart(struct hart *h)
{
    uint64_t ticks = __atomic_load_n(&period, __ATOMIC_RELAXED);

    h->sample_sp = (uint64_t)(stacks[h->index] + SAMPLE_STACK_SIZE);
    if (ticks == 0)
        return;
    h->sample_deadline = csr_read(time) + ticks;
    timer_aim(h, h->timer_handler ? h->timer_deadline : NO_DEADLINE);
}

void sampling_start(uint64_t period_ns)
{
    bool were_on = irq_save();

    __atomic_store_n(&period, MAX(timer_ticks(period_ns), 1), __ATOMIC_RELAXED);
    sampling_start_hart(this_hart());
    irq_restore(were_on);
}

void sampling_stop(void)
{
    __atomic_store_n(&period, 0, __ATOMIC_RELAXED);
}

#endif
