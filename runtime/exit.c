#include "runtime/exit.h"

#include <reent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "arch/hart.h"
#include "arch/pt.h"
#include "kernel/bootargs.h"
#include "kernel/file/file.h"
#include "kernel/log.h"
#include "kernel/thread/sampler.h"
#include "kernel/thread/sched.h"
#include "kernel/pager/stats.h"
#include "kernel/vm/vm.h"
#include "runtime/api.h"
#include "runtime/file/io.h"
#include "runtime/signal/itimer.h"
#include "runtime/thread/locks.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

/* JSON string (RFC 8259, 7): names come from the host and may hold anything. */
static void print_string(const char *key, const char *value)
{
    log_printf("\"%s\": \"", key);
    for (const char *p = value ? value : ""; *p; p++) {
        if (*p == '"' || *p == '\\')
            log_printf("\\%c", *p);
        else if ((unsigned char)*p < 0x20)
            log_printf("\\u%04x", (unsigned char)*p);
        else
            log_printf("%c", *p);
    }
    log_printf("\"");
}

static void print_counters(const struct counters *c)
{
#define PRINT(name) log_printf(", \"" #name "\": %lu", c->name);
    PRINTED_COUNTERS(PRINT)
#undef PRINT
}

static void print_region(const struct region_stats *r)
{
    log_printf("{");
    print_string("name", r->name);
    log_printf(", \"pages\": %lu, \"frames\": %lu, \"resident_unused\": %lu, ", r->pages, r->resident, r->resident_unused);
    print_string("policy", r->prefetch);
    log_printf(", ");
    print_string("evict", r->evict);
    print_counters(&r->counters);
    log_printf("}");
}

/* Instructions that were counted before main, and what the run took since: read before printing adds to them. */
struct run {
    uint64_t time_ns, instret, boot_instret;
};

static void print_stats(int status, const struct run *run)
{
    struct pager_totals totals;
    struct region_stats region;
    struct pt_fence_counts fences = pt_fence_counts();
    struct ipi_counts ipis = hart_ipi_counts();

    pager_totals(&totals);
    if (io_stderr_is_mid_line())
        log_printf("\n");
    log_printf("bower-stats {");
    print_string("app", bootargs_option(&boot_args, "app"));
    log_printf(", \"status\": %d, \"harts\": %u, \"frames\": %lu, ", status, hart_count(), totals.cap);
    print_string("policy", totals.prefetch);
    log_printf(", ");
    print_string("evict", totals.evict);
    log_printf(", \"time_ns\": %lu, \"instret\": %lu, \"boot_instret\": %lu", run->time_ns,
               run->instret, run->boot_instret);
    print_counters(&totals.counters);
    log_printf(", \"sfence_local\": %lu, \"sfence_remote\": %lu", fences.local, fences.remote);
    log_printf(", \"ipi_sent\": %lu, \"ipi_firmware\": %lu", ipis.sent, ipis.by_firmware);
    log_printf(", \"frames_peak\": %lu, \"frames_leaked\": %lu, \"regions\": [", totals.frames_peak, totals.frames_leaked);
    for (unsigned i = 0; pager_region_stats(i, &region); i++) {
        log_printf("%s", i ? ", " : "");
        print_region(&region);
    }
    log_printf("]}\n");
}

#define PATIENCE_NS 20000000 /* for a stream that another thread has locked */

int __sflush_r(struct _reent *reent, FILE *stream);
int _fwalk_reent(struct _reent *reent, int (*function)(struct _reent *, FILE *));
void __call_exitprocs(int status, void *dso);

/*
 * The lock of a stream may be held by a thread that sleeps in a read and never comes back: after a while what is in the
 * buffer is written all the same, as glibc does.
 */
static int flush(struct _reent *reent, FILE *stream)
{
    bool locked;
    int result;

    if (!(stream->_flags & __SWR))
        return 0;
    locked = lock_acquire_recursive_until(stream->_lock, time_ns() + PATIENCE_NS);
    result = __sflush_r(reent, stream);
    if (locked)
        __lock_release_recursive(stream->_lock);
    return result;
}

/*
 * In place of newlib's, which closes all streams: that frees buffers which other threads may be using. A handler may call
 * exit again, and so may a second thread, which then never returns.
 */
API _Noreturn void exit(int status)
{
    static struct runtime_thread *exiting; /* atomic */
    static uint32_t never;
    struct runtime_thread *nobody = NULL;

    if (!__atomic_compare_exchange_n(&exiting, &nobody, this_thread, false, __ATOMIC_RELAXED, __ATOMIC_RELAXED) &&
        nobody != this_thread) {
        itimer_leave_handler();
        for (;;)
            thread_wait(&never, 0, THREAD_FOREVER);
    }
    __atomic_fetch_or(&this_thread->cancel.flags, CANCEL_ENDING, __ATOMIC_SEQ_CST); /* nobody ends it before the program does */
    __call_exitprocs(status, NULL);
    _fwalk_reent(_GLOBAL_REENT, flush); /* whichever thread has used them: main need not have */
    runtime_exit(status);
}

_Noreturn void runtime_exit(int status)
{
    path_leave_tmp(); /* threads that stop may do so in the middle of a call to the share */
    sched_freeze_others();
    struct run run = { clock_elapsed_ns(), clock_elapsed_instret(), clock_boot_instret() };
    sampler_finish();
    int error = vm_shutdown();

    status &= 0xff;
    if (error) {
        log_printf("bower: writing shared mappings back failed: %s\n", strerror(-error));
        if (status == 0)
            status = 1;
    }
    print_stats(status, &run);
    machine_exit(status);
}

API _Noreturn void _exit(int status)
{
    runtime_exit(status);
}
