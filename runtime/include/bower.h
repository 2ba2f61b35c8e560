/*
 * bower.h: what POSIX has no word for: the pager's counters at run time, the plan, and the prefetch policy of one mapping.
 *
 * Any thread, any time. On failure the functions return -1 and set errno.
 */
#ifndef _BOWER_H
#define _BOWER_H
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>

/* Counts since the program (or the mapping) began. docs/counters.md says what each one counts. */
struct bower_counters {
    uint64_t faults;                    /* traps on pages of MAP_LLM mappings, whatever resolved them */
    uint64_t faults_major;              /* ... that waited for a device read */
    uint64_t faults_soft;               /* ... that found the page on its way or in a frame */
    uint64_t faults_spurious;           /* ... that found it mapped already */
    uint64_t prefetched;                /* pages read that no fault had asked for */
    uint64_t prefetch_used;             /* ... touched later */
    uint64_t prefetch_late;             /* ... touched while still on their way (also counted as used) */
    uint64_t prefetch_wasted;           /* ... dropped untouched */
    uint64_t evicted;                   /* pages that lost their frame to another page */
    uint64_t written_back;              /* dirty pages written */
    uint64_t bytes_read, bytes_written; /* over the device */
    uint64_t io_reads, io_writes;       /* device requests */
    uint64_t batches;                   /* batches of reads submitted */
    uint64_t ptes_installed;            /* page-table entries */
    uint64_t plan_pages;                /* pages that the plan read ahead (also counted as prefetched) */
    uint64_t plan_missed;               /* faults on planned pages out of the plan's order, or before it could read them */
    uint64_t stall_ns;                  /* nanoseconds in which faults waited for devices */
    uint64_t stall_instret;             /* instructions retired in that waiting */
    uint64_t frames;                    /* of the pool: its cap, in 4 KiB frames; of a mapping: resident now */
    uint64_t frames_peak;               /* of the pool: most in use at once; of a mapping: 0 */
    uint64_t time_ns;                   /* nanoseconds since main was called; of a mapping: 0 */
    uint64_t instret;                   /* instructions since main, those spent waiting left out; of a mapping: 0 */
};

__BEGIN_DECLS
/* The whole program. Always 0. */
int bower_counters(struct bower_counters *out);
/* The MAP_LLM mapping that contains address. ENOMEM: there is none. */
int bower_region_counters(const void *address, struct bower_counters *out);
/*
 * Gives the MAP_LLM mapping that contains address another prefetch policy, by a name of `scripts/run --policy help`. What
 * the former one had learnt is lost; resident pages stay. EINVAL: no such policy. ENOMEM: no such mapping.
 */
int bower_set_policy(const void *address, const char *policy);
/*
 * The plan: the order in which the program will touch its MAP_LLM mappings. The pager then keeps what frames go round for, reads
 * the rest ahead of the program, and lets go what has been used: N - C pages a turn of N pages in C frames, and few more, without
 * faults. A plan that is wrong costs speed and nothing else: bower_counters.plan_missed says how wrong. One plan at a time; it has
 * the whole pool but for what other MAP_LLM mappings hold (at most a quarter).
 */
struct bower_extent {
    const void *address; /* within one mapping */
    size_t length;       /* bytes, at least 1 */
    int some;            /* 0: all of it, in order; 1: only parts, which bower_plan_choose will name */
};
#define BOWER_PLAN_CYCLIC 1 /* again and again; else once: what is touched or declared after that ends it */
#define BOWER_PLAN_CURSOR 2 /* pages stay until bower_plan_at has come past them, else until they have been used */
/*
 * Declares the plan and starts to read. width: pages that the program works on at once, all threads together (0: a few). Bytes that
 * several extents name belong to the first. EINVAL: no extents, unknown flags, an extent that is not within a MAP_LLM mapping
 * of a file, more than 16 mappings; ENOTSUP: another policy than auto was asked for, to prefetch or to evict; EBUSY: there is a
 * plan; ENOMEM: no memory, or the pool is too small for a plan.
 */
int bower_plan(const struct bower_extent *extents, size_t n, int flags, unsigned width);
/*
 * No thread of the program will look at what comes before this address in the plan, in this turn. Optional without BOWER_PLAN_CURSOR; where
 * several threads share pages, only the program knows when a page has been used by all. EINVAL: no MAP_LLM mapping there (not always
 * noticed: a call that finds the pager busy says nothing, since the next one will).
 */
int bower_plan_at(const void *address);
/* The program will touch these bytes soon: read ahead, outside the order. Waits with --icount alone. EINVAL: no MAP_LLM mapping there. */
int bower_plan_choose(const void *address, size_t length);
/* Ends the plan; unmapping a mapping of it does, too. ENOENT: there is none. */
int bower_plan_end(void);
/*
 * Harts that run at the same time: sysconf(_SC_NPROCESSORS_ONLN), or as many as the machine's host has processors where those are
 * fewer. A thread that waits for others may spin where no more than these work; with more it spins in the way of whom it waits for.
 */
unsigned bower_processors(void);
/* The extensions of the harts, as the device tree spells them ("rv64imafdc_zicsr..."); never NULL. */
const char *bower_isa(void);
__END_DECLS

#endif
