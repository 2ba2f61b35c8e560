#include "arch/catch.h"

#include "arch/pt.h"
#include "arch/riscv64/catch_priv.h"
#include "arch/riscv64/masking.h"
#include "arch/riscv64/offsets.h"
#include "arch/riscv64/pte.h"
#include "kernel/pager/pager.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/thread.h"

#define STACK_ALIGN 16 /* psABI */

/* On the stack of the interrupted code, right below what it uses, or on top of that of fault_catch_on. */
struct caught {
    struct trap_frame frame; /* as it was interrupted */
    uint64_t f[32], fcsr;
    int why;
    bool goes_on; /* what the catcher said */
} __attribute__((aligned(STACK_ALIGN)));

_Static_assert(offsetof(struct caught, f) == CAUGHT_FLOAT, "offsets.h");
_Static_assert(offsetof(struct caught, fcsr) == CAUGHT_FCSR, "offsets.h");

#define COPY_DEPTH 4096 /* bytes of stack below copy_or_fail's, of memcpy, which may be the program's own, at most */

void catch_start(void); /* catch.S */
extern const char catch_over[], copy_failed[];
int copy_or_fail(void *to, const void *from, size_t n, uint64_t *copying);
void catch_ask(struct caught *c); /* called from there, in the thread */

static fault_catcher *catcher; /* atomic */

void fault_catch(fault_catcher *new_catcher)
{
    __atomic_store_n(&catcher, new_catcher, __ATOMIC_RELEASE);
}

void fault_catch_on(vaddr_t stack, uint64_t size)
{
    struct thread *self = thread_self();

    self->catch_stack = stack;
    self->catch_stack_size = size;
}

void catch_ask(struct caught *c)
{
    c->goes_on = __atomic_load_n(&catcher, __ATOMIC_ACQUIRE)(c->why, c->frame.stval);
}

/*
 * Brings the stack there as a store of the thread's own would, and fences: nothing may fault here. Stacks in static memory, which is no
 * mapping, are there.
 */
static bool make_room(vaddr_t start, vaddr_t end)
{
    if (start > end) /* a stack pointer gone wild */
        return false;
    for (vaddr_t va = PAGE_ALIGN_DOWN(start); va < end; va += PAGE_SIZE) {
        struct pt_entry now = pt_lookup(va);
        if (now.valid && now.write && now.dirty)
            continue;
        enum fault_result result = handle_one_fault(va, FAULT_WRITE);
        if (result != FAULT_RESOLVED && !(result == FAULT_NO_MAPPING && pt_readable(va)))
            return false;
        pt_fence_range(va, 1);
    }
    return true;
}

size_t copy_checked(void *to, const void *from, size_t n)
{
    uint64_t *copying = &thread_self()->copying;
    size_t done = 0, part;

    if (copy_or_fail(to, from, n, copying))
        return n;
    for (; done < n; done += part) {
        uint8_t *out = (uint8_t *)to + done;
        const uint8_t *in = (const uint8_t *)from + done;

        part = MIN(n - done, PAGE_SIZE - MAX((vaddr_t)out & PAGE_MASK, (vaddr_t)in & PAGE_MASK));
        if (!copy_or_fail(out, in, part, copying))
            break;
    }
    return done;
}

/* Copies no byte more, if that is what the thread was about: a fault in what a fault of the copy calls is the kernel's own. */
static bool stop_copy(struct trap_frame *frame, int why)
{
    uint64_t copying = thread_self()->copying;

    if (copying - frame->x[REG_SP] > COPY_DEPTH || why >= FAULT_OUT_OF_MEMORY)
        return false;
    frame->sepc = (uint64_t)copy_failed;
    frame->x[REG_SP] = copying;
    return true;
}

/* In the middle of a call that has a file, say, in its hands: a handler that leaves by siglongjmp would keep it from everybody for ever. */
static bool is_in_call(void)
{
    return thread_self()->holds > 0;
}

/* Below which address a struct caught has its place: with another stack, its own may be used up. 0: there is no room for it. */
static vaddr_t stack_for(const struct trap_frame *frame)
{
    const struct thread *self = thread_self();
    uint64_t room = frame->x[REG_SP] - self->catch_stack;

    if (room >= self->catch_stack_size && self->catch_stack_size > 0)
        return self->catch_stack + self->catch_stack_size;
    if (room < self->catch_stack_size && room < sizeof(struct caught) + STACK_ALIGN)
        return 0;
    return thread_overflowed(frame->stval) ? 0 : frame->x[REG_SP];
}

static bool begin(struct trap_frame *frame, int why)
{
    vaddr_t top = stack_for(frame);
    struct caught *c = (struct caught *)((top - sizeof *c) & ~(uint64_t)(STACK_ALIGN - 1));

    if (!__atomic_load_n(&catcher, __ATOMIC_RELAXED) || why >= FAULT_OUT_OF_MEMORY || !(frame->sstatus & FRAME_IRQ_ON) || is_in_call())
        return false;
    if (!top || !make_room((vaddr_t)c, top))
        return false;
    c->frame = *frame;
    c->why = why;
    frame->sepc = (uint64_t)catch_start;
    frame->x[REG_SP] = (uint64_t)c;
    return true;
}

bool catch_trap(struct trap_frame *frame, int *why)
{
    const struct caught *c = (const struct caught *)frame->x[REG_SP];
    uint64_t status = frame->sstatus; /* whether floating-point registers have changed, among others, is as it is now */

    if (frame->scause != CAUSE_BREAKPOINT || frame->sepc != (uint64_t)catch_over)
        return stop_copy(frame, *why) || begin(frame, *why);
    *frame = c->frame;
    frame->sstatus = status;
    *why = c->why;
    return c->goes_on;
}
