#include "kernel/thread/thread.h"

#include "arch/hart.h"
#include "arch/pt.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "kernel/pager/reclaim.h"
#include "kernel/thread/sched.h"
#include "kernel/thread/sync.h"
#include "kernel/thread/timer.h"
#include "kernel/thread/tls.h"
#include "kernel/vm/vm.h"

#include <string.h>

#define TRAP_STACK_BYTES ((uint64_t)32 << 10) /* a fault, and an interrupt while it waits; see STACK_PROBE */
#define STACK_GUARD ((uint64_t)64 << 10)      /* below the stack; a large frame may leap over a page */
#define FIRST_STACK (STACK_DEEP + PAGE_SIZE)  /* what every thread needs of it that waits: there must be memory for it when it begins */
#define SPARE_THREADS 16                      /* ended ones that keep their stacks for the next */
#define SPARE_STACK ((uint64_t)64 << 10)      /* of each of these stacks; what lies deeper goes back */
#define LEAST_FREE_PAGES 512                  /* what a new thread leaves to everybody else */
#define START_PATIENCE_NS 10000000000u        /* a hart that has not come up by then never will; a busy host is late by seconds */
#define START_LOOK_NS 20000u

static struct thread main_thread = { .number = 1, .refs = 1, .name = "main" };
static struct thread idle_threads[MAX_HARTS];

static struct spinlock threads_lock = SPINLOCK_INIT; /* protects the lists and numbers below; inside every lock but mem's */
static struct thread *all_threads = &main_thread;    /* by all; only grows */
static struct thread *spare;                         /* by next: dead, nobody's, with stacks of the default size */
static struct thread *bare;                          /* by next: dead, nobody's, without stacks */
static struct thread *waste;                         /* by next: dead, nobody's, whose stacks go or become spare: in thread context */
static unsigned nspare;
static uint32_t last_number = 1;
uint64_t thread_census = 1;

struct thread *threads_first(void)
{
    return __atomic_load_n(&all_threads, __ATOMIC_ACQUIRE);
}

/* ---- memory: guard, stack, guard page, trap stack */

static vaddr_t trap_stack_of(const struct thread *t)
{
    return t->stack + t->stack_size + PAGE_SIZE;
}

static uint64_t map_size(uint64_t stack_size)
{
    return STACK_GUARD + stack_size + PAGE_SIZE + TRAP_STACK_BYTES;
}

/*
 * The trap stack never faults: its pages are there, with A and D set also where hardware does not do so (touched here, in thread context).
 * So are those where the other one begins.
 */
static int fill_stack(vaddr_t bottom, uint64_t size)
{
    unsigned char resident[TRAP_STACK_BYTES / PAGE_SIZE];
    int error = vm_advise(bottom, size, VM_MADV_WILLNEED);
    if (!error)
        error = vm_mincore(bottom, size, resident);
    for (unsigned i = 0; i < size / PAGE_SIZE && !error; i++) {
        if (!resident[i])
            return -EAGAIN;
        *(volatile uint64_t *)(bottom + i * PAGE_SIZE) = 0;
    }
    return error ? -EAGAIN : 0;
}

/* A stack that is the caller's leaves its part of the map unused: the guard. */
static int make_stacks(struct thread *t, const struct thread_options *o)
{
    uint64_t size = o && o->stack ? 0 : o && o->stack_size ? PAGE_ALIGN_UP(o->stack_size)
                                                           : THREAD_STACK_SIZE;
    uint64_t first = size < FIRST_STACK ? size : FIRST_STACK;
    uint64_t needed = (TRAP_STACK_BYTES + first + size / (PAGE_SIZE / sizeof(uint64_t))) / PAGE_SIZE;
    reclaim_until(needed + LEAST_FREE_PAGES);
    if (mem_free_count() < needed + LEAST_FREE_PAGES)
        return -EAGAIN;
    int64_t map = vm_map(0, map_size(size), VM_PROT_READ | VM_PROT_WRITE, VM_MAP_PRIVATE | VM_MAP_ANONYMOUS, NULL, 0);
    if (map < 0)
        return -EAGAIN;
    t->map = (vaddr_t)map;
    t->stack = t->map + STACK_GUARD;
    t->stack_size = size;
    vaddr_t bottom = trap_stack_of(t);
    if (vm_protect(t->map, STACK_GUARD, 0) != 0 || vm_protect(bottom - PAGE_SIZE, PAGE_SIZE, 0) != 0 ||
        fill_stack(bottom, TRAP_STACK_BYTES) != 0 || (first > 0 && fill_stack(bottom - PAGE_SIZE - first, first) != 0)) {
        vm_unmap(t->map, map_size(size));
        t->map = 0;
        return -EAGAIN;
    }
    t->context.trap_sp = bottom + TRAP_STACK_BYTES;
    if (size == 0) {
        t->stack = o->stack;
        t->stack_size = o->stack_size;
    }
    return 0;
}

static bool owns_stack(const struct thread *t)
{
    return t->stack == t->map + STACK_GUARD;
}

static void drop_stacks(struct thread *t)
{
    vm_unmap(t->map, map_size(owns_stack(t) ? t->stack_size : 0));
    t->map = 0;
}

static struct thread *pop(struct thread **list)
{
    spin_lock(&threads_lock);
    struct thread *t = *list;
    if (t) {
        *list = t->next;
        nspare -= list == &spare;
    }
    spin_unlock(&threads_lock);
    return t;
}

static void push(struct thread **list, struct thread *t)
{
    spin_lock(&threads_lock);
    t->next = *list;
    *list = t;
    nspare += list == &spare;
    spin_unlock(&threads_lock);
}

/* Pages deeper than one that is not there are rare: below large frames. */
static void trim_stack(const struct thread *t)
{
    vaddr_t end = t->stack + t->stack_size - SPARE_STACK;
    unsigned char deep;
    if (vm_mincore(end - PAGE_SIZE, PAGE_SIZE, &deep) == 0 && deep)
        vm_advise(t->stack, end - t->stack, VM_MADV_DONTNEED);
}

/* Thread context: what dead threads left goes back, or waits for the next. */
static void reap(void)
{
    struct thread *t;
    while ((t = pop(&waste)) != NULL) {
        bool keep = owns_stack(t) && t->stack_size == THREAD_STACK_SIZE && nspare < SPARE_THREADS; /* a glance: one more is no harm */
        if (keep)
            trim_stack(t);
        else
            drop_stacks(t);
        push(keep ? &spare : &bare, t);
    }
}

/* Any context. */
void thread_put(struct thread *t)
{
    if (__atomic_sub_fetch(&t->refs, 1, __ATOMIC_ACQ_REL) == 0)
        push(&waste, t); /* nobody knows this thread any more */
}

void thread_release(struct thread *t)
{
    thread_put(t);
    reap();
}

/* ---- life */

_Noreturn static void run_thread(void)
{
    struct thread *me = thread_self();
    me->entry(me->arg);
    thread_exit();
}

/* On the trap stack, interrupts off: where the first switch to a new thread leads. */
static void start_thread(void)
{
    sched_begin_thread();
    struct thread *me = thread_self();
    context_enter(run_thread, me->stack + me->stack_size, me->tp);
}

static struct thread *new_thread(void)
{
    struct thread *t = pop(&bare);
    if (t)
        return t;
    t = kalloc(sizeof *t);
    if (!t)
        return NULL;
    t->state = THREAD_DEAD;
    spin_lock(&threads_lock);
    t->all = all_threads;
    __atomic_store_n(&all_threads, t, __ATOMIC_RELEASE);
    spin_unlock(&threads_lock);
    return t;
}

static int check_options(const struct thread_options *o)
{
    if (o && o->stack && (((o->stack | o->stack_size) & 15) || o->stack_size < PAGE_SIZE)) /* psABI: sp is 16-aligned */
        return -EINVAL;
    if (o && o->stack && !vm_stays(o->stack, o->stack_size))
        return -EINVAL;
    return o && o->stack_size > (uint64_t)1 << 36 ? -EAGAIN : 0;
}

/* With stacks as wanted, of its own: an ended one's, or new ones. */
static int find_thread(struct thread **out, const struct thread_options *o)
{
    struct thread *t = NULL;
    reap();
    if (!o || (!o->stack && (o->stack_size == 0 || PAGE_ALIGN_UP(o->stack_size) == THREAD_STACK_SIZE)))
        t = pop(&spare);
    *out = t;
    if (t)
        return 0;
    t = new_thread();
    if (!t)
        return -EAGAIN;
    int error = make_stacks(t, o);
    if (error)
        push(&bare, t);
    else
        *out = t;
    return error;
}

int thread_create(struct thread **out, const struct thread_options *options, void (*entry)(void *), void *arg)
{
    struct thread *t;
    int error = check_options(options);
    if (!error)
        error = find_thread(&t, options);
    if (error)
        return error;
    t->tp = tls_create();
    if (!t->tp) {
        push(&waste, t);
        return -EAGAIN;
    }
    context_init(&t->context, t->context.trap_sp, start_thread);
    t->number = __atomic_add_fetch(&last_number, 1, __ATOMIC_RELAXED);
    t->refs = 2;
    t->holds = 0;
    t->catch_stack_size = 0;
    t->token = false;
    t->busy_ns = 0;
    t->entry = entry;
    t->arg = arg;
    t->name[0] = '\0';
    *out = t;
    __atomic_add_fetch(&thread_census, 1, __ATOMIC_SEQ_CST);
    sched_add(t);
    return 0;
}

_Noreturn void thread_exit(void)
{
    struct thread *me = thread_self();
    void *tp = me->tp;
    ASSERT(me->holds == 0);
    me->tp = NULL;
    tls_destroy(tp); /* nothing below reads a thread-local variable */
    __atomic_sub_fetch(&thread_census, 1, __ATOMIC_SEQ_CST);
    thread_check_deadlock();
    sched_leave();
}

/* ---- small things */

bool thread_has_left(const struct thread *t)
{
    return __atomic_load_n(&t->refs, __ATOMIC_ACQUIRE) == 1; /* that of its life goes after the last switch */
}

uint32_t thread_number(const struct thread *t) { return t->number; }

void thread_set_name(struct thread *t, const char *name)
{
    log_snprintf(t->name, sizeof t->name, "%s", name);
}

void thread_stack(const struct thread *t, vaddr_t *stack, uint64_t *size)
{
    *stack = t->stack;
    *size = t->stack_size;
}

static void wake_sleeper(void *arg)
{
    thread_unpark(arg);
}

void thread_sleep_until(uint64_t deadline_ns)
{
    struct timer t = { .armed = false };
    stack_probe_deep();
    bool were_on = irq_save(); /* the interrupt comes in the wait: see completion_wait */
    timer_start(&t, deadline_ns, wake_sleeper, thread_self());
    while (time_ns() < deadline_ns)
        thread_park();
    timer_stop(&t);
    irq_restore(were_on);
}

/* ---- reports */

/* The main thread's guard is a page, with nothing below it for longer than this. */
bool thread_overflowed(vaddr_t address)
{
    const struct thread *me = thread_self();
    bool has_guard = !me->map || owns_stack(me);
    return has_guard && address < me->stack && me->stack - address <= STACK_GUARD;
}

static void describe(const struct thread *t, char *out, size_t size)
{
    log_snprintf(out, size, t->name[0] ? "thread %u '%s'" : "thread %u%s", t->number, t->name);
}

bool thread_describe(vaddr_t address, char *out, size_t size)
{
    for (const struct thread *t = threads_first(); t; t = t->all) {
        char who[40];
        if (!t->map || t->state == THREAD_DEAD || address - t->map >= map_size(owns_stack(t) ? t->stack_size : 0))
            continue;
        describe(t, who, sizeof who);
        const char *what = address >= trap_stack_of(t)               ? "trap stack of"
                           : address >= trap_stack_of(t) - PAGE_SIZE ? "guard page below the trap stack of"
                           : address >= t->stack                     ? "stack of"
                                                                     : "guard below the stack, it overflowed: stack of";
        log_snprintf(out, size, "%s %s", what, who);
        return true;
    }
    return false;
}

void thread_describe_self(char *out, size_t size)
{
    const struct thread *me = thread_self();
    if (me)
        describe(me, out, size);
    else
        log_snprintf(out, size, "no thread yet");
}

/* ---- boot */

void thread_init(void)
{
    main_thread.tp = tls_create();
    if (!main_thread.tp)
        panic("no memory for the thread-local storage of the main thread");
    sched_init(&main_thread, &idle_threads[0]);
}

_Noreturn void thread_start_main(void (*entry)(void), vaddr_t stack, uint64_t stack_size)
{
    main_thread.stack = stack;
    main_thread.stack_size = stack_size;
    sched_leave_boot_stack();
    context_enter(entry, stack + stack_size, main_thread.tp);
}

_Noreturn static void run_hart(void)
{
    sched_start_hart(&idle_threads[hart_index()]);
}

void threads_start_harts(void)
{
    uint64_t end = time_ns() + START_PATIENCE_NS;
    unsigned expected = hart_start_others(run_hart);
    while (hart_count() < expected && time_ns() < end)
        thread_sleep_until(time_ns() + START_LOOK_NS);
    if (hart_count() < expected)
        log_printf("bower: %u of %u harts have not come up\n", expected - hart_count(), expected);
}
