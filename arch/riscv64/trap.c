/* trap.c: what a trap was, nothing else. trap.S has saved the registers; sret follows when handle_trap returns. */

/* The way to handle_one_fault is a tail call: no frame of its own is missed in backtraces. */
#ifndef SAMPLED /* profiles walk by frame pointers */
#pragma GCC optimize("omit-frame-pointer")
#endif

#include "arch/riscv64/catch_priv.h"
#include "arch/riscv64/hart_state.h"
#include "arch/riscv64/masking.h"
#include "arch/riscv64/offsets.h"
#include "arch/riscv64/pte.h"
#include "arch/riscv64/report_priv.h"
#include "arch/riscv64/trap_frame.h"
#include "kernel/pager/pager.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/sync.h"

_Static_assert(offsetof(struct trap_frame, x) == FRAME_X(0), "offsets.h");
_Static_assert(offsetof(struct trap_frame, stval) == FRAME_STVAL, "offsets.h");
_Static_assert(FAULT_RESOLVED == 0, "trap.S");
_Static_assert(offsetof(struct trap_frame, sstatus) == FRAME_SSTATUS, "offsets.h");
_Static_assert(offsetof(struct trap_frame, scause) == FRAME_SCAUSE, "offsets.h");
_Static_assert(offsetof(struct trap_frame, fp) == FRAME_FP, "offsets.h");
_Static_assert(offsetof(struct trap_frame, sepc) == FRAME_SEPC, "offsets.h");
_Static_assert(sizeof(struct trap_frame) == FRAME_SIZE && FRAME_SIZE % 16 == 0, "offsets.h; psABI: sp is 16-aligned");

/*
 * trap.S: on the trap stack, interrupts and floating point off. FAULT_RESOLVED: the interrupted code goes on. Else why not
 * (enum fault_result, TRAP_*): trap.S calls end_trap with it, which returns only if it goes on nevertheless.
 */
int handle_trap(struct trap_frame *frame, uint64_t cause, vaddr_t address);
void end_trap(struct trap_frame *frame, int why);

#define LB_X0 0x0003u /* opcode, rd and funct3 of lb zero (Unpriv. 2.6): gcc makes none */
#define LB_X0_BITS 0x7fffu
#define LB_BYTES 4

/* Is it stack_touch that faulted? */
static bool is_stack_touch(const struct trap_frame *frame)
{
    return frame->scause == CAUSE_LOAD_PAGE_FAULT && frame->x[REG_SP] - frame->stval <= STACK_DEEP &&
           (*(const uint16_t *)frame->sepc & LB_X0_BITS) == LB_X0;
}

/*
 * With interrupts off the interrupted code may hold a spinlock, and the fault path takes the same ones. Its stack is
 * the exception: code that only turned interrupts off may grow it, and spin_lock probes it beforehand.
 */
static bool may_fault(const struct trap_frame *frame, vaddr_t address)
{
    if (frame->sstatus & FRAME_IRQ_ON)
        return true;
    bool own_stack = address - (frame->x[REG_SP] - STACK_PROBE) < 2 * STACK_PROBE;
    return own_stack && !(*hart_locks(this_hart()) != 0 && is_stack_touch(frame));
}

static int handle_page_fault(const struct trap_frame *frame, uint64_t cause, vaddr_t address)
{
    static const uint8_t access[] = {
        [CAUSE_INSTRUCTION_PAGE_FAULT] = FAULT_EXEC,
        [CAUSE_LOAD_PAGE_FAULT] = FAULT_READ,
        [CAUSE_STORE_PAGE_FAULT] = FAULT_WRITE,
    };

    if (__builtin_expect(!may_fault(frame, address), 0))
        return TRAP_INTERRUPTS_OFF;
    return (int)handle_one_fault(address, access[cause]);
}

static __attribute__((noinline)) int handle_interrupt(uint64_t cause)
{
    hart_take_interrupt(cause & ~((uint64_t)1 << SCAUSE_INTERRUPT_BIT));
    sched_end_interrupt(); /* perhaps another thread runs first */
    return FAULT_RESOLVED;
}

int handle_trap(struct trap_frame *frame, uint64_t cause, vaddr_t address)
{
    if (__builtin_expect(cause == CAUSE_LOAD_PAGE_FAULT || cause == CAUSE_STORE_PAGE_FAULT || cause == CAUSE_INSTRUCTION_PAGE_FAULT, 1))
        return handle_page_fault(frame, cause, address);
    return cause >> SCAUSE_INTERRUPT_BIT ? handle_interrupt(cause) : TRAP_UNEXPECTED;
}

void end_trap(struct trap_frame *frame, int why)
{
    if (is_stack_touch(frame)) {
        frame->sepc += LB_BYTES;
        return;
    }
    if (why <= FAULT_OUT_OF_MEMORY)
        sched_may_freeze(); /* another thread ends the program: its mappings go, and that is no fault of this one's */
    /* The pager does not know the image: what it does not own may still be mapped, for other uses. */
    if (why == FAULT_NO_MAPPING && pt_readable(frame->stval))
        why = FAULT_PROTECTION;
    if (!catch_trap(frame, &why))
        report_trap(frame, why);
}
