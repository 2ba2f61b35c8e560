/* composite.c: patterns of several walkers: side by side, in turn, in loops, and whatever a seed says. */
#include "composite.h"

#include <stdbool.h>
#include <stdlib.h>

#include "walker.h"

#define MOST_WALKERS 16
#define AREA_LEAST 32

/* The first six know where they go. */
static const enum walk all_walks[WALKS] = { WALK_SEQUENTIAL, WALK_STRIDED, WALK_RECURRENCE, WALK_TILES, WALK_COLUMNS,
                                            WALK_ORDER, WALK_BLOCKS, WALK_HOT, WALK_RANDOM };

/* Any of these n walks, drawn at random. */
static void draw(struct walker *w, const enum walk *walks, unsigned n, uint32_t first, uint32_t length, uint64_t *random)
{
    enum walk walk = walks[random_between(random, 0, n - 1)];
    walker_init(w, walk, first, length, next_random(random));
}

/* At most MOST_WALKERS, and none with an area smaller than a walker takes. */
static uint32_t walkers_of(const struct pattern_options *o)
{
    uint32_t most = o->pages / AREA_LEAST, n = o->streams < MOST_WALKERS ? o->streams : MOST_WALKERS;
    return n < most ? n : most;
}

/* Walkers in areas of their own take turns: each goes on for 1 .. quantum accesses, and any may be the next. */
static void interleave(struct walker *w, uint32_t n, uint32_t quantum, uint32_t accesses, uint64_t *random, struct access_list *list)
{
    for (uint32_t i = 0; i < accesses;) {
        struct walker *next = &w[random_between(random, 0, n - 1)];
        for (uint32_t k = random_between(random, 1, quantum); k > 0 && i < accesses; k--, i++)
            access_list_add(list, walker_next(next));
    }
    for (uint32_t i = 0; i < n; i++)
        walker_free(&w[i]);
}

static void make_streams(const struct pattern_options *o, struct access_list *list)
{
    static const enum walk walks[] = { WALK_SEQUENTIAL, WALK_STRIDED };
    uint64_t random = random_from(o->seed);
    struct walker w[MOST_WALKERS];
    uint32_t n = walkers_of(o), area = o->pages / n;
    for (uint32_t i = 0; i < n; i++)
        draw(&w[i], walks, 2, i * area, area, &random);
    interleave(w, n, 1, o->accesses, &random, list);
}

static void make_threads(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    struct walker w[MOST_WALKERS];
    uint32_t n = walkers_of(o), area = o->pages / n;
    for (uint32_t i = 0; i < n; i++)
        draw(&w[i], all_walks, 6, i * area, area, &random);
    interleave(w, n, 24, o->accesses, &random, list);
}

static void make_phases(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    while (list->count < o->accesses) {
        struct walker w;
        draw(&w, all_walks, WALKS, 0, o->pages, &random);
        for (uint32_t left = random_between(&random, o->accesses / 16 + 1, o->accesses / 4 + 1); left > 0; left--)
            if (list->count < o->accesses)
                access_list_add(list, walker_next(&w));
        walker_free(&w);
    }
}

/* The product of two square matrices of blocks, a block a page: row i of the first with column j of the second. */
static void make_product(const struct pattern_options *o, struct access_list *list)
{
    uint32_t side = 1;
    while (2 * (side + 1) * (side + 1) <= o->pages)
        side++;
    for (uint32_t i = 0; i < side; i++)
        for (uint32_t j = 0; j < side; j++)
            for (uint32_t k = 0; k < side && list->count < o->accesses; k++) {
                access_list_add(list, i * side + k);
                access_list_add(list, side * side + k * side + j);
            }
}

/* Two accesses in three to the first fifth of the pages, at random; the third goes through the others, over and over. */
static void make_hotscan(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    uint32_t hot = o->pages / 5, scan = 0;
    for (uint32_t i = 0; i < o->accesses; i++) {
        if (i % 3 < 2) {
            access_list_add(list, random_between(&random, 0, hot - 1));
        } else {
            access_list_add(list, hot + scan);
            scan = (scan + 1) % (o->pages - hot);
        }
    }
}

/* --streams working sets in turn, each used at random. */
static void make_sets(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    uint32_t n = walkers_of(o), size = o->pages / n;
    for (uint32_t i = 0; i < o->accesses; i++) {
        uint32_t set = (uint32_t)((uint64_t)i * n / o->accesses);
        access_list_add(list, set * size + random_between(&random, 0, size - 1));
    }
}

/* A window of an eighth of the pages, used at random, that moves on slowly. */
static void make_drift(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    uint32_t size = o->pages / 8;
    for (uint32_t i = 0; i < o->accesses; i++) {
        uint32_t first = (uint32_t)((uint64_t)i * (o->pages - size) / o->accesses);
        access_list_add(list, first + random_between(&random, 0, size - 1));
    }
}

/* One to four phases, each of one to four walkers of any kind, whose areas may be apart or one. */
static void make_composite(const struct pattern_options *o, struct access_list *list)
{
    uint64_t random = random_from(o->seed);
    uint32_t phases = random_between(&random, 1, 4);
    for (uint32_t phase = 0; phase < phases; phase++) {
        struct walker w[4];
        uint32_t n = random_between(&random, 1, 4), area = o->pages / n, quantum = 1;
        bool apart = random_between(&random, 0, 3) > 0;
        for (uint32_t i = 0; i < n; i++)
            draw(&w[i], all_walks, WALKS, apart ? i * area : 0, apart ? area : o->pages, &random);
        for (uint32_t scale = random_between(&random, 0, 6); scale > 0; scale--)
            quantum *= 2;
        interleave(w, n, quantum, o->accesses / phases, &random, list);
    }
}

const struct pattern composite_patterns[] = {
    { "streams", "--streams walks in areas of their own, sequential or strided, one page of any in turn", make_streams },
    { "threads", "--streams walks of several kinds; each goes on for up to 24 pages at a time", make_threads },
    { "phases", "one walk after the other, of any kind, over the whole mapping", make_phases },
    { "product", "two square matrices of pages multiplied: rows of one with columns of the other", make_product },
    { "hotscan", "a hot set of a fifth of the pages, and a scan of the others that never ends", make_hotscan },
    { "sets", "--streams working sets in turn, each used at random", make_sets },
    { "drift", "a working set of an eighth of the pages that moves on slowly", make_drift },
    { "composite", "phases of interleaved walks, all drawn from the seed", make_composite },
    { NULL, NULL, NULL },
};

void access_list_disturb(struct access_list *list, const struct pattern_options *o)
{
    struct access_list with = { 0 };
    uint64_t random = random_from(o->seed ^ 0x6E6F697365ULL);
    if (o->noise == 0)
        return;
    for (size_t i = 0; i < list->count; i++) {
        while (random_between(&random, 0, 999) < 10 * o->noise)
            access_list_add(&with, random_between(&random, 0, o->pages - 1));
        access_list_add(&with, list->page[i]);
    }
    free(list->page);
    *list = with;
}
