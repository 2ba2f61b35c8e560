/*
 * simulate: plays a trace through the pager of kernel/, compiled for the host, and prints what it counts as one JSON object.
 *
 * Not a model of the pager but the pager: the same fault.c, batch.c, frame.c, windows.c and policies as in the guest, on
 * arch/host. Its clock is a model: what the device takes for a request (--latency, --bandwidth, --depth) and what the program computes
 * for an access. The pager itself costs nothing; counts of instructions stay 0.
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>

#include "arch/host/machine.h"
#include "arch/pt.h"
#include "kernel/pager/frame.h"
#include "kernel/plan/learn.h"
#include "kernel/plan/plan.h"
#include "kernel/policy/evict.h"
#include "kernel/policy/prefetch.h"
#include "kernel/pager/stats.h"
#include "kernel/vm/vm.h"
#include "trace.h"

/* Beside the frames, which nobody writes: regions, page states, policies. */
#define OVERHEAD ((uint64_t)64 << 20)
#define FRAMES_MOST ((uint64_t)1 << 24) /* 64 GiB, of which nothing is ever written */
#define ROOM 4                          /* times the frames: what is asked for in one piece is rounded up; address space only */
#define NO_TIME UINT64_MAX
#define PLAN_WIDTH 4 /* pages that the program works on at once */

struct options {
    const char *trace, *policy, *evict, *name, *pack;
    uint64_t frames, pages, access_ns;
    bool plan, no_plan;
};

static void usage(FILE *out)
{
    fprintf(out, "usage: simulate [options] TRACE          (- reads standard input)\n"
                 "  --frames N       cap of the pool (16)\n"
                 "  --policy NAME    prefetch policy (auto)\n"
                 "  --evict NAME     eviction policy (auto)\n"
                 "  --pages N        length of the mapping (as the trace says)\n"
                 "  --name NAME      of the mapped file: the key of its profile (weight.dat)\n"
                 "  --share DIR      keep profiles under DIR/.bower, as the program's share (none are kept)\n"
                 "  --latency US     of a request, before its first byte (0)\n"
                 "  --bandwidth N    of the device, MB/s (0: no limit)\n"
                 "  --depth N        requests whose latencies pass side by side (32)\n"
                 "  --compute-ns N   computing before each access (as the trace says, else 0)\n"
                 "  --plan           declare what comes before the first repetition as the order of every pass\n"
                 "  --no-plan        leave out the plan that the traced program declared\n"
                 "  --learn          learn plans also where no clock says how far the program is\n"
                 "  --pack FILE      write the trace in its compact form instead\n");
}

static _Noreturn void bad(const char *what, const char *value, const char *why)
{
    fprintf(stderr, "simulate: %s %s: %s\n", what, value, why);
    exit(2);
}

static uint64_t number(const char *option, const char *text, uint64_t least, uint64_t most)
{
    char *end;
    char why[80];
    errno = 0;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end || errno || value < least || value > most) {
        snprintf(why, sizeof why, "a number from %llu to %llu is needed", (unsigned long long)least,
                 (unsigned long long)most);
        bad(option, text, why);
    }
    return value;
}

/* One option that has a value. */
static void set_option(int c, struct options *o)
{
    switch (c) {
    case 'f': o->frames = number("--frames", optarg, POOL_MIN_FRAMES, FRAMES_MOST); break;
    case 'p': o->policy = optarg; break;
    case 'e': o->evict = optarg; break;
    case 'n': o->pages = number("--pages", optarg, 1, TRACE_WRITE - 1); break;
    case 'k': o->name = optarg; break;
    case 's': host_share = optarg; break;
    case 'l': host_timing.latency_ns = 1000 * number("--latency", optarg, 0, 100000000); break;
    case 'b': host_timing.bytes_per_s = 1000000 * number("--bandwidth", optarg, 0, 1000000); break;
    case 'd': host_timing.depth = (uint32_t)number("--depth", optarg, 1, HOST_DEPTH_MAX); break;
    case 'c': o->access_ns = number("--compute-ns", optarg, 0, 1000000000); break;
    case 'P': o->plan = true; break;
    case 'N': o->no_plan = true; break;
    case 'L': learn_repeats = true; break;
    case 'o': o->pack = optarg; break;
    default: usage(stderr); exit(2);
    }
}

static void check_policies(const struct options *o)
{
    bool prefetch_known = prefetch_find(o->policy) != NULL;
    if (prefetch_known && evict_find(o->evict))
        return;
    fprintf(stderr, "simulate: %s %s: no such policy; one of", prefetch_known ? "--evict" : "--policy",
            prefetch_known ? o->evict : o->policy);
    if (prefetch_known)
        for (size_t i = 0; evict_policies[i]; i++)
            fprintf(stderr, " %s", evict_policies[i]->name);
    else
        for (size_t i = 0; prefetch_policies[i]; i++)
            fprintf(stderr, " %s", prefetch_policies[i]->name);
    fprintf(stderr, "\n");
    exit(2);
}

static void parse(int argc, char **argv, struct options *o)
{
    static const struct option names[] = {
        { "frames", 1, NULL, 'f' },
        { "policy", 1, NULL, 'p' },
        { "evict", 1, NULL, 'e' },
        { "pages", 1, NULL, 'n' },
        { "name", 1, NULL, 'k' },
        { "share", 1, NULL, 's' },
        { "latency", 1, NULL, 'l' },
        { "bandwidth", 1, NULL, 'b' },
        { "depth", 1, NULL, 'd' },
        { "compute-ns", 1, NULL, 'c' },
        { "plan", 0, NULL, 'P' },
        { "no-plan", 0, NULL, 'N' },
        { "learn", 0, NULL, 'L' },
        { "pack", 1, NULL, 'o' },
        { "help", 0, NULL, 'h' },
        { NULL, 0, NULL, 0 },
    };
    for (int c; (c = getopt_long(argc, argv, "h", names, NULL)) != -1;) {
        if (c == 'h') {
            usage(stdout);
            exit(0);
        }
        set_option(c, o);
    }
    if (optind + 1 != argc) {
        usage(stderr);
        exit(2);
    }
    o->trace = argv[optind];
    check_policies(o);
}

static void read_trace(const struct options *o, struct trace *t)
{
    char error[128];
    FILE *in = strcmp(o->trace, "-") == 0 ? stdin : fopen(o->trace, "rb");
    if (!in)
        bad("trace", o->trace, strerror(errno));
    int result = trace_read(in, t, error, sizeof error);
    if (ferror(in))
        bad("trace", o->trace, strerror(errno));
    if (result != 0)
        bad("trace", o->trace, error);
    fclose(in);
    if (o->pages && o->pages < t->npages) {
        snprintf(error, sizeof error, "%lu", (unsigned long)o->pages);
        bad("--pages", error, "the trace uses pages beyond that");
    }
    if (o->pages)
        t->npages = (uint32_t)o->pages;
    if (t->npages == 0)
        bad("trace", o->trace, "nothing in it");
    if (o->plan && t->plan.count > 0 && !o->no_plan)
        bad("--plan", o->trace, "this trace declares its own; --no-plan leaves that out");
    if (o->no_plan)
        t->plan.count = 0;
}

static uint64_t played_ns; /* what the trace took; writing back at the end does not count */

/* The runs of neighbours up to the first page that comes again, as a cyclic plan. */
static void declare_plan(const struct options *o, const struct trace *t, vaddr_t base)
{
    struct vm_extent *extents = calloc(t->count, sizeof *extents);
    bool *seen = calloc(t->npages, 1);
    size_t n = 0;
    if (!extents || !seen)
        bad("--plan", "", strerror(ENOMEM));
    for (size_t i = 0; i < t->count; i++) {
        uint32_t page = t->accesses[i] & ~TRACE_WRITE;
        vaddr_t va = base + ((vaddr_t)page << PAGE_SHIFT);
        if (seen[page])
            break;
        seen[page] = true;
        if (n > 0 && va == extents[n - 1].address + extents[n - 1].length)
            extents[n - 1].length += PAGE_SIZE;
        else
            extents[n++] = (struct vm_extent){ va, PAGE_SIZE, false };
    }
    int error = vm_plan_start(extents, n, true, false, PLAN_WIDTH);
    if (error)
        bad("--plan", o->trace,
            error == -ENOTSUP  ? "a plan needs --policy auto and --evict auto"
            : error == -ENOMEM ? "too few frames for a plan"
                               : strerror(-error));
    free(extents);
    free(seen);
}

/* The plan with this number in the list of events. As vm_plan_start. */
static int declare_event(const struct events *e, size_t i, vaddr_t base)
{
    size_t n = events_extents(e, i);
    struct vm_extent *extents = calloc(n + 1, sizeof *extents);
    if (!extents)
        bad("trace", "", strerror(ENOMEM));
    for (size_t k = 0; k < n; k++) {
        const struct event *x = &e->list[i + 1 + k];
        extents[k] = (struct vm_extent){ base + ((vaddr_t)x->first << PAGE_SHIFT), (uint64_t)x->n << PAGE_SHIFT, x->kind == EVENT_SOME };
    }
    const struct event *plan = &e->list[i];
    int error = vm_plan_start(extents, n, plan->first & EVENT_CYCLIC, plan->first & EVENT_CURSOR, plan->n);
    free(extents);
    return error;
}

/*
 * What the program says after so many accesses. Where its plan is refused (another policy than auto, too few frames) it goes on
 * without, and says no more of it; a second plan beside the first is refused, and the first stays. Returns the number of the next event.
 */
static size_t play_events(const struct trace *t, size_t i, size_t accesses, vaddr_t base)
{
    static bool refused;
    for (; i < t->plan.count && t->plan.list[i].before <= accesses; i++) {
        const struct event *e = &t->plan.list[i];
        vaddr_t va = base + ((vaddr_t)e->first << PAGE_SHIFT);
        if (e->kind == EVENT_PLAN) {
            int error = declare_event(&t->plan, i, base);
            refused = error != 0 && error != -EBUSY;
        } else if (e->kind == EVENT_AT && !refused && plan_needs_cursor(va)) {
            vm_plan_at(va);
        } else if (e->kind == EVENT_CHOOSE && !refused) {
            vm_plan_choose(va, (uint64_t)e->n << PAGE_SHIFT);
        } else if (e->kind == EVENT_END && !refused) {
            vm_plan_end();
        }
    }
    return i;
}

static void play(const struct options *o, const struct trace *t)
{
    static struct host_device file;
    size_t event = 0;
    uint64_t length = (uint64_t)t->npages << PAGE_SHIFT;
    if (host_memory((o->frames << PAGE_SHIFT) * ROOM + OVERHEAD + 64 * (uint64_t)t->npages) != 0)
        bad("--frames", "", "no room in the address space for so many");
    pager_repeats = !t->gaps && (o->access_ns == NO_TIME || o->access_ns == 0); /* without a clock, nothing goes by time */
    if (vm_init(o->frames, o->policy, o->evict) != 0)
        exit(2);
    host_device_init(&file, o->name, length);
    int64_t base = vm_map(0, length, VM_PROT_READ | VM_PROT_WRITE, VM_MAP_SHARED | VM_MAP_LLM, &file.backing, 0);
    if (base < 0)
        bad("trace", o->trace, strerror((int)-base));
    if (o->plan)
        declare_plan(o, t, (vaddr_t)base);
    for (size_t i = 0; i < t->count; i++) {
        event = play_events(t, event, i, (vaddr_t)base);
        uint64_t gap = o->access_ns != NO_TIME ? o->access_ns : t->gaps ? t->gaps[i]
                                                                        : 0;
        if (gap > 0)
            host_compute(gap);
        vaddr_t va = (vaddr_t)base + ((vaddr_t)(t->accesses[i] & ~TRACE_WRITE) << PAGE_SHIFT);
        if (host_touch(va, t->accesses[i] & TRACE_WRITE) != FAULT_RESOLVED)
            bad("trace", o->trace, "an access failed");
    }
    play_events(t, event, t->count, (vaddr_t)base);
    played_ns = host_now;
    vm_shutdown();
}

static void print_name(const char *s)
{
    putchar('"');
    for (; *s; s++) {
        if (*s == '"' || *s == '\\')
            putchar('\\');
        putchar((unsigned char)*s < ' ' ? '?' : *s);
    }
    putchar('"');
}

static void print_counts(const struct options *o, const struct trace *t)
{
    struct pager_totals totals;
    struct pt_fence_counts fences = pt_fence_counts();
    pager_totals(&totals);
    printf("{\"trace\": ");
    print_name(o->trace);
    printf(", \"accesses\": %zu, \"pages\": %u, \"frames\": %lu, \"policy\": \"%s\", \"evict\": \"%s\"", t->count, t->npages,
           (unsigned long)totals.cap, totals.prefetch, totals.evict);
#define PRINT(name) printf(", \"" #name "\": %lu", (unsigned long)totals.counters.name);
    COUNTERS(PRINT)
#undef PRINT
    uint64_t read = totals.counters.bytes_read >> PAGE_SHIFT, min = trace_min_misses(t, (uint32_t)o->frames);
    printf(", \"pages_read\": %lu, \"min_misses\": %lu, \"hit_rate\": %.6f, \"regret\": %.6f, \"time_ns\": %lu",
           (unsigned long)read, (unsigned long)min, t->count ? 1 - (double)totals.counters.faults_major / (double)t->count : 1.0,
           min ? (double)read / (double)min - 1 : 0.0, (unsigned long)played_ns); /* of a trace without accesses, too: JSON has no NaN */
    printf(", \"sfence_local\": %lu, \"sfence_remote\": %lu, \"frames_peak\": %lu, \"frames_leaked\": %lu}\n",
           (unsigned long)fences.local, (unsigned long)fences.remote, (unsigned long)totals.frames_peak,
           (unsigned long)totals.frames_leaked);
}

int main(int argc, char **argv)
{
    struct options o = { .policy = "auto", .evict = "auto", .name = "weight.dat", .frames = 16, .access_ns = NO_TIME };
    struct trace t;
    host_timing.depth = 32;
    parse(argc, argv, &o);
    read_trace(&o, &t);
    if (o.pack) {
        FILE *out = fopen(o.pack, "wb");
        if (!out || trace_write(out, &t) != 0 || fclose(out) != 0)
            bad("--pack", o.pack, strerror(errno));
    } else {
        play(&o, &t);
        print_counts(&o, &t);
    }
    trace_free(&t);
    return 0;
}
