/* policybench.c: see policybench.h. Follows the life of a fault as kernel/pager/fault.c tells it, without device and time. */
#include "policybench.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "kernel/policy/evict.h"
#include "kernel/policy/prefetch.h"

#define BATCH_MAX 64
#define NOWHERE UINT32_MAX

struct bench {
    const struct prefetch_policy *prefetch;
    const struct evict_policy *evict;
    void *pstate, *estate;
    uint32_t npages, frames, nfree;
    uint32_t *slot_of; /* by page; NOWHERE: absent */
    uint32_t *page_in; /* by slot */
    uint8_t *present;  /* by page: 0 or 1; exactly as long as the mapping, so that the sanitizer sees a look beyond it */
    bool *accessed;    /* by slot: the A bit */
    uint32_t *ahead;   /* pages read ahead and not seen used yet, in the order predicted */
    uint32_t nahead;
    uint32_t *free_slots;
    uint64_t *order_of; /* by slot: when its page was mapped */
    uint64_t order;
    struct bench_counts counts;
};

static bool test_and_clear(void *context, uint32_t slot)
{
    struct bench *b = context;
    bool was = b->accessed[slot];
    b->accessed[slot] = false;
    return was;
}

static bool may_take(void *context, uint32_t slot)
{
    (void)context;
    (void)slot;
    return true;
}

struct bench *bench_new(const char *prefetch, const char *evict, uint32_t npages, uint32_t frames)
{
    struct bench *b = calloc(1, sizeof(*b));
    b->prefetch = prefetch_find(prefetch);
    b->evict = evict_find(evict);
    CHECK(b->prefetch != NULL && b->evict != NULL, "no policy %s or %s", prefetch, evict);
    b->npages = npages;
    b->frames = b->nfree = frames;
    b->pstate = malloc(b->prefetch->state_size(npages));
    b->estate = malloc(b->evict->state_size(frames));
    b->slot_of = malloc(npages * sizeof(uint32_t));
    memset(b->slot_of, 0xff, npages * sizeof(uint32_t));
    b->present = calloc(npages, 1);
    b->page_in = calloc(frames, sizeof(uint32_t));
    b->accessed = calloc(frames, sizeof(bool));
    b->ahead = calloc(frames, sizeof(uint32_t));
    b->free_slots = calloc(frames, sizeof(uint32_t));
    b->order_of = calloc(frames, sizeof(uint64_t));
    for (uint32_t i = 0; i < frames; i++)
        b->free_slots[i] = frames - 1 - i;
    b->prefetch->init(b->pstate, npages);
    b->evict->init(b->estate, frames);
    return b;
}

void bench_free(struct bench *b)
{
    free(b->pstate);
    free(b->estate);
    free(b->slot_of);
    free(b->page_in);
    free(b->present);
    free(b->accessed);
    free(b->ahead);
    free(b->free_slots);
    free(b->order_of);
    free(b);
}

static void insert(struct bench *b, uint32_t slot, uint32_t page)
{
    const struct evict_new new = { slot, page, b->order_of[slot], false };
    b->evict->on_insert(b->estate, &new, 1);
}

static void report_touches(struct bench *b)
{
    uint32_t left = 0;
    for (uint32_t i = 0; i < b->nahead; i++) {
        uint32_t page = b->ahead[i], slot = b->slot_of[page];
        if (!b->accessed[slot]) {
            b->ahead[left++] = page;
            continue;
        }
        b->counts.used++;
        b->prefetch->on_access(b->pstate, &page, 1, ACCESS_TOUCH);
        insert(b, slot, page);
    }
    b->nahead = left;
}

static void drop(struct bench *b, uint32_t page)
{
    b->slot_of[page] = NOWHERE;
    b->present[page] = 0;
}

static uint32_t drop_oldest_ahead(struct bench *b)
{
    CHECK(b->nahead > 0, "no frame to be had");
    uint32_t page = b->ahead[0], slot = b->slot_of[page];
    memmove(b->ahead, b->ahead + 1, --b->nahead * sizeof(uint32_t));
    b->counts.wasted++;
    b->counts.evicted++;
    drop(b, page);
    b->prefetch->on_access(b->pstate, &page, 1, ACCESS_WASTE);
    return slot;
}

/* As pool_stale of kernel/pager/frame.h. */
static bool oldest_is_stale(const struct bench *b)
{
    return b->nahead > 0 && b->order - b->order_of[b->slot_of[b->ahead[0]]] > 2 * (uint64_t)b->frames;
}

/* Frames for n pages: free ones, then victims; at least one. Returns how many of the n get a frame. */
static unsigned take_frames(struct bench *b, unsigned n, uint32_t *slots)
{
    unsigned got = 0;
    while (got < n && b->nfree > 0)
        slots[got++] = b->free_slots[--b->nfree];
    while (got < n && oldest_is_stale(b))
        slots[got++] = drop_oldest_ahead(b);
    if (got < n) {
        const struct evict_view view = { test_and_clear, may_take, b, 0 };
        unsigned victims = b->evict->pick_victims(b->estate, n - got, slots + got, &view);
        CHECK(victims <= n - got, "too many victims");
        for (unsigned i = 0; i < victims; i++) {
            b->counts.evicted++;
            drop(b, b->page_in[slots[got + i]]);
        }
        got += victims;
    }
    if (got == 0)
        slots[got++] = drop_oldest_ahead(b);
    return got;
}

static void install(struct bench *b, uint32_t page, uint32_t slot, bool used)
{
    CHECK(b->slot_of[page] == NOWHERE, "page %u read twice", page);
    b->slot_of[page] = slot;
    b->present[page] = 1;
    b->page_in[slot] = page;
    b->accessed[slot] = used;
    b->order_of[slot] = b->order++;
    b->counts.reads++;
}

static void check_names(const struct bench *b, uint32_t page, const uint32_t *names, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        CHECK(names[i] < b->npages && names[i] != page, "%s named %u at %u", b->prefetch->name, names[i], page);
        CHECK(!b->present[names[i]], "%s named the resident page %u", b->prefetch->name, names[i]);
        for (unsigned j = 0; j < i; j++)
            CHECK(names[i] != names[j], "%s named page %u twice", b->prefetch->name, names[i]);
    }
}

static void fault(struct bench *b, uint32_t page)
{
    uint32_t names[BATCH_MAX], slots[BATCH_MAX + 1];
    b->counts.faults++;
    report_touches(b);
    b->prefetch->on_access(b->pstate, &page, 1, ACCESS_FAULT);
    unsigned max = b->frames - b->nahead; /* free or used */
    if (b->evict->spare) {
        uint32_t spare = b->evict->spare(b->estate), left = b->nfree + (spare > b->nahead ? spare - b->nahead : 0) + 1;
        max = max < left ? max : left;
    }
    max = max > BATCH_MAX ? BATCH_MAX - 1 : max > 0 ? max - 1
                                                    : 0;
    const struct prefetch_query query = { page, b->npages, max, b->present, 1 };
    unsigned n = max > 0 ? b->prefetch->predict(b->pstate, &query, names) : 0;
    CHECK(n <= max, "%s named %u of %u", b->prefetch->name, n, max);
    check_names(b, page, names, n);
    unsigned got = take_frames(b, n + 1, slots);
    install(b, page, slots[0], true);
    insert(b, slots[0], page);
    for (unsigned i = 1; i < got; i++) {
        install(b, names[i - 1], slots[i], false);
        b->ahead[b->nahead++] = names[i - 1];
        b->counts.prefetched++;
    }
}

void bench_access(struct bench *b, uint32_t page)
{
    b->counts.accesses++;
    if (b->slot_of[page] == NOWHERE)
        fault(b, page);
    else
        b->accessed[b->slot_of[page]] = true;
}

struct bench_counts bench_counts(const struct bench *b)
{
    return b->counts;
}

size_t bench_save(const struct bench *b, uint8_t *out, size_t size)
{
    /* As the real pager does at the end: what was touched since the last fault is told first. */
    report_touches((struct bench *)b);
    return b->prefetch->save == NULL ? 0 : b->prefetch->save(b->pstate, out, size);
}

bool bench_load(struct bench *b, const uint8_t *bytes, size_t n)
{
    return b->prefetch->load != NULL && b->prefetch->load(b->pstate, bytes, n);
}

struct bench_counts bench_run(const char *prefetch, const char *evict, uint32_t npages, uint32_t frames,
                              const uint32_t *trace, size_t n)
{
    struct bench *b = bench_new(prefetch, evict, npages, frames);
    for (size_t i = 0; i < n; i++)
        bench_access(b, trace[i]);
    struct bench_counts counts = bench_counts(b);
    bench_free(b);
    return counts;
}
