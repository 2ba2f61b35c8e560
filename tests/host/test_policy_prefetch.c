// The prefetch policies: the contract, the lab's figures, other recurrences, patterns that nobody can predict.
// sources: tests/host/policybench.c tests/host/traces.c kernel/policy/*.c kernel/policy/prefetch/*.c kernel/policy/evict/*.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/policy/prefetch.h"
#include "kernel/policy/prefetch/streams.h"
#include "policybench.h"

#define LAB_PAGES 512
#define LAB_ACCESSES 32
#define LAB_FRAMES 16
#define MOST 8192

static uint32_t trace[MOST];
static uint8_t profile[1 << 18];

static void ok(const char *name)
{
    printf("TEST %s: OK\n", name);
}

static struct bench_counts lab(const char *policy, uint32_t start)
{
    size_t n = trace_lab(trace, LAB_ACCESSES, start);
    return bench_run(policy, "fifo", LAB_PAGES, LAB_FRAMES, trace, n);
}

static void test_lab_without_knowledge(void)
{
    for (uint32_t start = 1; start <= 9; start++) {
        CHECK(lab("none", start).faults == 32, "start %u", start);
        CHECK(lab("stride", start).faults == 32, "start %u", start);
        CHECK(lab("markov", start).faults <= 14, "start %u: %lu", start, lab("markov", start).faults);
        static const char *const fitting[] = { "fit", "replay", "auto" };
        for (unsigned i = 0; i < 3; i++) {
            struct bench_counts c = lab(fitting[i], start);
            CHECK(c.faults <= 6 && c.reads <= 51, "%s, start %u: %lu faults, %lu reads", fitting[i], start, c.faults, c.reads);
        }
    }
    ok("lab-without-knowledge");
}

/* A run from one start under replay, then a run from another with what it kept. */
static struct bench_counts lab_after(const char *policy, uint32_t first, uint32_t second)
{
    struct bench *b = bench_new("replay", "fifo", LAB_PAGES, LAB_FRAMES);
    size_t n = trace_lab(trace, LAB_ACCESSES, first);
    for (size_t i = 0; i < n; i++)
        bench_access(b, trace[i]);
    size_t kept = bench_save(b, profile, sizeof profile);
    bench_free(b);
    b = bench_new(policy, "fifo", LAB_PAGES, LAB_FRAMES);
    CHECK(kept > 0 && bench_load(b, profile, kept), "%s: profile of %zu bytes", policy, kept);
    n = trace_lab(trace, LAB_ACCESSES, second);
    for (size_t i = 0; i < n; i++)
        bench_access(b, trace[i]);
    struct bench_counts counts = bench_counts(b);
    bench_free(b);
    return counts;
}

static void test_lab_with_profile(void)
{
    for (uint32_t first = 1; first <= 9; first++)
        for (uint32_t second = 1; second <= 9; second++) {
            uint64_t most = first == second ? 2 : 3;
            uint64_t replay = lab_after("replay", first, second).faults, automatic = lab_after("auto", first, second).faults;
            CHECK(replay <= most, "replay after %u from %u: %lu", first, second, replay);
            CHECK(automatic <= most, "auto after %u from %u: %lu", first, second, automatic);
        }
    ok("lab-with-a-profile");
}

/* Recurrences that nobody tuned for: drawn at random, runs without a page twice. */
static void test_other_recurrences(void)
{
    uint64_t seed = 11;
    unsigned runs = 0, within = 0;
    for (unsigned i = 0; i < 2000; i++) {
        int64_t a = i % 8 == 7 ? 0 : 1, b = 1 + (int64_t)(trace_rand(&seed) % 9), m = 5 + (int64_t)(trace_rand(&seed) % 120);
        int64_t c = (int64_t)(trace_rand(&seed) % 7) - 1;
        uint32_t start = (uint32_t)(trace_rand(&seed) % 64);
        size_t n = trace_recurrence(trace, 32, MOST, start, a, b, m, c);
        bool again = false;
        for (size_t x = 0; x < n; x++)
            for (size_t y = 0; y < x; y++)
                again |= trace[x] == trace[y];
        if (n < 32 || again)
            continue;
        runs++;
        within += bench_run("fit", "fifo", MOST, LAB_FRAMES, trace, n).faults <= 8;
    }
    CHECK(runs > 500 && within * 100 >= runs * 95, "%u of %u recurrences within 8 faults", within, runs);
    ok("other-recurrences");
}

static void test_ordinary_patterns(void)
{
    for (uint32_t i = 0; i < 1024; i++)
        trace[i] = i;
    static const char *const all[] = { "readahead", "stride", "markov", "fit", "replay", "auto" };
    for (unsigned i = 0; i < 6; i++) {
        struct bench_counts c = bench_run(all[i], "fifo", 1024, 64, trace, 1024);
        CHECK(c.faults <= 30 && c.reads == 1024, "%s, sequential: %lu faults, %lu reads", all[i], c.faults, c.reads);
    }
    size_t n = trace_columns(trace, 1024, 64, 16, 16);
    uint64_t stride = bench_run("stride", "fifo", 1024, 64, trace, n).faults;
    uint64_t automatic = bench_run("auto", "fifo", 1024, 64, trace, n).faults;
    CHECK(stride <= 80 && automatic <= 40, "columns: stride %lu, auto %lu", stride, automatic);
    for (uint32_t i = 0; i < 1000; i++)
        trace[i] = MOST - 1 - 3 * i;
    CHECK(bench_run("fit", "fifo", MOST, 64, trace, 1000).faults <= 25, "downwards");
    ok("ordinary-patterns");
}

/* Neighbours, and in turns with them every seventh page: that is no walk over neighbours that skips six. */
static void test_large_steps(void)
{
    size_t n = 0;
    for (uint32_t i = 0; i < 2500; i++) {
        trace[n++] = i % 300;
        trace[n++] = 300 + i * 7 % 300;
    }
    struct bench_counts c = bench_run("streams", "auto", 600, 40, trace, n);
    CHECK(c.faults <= 700 && c.wasted <= 400, "neighbours and every seventh: %lu faults, %lu wasted", c.faults, c.wasted);
    ok("large-steps");
}

/* Three walks take turns, and were named two steps at a time: they were used in turns all the same. Block by block stays so. */
static void test_order_of_use(void)
{
    static struct streams s;
    streams_init(&s);
    for (uint32_t i = 0; i < 20; i++)
        for (uint32_t walk = 0; walk < 3; walk++)
            streams_access(&s, 1000 * walk + i, ACCESS_FAULT);
    uint32_t mixed[] = { 20, 1020, 2020, 21, 22, 1021, 1022, 2021, 2022, 23, 1023, 2023 };
    uint32_t blocks[] = { 20, 21, 22, 1020, 1021, 1022, 2020, 2021, 2022 }, as_named[9];
    memcpy(as_named, blocks, sizeof(blocks));
    streams_spread(&s, mixed, 12);
    for (unsigned i = 0; i < 12; i++)
        CHECK(mixed[i] % 1000 == 20 + i / 3, "page %u is %u", i, mixed[i]);
    streams_spread(&s, blocks, 9);
    CHECK(memcmp(as_named, blocks, sizeof(blocks)) == 0, "blocks were mixed");
    ok("order-of-use");
}

/* Walks of six to twelve neighbours, anywhere: where they end is not known, but how far they go is, after a few of them. */
static void test_ends_of_walks(void)
{
    static const char *const all[] = { "fit", "auto" };
    for (uint64_t seed = 1; seed <= 5; seed++) {
        uint64_t random = seed;
        size_t n = 0;
        while (n < 4000) {
            uint32_t from = (uint32_t)(trace_rand(&random) >> 8) % (1 << 20);
            for (uint64_t left = 6 + (trace_rand(&random) >> 8) % 7; left > 0; left--)
                trace[n++] = from++;
        }
        for (unsigned i = 0; i < 2; i++) {
            struct bench_counts c = bench_run(all[i], "lru", (1 << 20) + 16, 128, trace, n);
            CHECK(c.faults * 5 < n && c.reads * 5 < 8 * n, "%s: %lu faults, %lu reads for %zu pages", all[i], c.faults, c.reads, n);
        }
    }
    ok("ends-of-walks");
}

/* A fault takes as long as reading ten pages: a latency of 200 us at 200 MB/s. */
static uint64_t cost(struct bench_counts c)
{
    return 10 * c.faults + c.reads;
}

static void compare_with_none(const char *name, uint32_t npages, uint32_t frames, size_t n)
{
    struct bench_counts none = bench_run("none", "lru", npages, frames, trace, n);
    struct bench_counts automatic = bench_run("auto", "lru", npages, frames, trace, n);
    CHECK(cost(automatic) * 100 <= cost(none) * 102 && automatic.reads * 100 <= none.reads * 108,
          "%s, %u frames: %lu faults and %lu reads, none %lu", name, frames, automatic.faults, automatic.reads, none.reads);
}

static void test_unpredictable_patterns(void)
{
    for (uint64_t seed = 1; seed <= 10; seed++)
        for (uint32_t frames = 16; frames <= 256; frames *= 4) {
            compare_with_none("random", 4096, frames, trace_random(trace, 400, 4096, seed));
            compare_with_none("random", 512, frames, trace_random(trace, 4000, 512, seed));
            compare_with_none("random steps", 1 << 20, frames, trace_steps(trace, 400, 1 << 20, 23, seed));
        }
    ok("unpredictable-patterns");
}

/* Any accesses at all, at any pool size: policybench checks every name that is given. */
static void test_contract(void)
{
    uint64_t seed = 3;
    for (unsigned i = 0; prefetch_policies[i] != NULL; i++)
        for (uint32_t npages = 1; npages <= 4096; npages *= 8)
            for (uint32_t frames = 2; frames <= 200; frames *= 3) {
                struct bench *b = bench_new(prefetch_policies[i]->name, "fifo", npages, frames);
                uint32_t page = 0;
                for (unsigned k = 0; k < 3000; k++) {
                    uint64_t r = trace_rand(&seed);
                    page = r % 16 == 0 ? (uint32_t)(r >> 8) % npages : (page + (r % 3 == 0 ? 1 : 5 * (k % 11))) % npages;
                    bench_access(b, page);
                }
                CHECK(bench_counts(b).reads >= bench_counts(b).faults, "%s", prefetch_policies[i]->name);
                bench_free(b);
            }
    ok("contract");
}

static void test_profile_damage(void)
{
    struct bench *b = bench_new("replay", "fifo", LAB_PAGES, LAB_FRAMES);
    size_t n = trace_lab(trace, LAB_ACCESSES, 4);
    for (size_t i = 0; i < n; i++)
        bench_access(b, trace[i]);
    size_t kept = bench_save(b, profile, sizeof profile);
    bench_free(b);
    uint64_t seed = 5;
    static uint8_t damaged[4096];
    CHECK(kept < sizeof damaged, "%zu bytes", kept);
    for (unsigned i = 0; i < 20000; i++) {
        size_t length = i % 3 == 0 ? trace_rand(&seed) % (kept + 1) : kept;
        memcpy(damaged, profile, kept);
        for (unsigned k = 0; k <= i % 4 && length > 0; k++)
            damaged[trace_rand(&seed) % length] ^= (uint8_t)(1 + trace_rand(&seed) % 255);
        /* Half of them with a checksum that holds, so that what comes behind it is tried as well. */
        if (i % 2 == 0 && length > 8) {
            uint32_t sum = 2166136261u;
            for (size_t k = 8; k < length; k++)
                sum = (sum ^ damaged[k]) * 16777619u;
            for (unsigned k = 0; k < 4; k++)
                damaged[4 + k] = (uint8_t)(sum >> (8 * k));
            memcpy(damaged, profile, 4);
        }
        b = bench_new(i % 5 ? "replay" : "auto", "fifo", LAB_PAGES, LAB_FRAMES);
        bench_load(b, damaged, length);
        for (size_t k = 0; k < n; k++)
            bench_access(b, trace[k]);
        bench_free(b);
    }
    ok("damaged-profiles");
}

static void test_profile_sizes(void)
{
    for (size_t size = 0; size < 700; size++) {
        struct bench *b = bench_new("replay", "fifo", LAB_PAGES, LAB_FRAMES);
        size_t n = trace_lab(trace, LAB_ACCESSES, 7);
        for (size_t i = 0; i < n; i++)
            bench_access(b, trace[i]);
        size_t kept = bench_save(b, profile, size);
        CHECK(kept <= size, "%zu bytes into %zu", kept, size);
        bench_free(b);
        b = bench_new("replay", "fifo", LAB_PAGES, LAB_FRAMES);
        CHECK(kept == 0 || bench_load(b, profile, kept), "%zu bytes of %zu", kept, size);
        bench_free(b);
    }
    struct bench *longer = bench_new("replay", "fifo", LAB_PAGES + 1, LAB_FRAMES);
    size_t kept = bench_save(longer, profile, sizeof profile);
    CHECK(kept == 0, "nothing was learnt, %zu bytes kept", kept);
    bench_free(longer);
    ok("profiles-of-any-size");
}

int main(void)
{
    test_lab_without_knowledge();
    test_lab_with_profile();
    test_other_recurrences();
    test_ordinary_patterns();
    test_large_steps();
    test_order_of_use();
    test_ends_of_walks();
    test_unpredictable_patterns();
    test_contract();
    test_profile_damage();
    test_profile_sizes();
    return 0;
}
