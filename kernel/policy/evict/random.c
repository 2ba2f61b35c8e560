/*
 * random.c: any page, all alike. The generator has a fixed seed, so a run repeats exactly. On a loop it misses far less
 * than LRU, on a hot set a little more: the yardstick for policies that look at anything.
 *
 * Holds 8 bytes a slot. Costs about ten instructions for an insertion and 25 for a victim; no A bits.
 */
#include "kernel/policy/evict.h"

#define SEED 0x2545F4914F6CDD1Du

struct random_pool {
    uint64_t seed;
    uint32_t count;
    uint32_t unused;
    uint32_t *where; /* by slot: its place in members */
    uint32_t members[];
};

static size_t random_state_size(uint32_t nslots)
{
    return sizeof(struct random_pool) + 2 * nslots * sizeof(uint32_t);
}

static void random_init(void *state, uint32_t nslots)
{
    struct random_pool *r = state;
    r->seed = SEED;
    r->count = 0;
    r->where = r->members + nslots;
}

static void insert_one(struct random_pool *r, uint32_t slot)
{
    r->where[slot] = r->count;
    r->members[r->count++] = slot;
}

static void random_insert(void *state, const struct evict_new *pages, unsigned n)
{
    struct random_pool *r = state;
    for (unsigned i = 0; i < n; i++)
        insert_one(r, pages[i].slot);
}

static void random_remove(void *state, uint32_t slot)
{
    struct random_pool *r = state;
    uint32_t moved = r->members[--r->count];
    r->members[r->where[slot]] = moved;
    r->where[moved] = r->where[slot];
}

static uint64_t next_random(struct random_pool *r)
{
    r->seed ^= r->seed << 13; /* Marsaglia's xorshift64 */
    r->seed ^= r->seed >> 7;
    r->seed ^= r->seed << 17;
    return r->seed;
}

/* A page that may not be taken sends the draw on to its neighbours; few are held, so one step nearly always does. */
static unsigned random_pick(void *state, unsigned n, uint32_t *out, const struct evict_view *view)
{
    struct random_pool *r = state;
    unsigned taken = 0;
    while (taken < n && r->count > 0) {
        uint32_t at = (uint32_t)(next_random(r) % r->count), tried = 0;
        while (tried < r->count && !evict_may_take(view, r->members[at])) {
            at = at + 1 == r->count ? 0 : at + 1;
            tried++;
        }
        if (tried == r->count)
            break;
        out[taken] = r->members[at];
        random_remove(r, out[taken++]);
    }
    return taken;
}

const struct evict_policy evict_random = {
    .name = "random",
    .help = "any page, drawn by a generator with a fixed seed",
    .state_size = random_state_size,
    .init = random_init,
    .on_insert = random_insert,
    .on_remove = random_remove,
    .pick_victims = random_pick,
};
