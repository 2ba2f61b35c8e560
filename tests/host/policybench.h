/*
 * policybench.h: the smallest pager that the policies can tell from the real one: one mapping, one pool, no device.
 * For unit tests of the policies; counts that are to equal the guest's come from the simulator.
 */
#ifndef POLICYBENCH_H
#define POLICYBENCH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bench;

struct bench_counts {
    uint64_t accesses, faults, reads, prefetched, used, wasted, evicted;
};

/* Aborts the test if a policy is unknown or breaks its contract (names a page twice, a resident one, ...). */
struct bench *bench_new(const char *prefetch, const char *evict, uint32_t npages, uint32_t frames);
void bench_access(struct bench *b, uint32_t page);
struct bench_counts bench_counts(const struct bench *b);
/* The policy's profile: bytes saved, and whether loading them worked. */
size_t bench_save(const struct bench *b, uint8_t *out, size_t size);
bool bench_load(struct bench *b, const uint8_t *bytes, size_t n);
void bench_free(struct bench *b);

/* Workloads: each writes at most n page numbers and returns how many. */
size_t trace_lab(uint32_t *out, size_t n, uint32_t start);
size_t trace_recurrence(uint32_t *out, size_t n, uint32_t npages, uint32_t start, int64_t a, int64_t b, int64_t m,
                        int64_t c);
size_t trace_random(uint32_t *out, size_t n, uint32_t npages, uint64_t seed);
size_t trace_zipf(uint32_t *out, size_t n, uint32_t npages, uint64_t seed);
size_t trace_cyclic(uint32_t *out, size_t n, uint32_t loop);
/* Monotone, steps 1 .. most at random: sparse, and nothing to predict. */
size_t trace_steps(uint32_t *out, size_t n, uint32_t npages, uint32_t most, uint64_t seed);
size_t trace_columns(uint32_t *out, size_t n, uint32_t rows, uint32_t columns, uint32_t pages_per_row);
uint64_t trace_rand(uint64_t *seed);

/* Misses of Belady's MIN for this trace and this many frames. */
uint64_t trace_min_misses(const uint32_t *trace, size_t n, uint32_t npages, uint32_t frames);

struct bench_counts bench_run(const char *prefetch, const char *evict, uint32_t npages, uint32_t frames,
                              const uint32_t *trace, size_t n);

#define CHECK(cond, ...) \
    do { \
        if (!(cond)) { \
            printf("FAIL %s:%d: %s: ", __FILE__, __LINE__, #cond); \
            printf(__VA_ARGS__); \
            printf("\n"); \
            exit(1); \
        } \
    } while (0)

#endif
