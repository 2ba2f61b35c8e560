#include "arch/context.h"

/* See kernel/thread/sched.c. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "arch/riscv64/hart_state.h"
#include "arch/riscv64/trap_frame.h"
#include "kernel/panic.h"

void context_swap(uint64_t *save_sp, const uint64_t *load_sp); /* switch.S, with the four below */
void float_save_preserved(uint64_t *f);
void float_load_preserved(const uint64_t *f);
void float_save_all(uint64_t *f);
void float_load_all(const uint64_t *f);

_Static_assert(offsetof(struct context, sp) == 0, "switch.S");

void context_init(struct context *c, vaddr_t trap_sp, void (*start)(void))
{
    uint64_t *frame = (uint64_t *)(trap_sp - SWITCH_FRAME);

    *c = (struct context){ .sp = (uint64_t)frame, .trap_sp = trap_sp, .depth = DEPTH_THREAD, .fs = SSTATUS_FS_INITIAL };
    for (unsigned i = 0; i < SWITCH_FRAME / sizeof *frame; i++)
        frame[i] = 0; /* s0 = 0 ends backtraces */
    frame[0] = (uint64_t)start;
}

static inline void set_fs(uint64_t fs)
{
    csr_clear(sstatus, SSTATUS_FS);
    csr_set(sstatus, fs);
}

/* Saves what was written; tells the state that the registers are in from now on. FS is on. */
static inline uint64_t save_floats(struct context *c, uint64_t fs, void (*save)(uint64_t *))
{
    if (fs != SSTATUS_FS)
        return fs;
    save(c->f);
    c->fcsr = csr_read(fcsr);
    return SSTATUS_FS_CLEAN;
}

/* The registers as save_floats left them, or, where they were never used, no rounding mode of somebody else's. FS is on. */
static inline void load_floats(const struct context *c, uint64_t fs, void (*load)(const uint64_t *))
{
    if (fs == SSTATUS_FS_CLEAN)
        load(c->f);
    csr_write(fcsr, fs == SSTATUS_FS_CLEAN ? c->fcsr : 0);
}

/* Where trap.S saved the registers of the code that it interrupted: the first thing on the trap stack. */
static inline struct trap_frame *frame_of(const struct context *c)
{
    return (struct trap_frame *)(c->trap_sp - FRAME_SIZE);
}

/* Its floating-point registers, if they were written since they were loaded. */
static __attribute__((noinline)) void leave_floats(struct context *c)
{
    if (c->depth == DEPTH_THREAD) {
        c->fs = save_floats(c, SSTATUS_FS, float_save_preserved);
        return;
    }
    struct trap_frame *frame = frame_of(c);
    uint64_t fs = frame->sstatus & SSTATUS_FS;

    c->fs = 0;
    if (fs == SSTATUS_FS) {
        csr_set(sstatus, SSTATUS_FS);
        frame->sstatus = (frame->sstatus & ~(uint64_t)SSTATUS_FS) | save_floats(c, fs, float_save_all);
        csr_clear(sstatus, SSTATUS_FS);
    }
}

static __attribute__((noinline)) void enter_floats(const struct context *c)
{
    bool in_trap = c->depth != DEPTH_THREAD;
    uint64_t fs = in_trap ? frame_of(c)->sstatus & SSTATUS_FS : c->fs;

    if (fs != 0) {
        csr_set(sstatus, SSTATUS_FS);
        load_floats(c, fs, in_trap ? float_load_all : float_load_preserved);
    }
    set_fs(c->fs); /* loading has made it dirty */
}

void context_switch(struct context *from, struct context *to)
{
    struct hart *h = this_hart();

    from->depth = h->depth;
    from->fs = csr_read(sstatus) & SSTATUS_FS;
    ASSERT(from->depth <= DEPTH_TRAP);
    h->trap_sp = to->trap_sp;
    h->depth = to->depth;
    if (from->depth != DEPTH_THREAD || from->fs == SSTATUS_FS)
        leave_floats(from);
    context_swap(&from->sp, &to->sp);
    /* Switched to again. Registers that neither thread has ever used are as both left them. */
    if (from->fs != SSTATUS_FS_INITIAL || (csr_read(sstatus) & SSTATUS_FS) != SSTATUS_FS_INITIAL)
        enter_floats(from);
}

_Noreturn void context_enter(void (*entry)(void), vaddr_t sp, void *tp)
{
    register void (*target)(void) __asm__("t0") = entry;

    csr_set(sstatus, SSTATUS_FS);
    csr_write(fcsr, 0);
    set_fs(SSTATUS_FS_INITIAL);
    /*
     * The stack first: this may be running on the trap stack, which the first interrupt takes. s0 = 0 ends backtraces; ra = 0
     * makes a return from entry a reported jump to page 0.
     */
    __asm__ volatile("mv sp, %0\n\t"
                     "mv tp, %1\n\t"
                     "li s0, 0\n\t"
                     "li ra, 0\n\t"
                     "csrs " CSR_STRING(IRQ_CSR) ", %3\n\t"
                                                 "jr t0"
                     :
                     : "r"(sp), "r"(tp), "r"(target), "rK"((uint64_t)IRQ_BITS)
                     : "memory");
    __builtin_unreachable();
}
