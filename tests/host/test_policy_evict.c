// The eviction policies: the contract under any sequence of calls, fifo's order, loops, hot sets and scans.
// sources: tests/host/policybench.c tests/host/traces.c kernel/policy/*.c kernel/policy/prefetch/*.c kernel/policy/evict/*.c
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/policy/evict.h"
#include "policybench.h"

#define MOST 60000
#define SLOTS 40

static uint32_t trace[MOST];

static void ok(const char *name)
{
    printf("TEST %s: OK\n", name);
}

static uint64_t misses(const char *evict, uint32_t npages, uint32_t frames, size_t n)
{
    return bench_run("none", evict, npages, frames, trace, n).reads;
}

/* What the pager would know: which slots the policy has, and which of them it may not take now. */
struct model {
    bool in[SLOTS], held[SLOTS], accessed[SLOTS];
};

static bool model_accessed(void *context, uint32_t slot)
{
    struct model *m = context;
    CHECK(slot < SLOTS && m->in[slot], "A bit of slot %u asked for", slot);
    bool was = m->accessed[slot];
    m->accessed[slot] = false;
    return was;
}

static bool model_may_take(void *context, uint32_t slot)
{
    struct model *m = context;
    CHECK(slot < SLOTS && m->in[slot], "may slot %u be taken", slot);
    return !m->held[slot];
}

static void pick(const struct evict_policy *policy, void *state, struct model *m, unsigned n)
{
    uint32_t out[SLOTS];
    unsigned takeable = 0;
    for (uint32_t slot = 0; slot < SLOTS; slot++)
        takeable += m->in[slot] && !m->held[slot];
    const struct evict_view view = { model_accessed, model_may_take, m, 0 };
    unsigned got = policy->pick_victims(state, n, out, &view);
    CHECK(got == (n < takeable ? n : takeable), "%s: %u of %u victims, %u may be taken", policy->name, got, n, takeable);
    for (unsigned i = 0; i < got; i++) {
        CHECK(out[i] < SLOTS && m->in[out[i]] && !m->held[out[i]], "%s took slot %u", policy->name, out[i]);
        m->in[out[i]] = false;
    }
}

static void test_contract(void)
{
    uint64_t seed = 9;
    for (unsigned p = 0; evict_policies[p] != NULL; p++) {
        const struct evict_policy *policy = evict_policies[p];
        struct model m = { 0 };
        void *state = malloc(policy->state_size(SLOTS));
        policy->init(state, SLOTS);
        for (unsigned step = 0; step < 100000; step++) {
            uint64_t r = trace_rand(&seed);
            uint32_t slot = (uint32_t)(r >> 32) % SLOTS;
            if (!m.in[slot] && r % 4 < 3) {
                m.in[slot] = m.accessed[slot] = true;
                m.held[slot] = false;
                policy->on_insert(state, &(struct evict_new){ slot, trace_rand(&seed) % 200, step, r % 3 == 0 }, 1);
            } else if (m.in[slot] && r % 16 < 10) {
                m.accessed[slot] = true;
            } else if (m.in[slot] && r % 16 == 10) {
                m.in[slot] = false;
                policy->on_remove(state, slot);
            } else if (r % 16 < 13) {
                m.held[slot] = r & 16;
            } else {
                pick(policy, state, &m, (unsigned)(r >> 8) % (step % 50 == 0 ? SLOTS : 4));
            }
        }
        free(state);
    }
    ok("contract");
}

/* Pages read ahead are inserted late, but their place is that of their mapping. */
static void test_fifo_order(void)
{
    const struct evict_policy *policy = evict_find("fifo");
    struct model m = { 0 };
    void *state = malloc(policy->state_size(SLOTS));
    policy->init(state, SLOTS);
    static const uint32_t order[] = { 0, 8, 16, 1, 2, 9, 17, 3, 18, 30, 10, 31 };
    for (unsigned i = 0; i < sizeof order / sizeof order[0]; i++) {
        m.in[order[i]] = m.accessed[order[i]] = true;
        policy->on_insert(state, &(struct evict_new){ order[i], order[i], order[i], false }, 1);
    }
    const struct evict_view view = { model_accessed, model_may_take, &m, 0 };
    uint32_t out[SLOTS], before = 0;
    unsigned n = policy->pick_victims(state, SLOTS, out, &view);
    CHECK(n == sizeof order / sizeof order[0], "%u victims", n);
    for (unsigned i = 0; i < n; i++) {
        CHECK(out[i] >= before, "slot %u goes before %u", before, out[i]);
        before = out[i];
    }
    free(state);
    ok("fifo-order");
}

static void test_loops(void)
{
    static const struct {
        uint32_t loop, frames;
    } cases[] = { { 110, 100 }, { 1100, 1000 }, { 300, 100 }, { 1000, 64 } };
    for (unsigned i = 0; i < 4; i++) {
        uint32_t loop = cases[i].loop, frames = cases[i].frames;
        size_t n = trace_cyclic(trace, 20 * loop, loop);
        uint64_t min = trace_min_misses(trace, n, loop, frames);
        CHECK(misses("lru", loop, frames, n) == n, "lru on a loop has no hits");
        CHECK(misses("mru", loop, frames, n) <= min + 20, "loop %u, frames %u", loop, frames);
        uint64_t automatic = misses("auto", loop, frames, n);
        CHECK(automatic * 100 <= min * 107 + 2000, "loop %u, frames %u: auto %lu, MIN %lu", loop, frames, automatic, min);
    }
    ok("loops");
}

/*
 * Faults of auto on a loop, while the pages that were demanded last are held, as by a hart each, and some slots are lent, as to a plan.
 */
static unsigned held_loop(unsigned turns, unsigned loop, unsigned nheld, unsigned missing)
{
    const struct evict_policy *policy = evict_find("auto");
    struct model m = { 0 };
    const struct evict_view view = { model_accessed, model_may_take, &m, missing };
    uint32_t page_in[SLOTS], last[SLOTS] = { 0 };
    unsigned faults = 0, nused = 0;
    void *state = malloc(policy->state_size(SLOTS));
    policy->init(state, SLOTS);
    for (unsigned i = 0; i < turns * loop; i++) {
        uint32_t page = i % loop, slot = 0;
        while (slot < SLOTS && !(m.in[slot] && page_in[slot] == page))
            slot++;
        if (slot < SLOTS) {
            m.accessed[slot] = true;
            continue;
        }
        slot = nused;
        if (nused < SLOTS - missing)
            nused++;
        else
            CHECK(policy->pick_victims(state, 1, &slot, &view) == 1, "no victim");
        page_in[slot] = page;
        m.in[slot] = m.accessed[slot] = m.held[slot] = true;
        policy->on_insert(state, &(struct evict_new){ slot, page, faults, false }, 1);
        if (faults >= nheld)
            m.held[last[faults % nheld]] = false;
        last[faults++ % nheld] = slot;
    }
    free(state);
    return faults;
}

/* What is held passes like other pages: it must not make kept ones go, but as often as its number is learnt anew: with every 64 faults. */
static void test_held(void)
{
    for (unsigned nheld = 1; nheld <= 8; nheld *= 2)
        for (unsigned missing = 0; missing <= 16; missing += 8) {
            unsigned least = 100 + 19 * (100 - (SLOTS - missing)), faults = held_loop(20, 100, nheld, missing);
            unsigned most = least + 20 * (nheld + 2) + least / 64 * nheld;
            CHECK(faults <= most, "%u held, %u missing: %u faults, at least %u, at most %u", nheld, missing, faults, least, most);
        }
    ok("held");
}

#define LOOP 60
#define TURNS 6
#define TOGETHER 4 /* pages that are read at once */

/* Page and the absent ones that follow it in the loop take the places of victims. Returns how many. */
static unsigned read_on(void *state, const struct evict_view *view, uint32_t *page_in, uint32_t page)
{
    const struct evict_policy *policy = evict_find("auto");
    struct model *m = view->context;
    uint32_t slots[TOGETHER];
    unsigned n = policy->pick_victims(state, TOGETHER, slots, view), got = 0;
    for (unsigned i = 0; i < n; i++)
        m->in[slots[i]] = false;
    for (uint32_t next = page; got < n; next = (next + 1) % LOOP) {
        bool here = false;
        for (uint32_t slot = 0; slot < SLOTS; slot++)
            here |= m->in[slot] && page_in[slot] == next;
        if (here)
            continue;
        page_in[slots[got]] = next;
        m->in[slots[got]] = m->accessed[slots[got]] = true;
        policy->on_insert(state, &(struct evict_new){ slots[got++], next, next, false }, 1);
    }
    return got;
}

/* Pages that a loop reads after so many slots, which were lent for a while, have come back at once, each with a page of it. */
static unsigned reads_after_lending(uint32_t lent)
{
    const struct evict_policy *policy = evict_find("auto");
    struct model m = { 0 };
    struct evict_view view = { model_accessed, model_may_take, &m, lent };
    uint32_t page_in[SLOTS];
    unsigned reads = 0;
    void *state = malloc(policy->state_size(SLOTS));
    policy->init(state, SLOTS);
    for (uint32_t i = 0; i < SLOTS; i++) {
        uint32_t slot = (lent + i) % SLOTS;
        if (i == SLOTS - lent) {
            for (uint32_t page = LOOP; page-- > 0;)
                read_on(state, &view, page_in, page);
            view.lent = 0;
        }
        page_in[slot] = i;
        m.in[slot] = m.accessed[slot] = true;
        policy->on_insert(state, &(struct evict_new){ slot, i, i, false }, 1);
    }
    for (uint32_t i = 0; i < TURNS * LOOP; i++) {
        uint32_t page = i % LOOP, slot = 0;
        while (slot < SLOTS && !(m.in[slot] && page_in[slot] == page))
            slot++;
        if (slot < SLOTS)
            m.accessed[slot] = true;
        else
            reads += read_on(state, &view, page_in, page);
    }
    free(state);
    return reads;
}

/* A plan that ends gives its frames back all at once: the policy goes on as if it had had them before. */
static void test_lent(void)
{
    unsigned least = reads_after_lending(0);
    for (uint32_t lent = SLOTS / 4; lent < SLOTS - TOGETHER; lent += SLOTS / 4) {
        unsigned reads = reads_after_lending(lent);
        CHECK(reads <= least + LOOP / 4, "%u of %u slots were lent: %u reads, else %u", lent, SLOTS, reads, least);
    }
    ok("lent");
}

static void test_hot_sets(void)
{
    for (uint32_t frames = 16; frames <= 256; frames *= 4) {
        size_t n = trace_zipf(trace, MOST, 1024, frames);
        uint64_t lru = misses("lru", 1024, frames, n), clock = misses("clock", 1024, frames, n);
        uint64_t automatic = misses("auto", 1024, frames, n), fifo = misses("fifo", 1024, frames, n);
        CHECK(lru <= clock && clock < fifo, "power law, %u frames: lru %lu, clock %lu, fifo %lu", frames, lru, clock, fifo);
        CHECK(automatic * 100 <= lru * 95, "power law, %u frames: auto %lu, lru %lu", frames, automatic, lru);
    }
    ok("hot-sets");
}

/* Two accesses to a hot set for each of a scan that never ends. */
static void test_scan(void)
{
    uint64_t seed = 2;
    for (uint32_t i = 0; i < MOST; i++)
        trace[i] = i % 3 == 0 ? 200 + i / 3 % 3800 : (uint32_t)(trace_rand(&seed) % 200);
    uint64_t min = trace_min_misses(trace, MOST, 4096, 256), automatic = misses("auto", 4096, 256, MOST);
    CHECK(automatic * 100 <= min * 105, "auto %lu, MIN %lu", automatic, min);
    ok("scan");
}

static void test_changing_sets(void)
{
    uint64_t seed = 4;
    for (uint32_t i = 0; i < MOST; i++)
        trace[i] = i / 6000 * 200 + (uint32_t)(trace_rand(&seed) % 200);
    uint64_t lru = misses("lru", 2048, 256, MOST), automatic = misses("auto", 2048, 256, MOST);
    CHECK(automatic * 100 <= lru * 125, "auto %lu, lru %lu", automatic, lru);
    for (uint32_t i = 0; i < MOST; i++)
        trace[i] = (uint32_t)((uint64_t)i * 1800 / MOST) + (uint32_t)(trace_rand(&seed) % 200);
    lru = misses("lru", 2048, 256, MOST);
    automatic = misses("auto", 2048, 256, MOST);
    CHECK(automatic * 100 <= lru * 250, "drifting: auto %lu, lru %lu", automatic, lru);
    ok("changing-sets");
}

int main(void)
{
    test_contract();
    test_fifo_order();
    test_loops();
    test_held();
    test_lent();
    test_hot_sets();
    test_scan();
    test_changing_sets();
    return 0;
}
