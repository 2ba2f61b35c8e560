/* walker.c: see walker.h. */
#include "walker.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

uint64_t next_random(uint64_t *state)
{
    *state ^= *state >> 12;
    *state ^= *state << 25;
    *state ^= *state >> 27;
    return *state * 0x2545F4914F6CDD1DULL;
}

uint32_t random_between(uint64_t *state, uint32_t least, uint32_t most)
{
    return least + (uint32_t)((next_random(state) >> 16) % (most - least + 1));
}

static void shuffle(struct walker *w)
{
    w->order = malloc(w->length * sizeof *w->order);
    if (!w->order) {
        fprintf(stderr, "workload: out of memory for %u pages\n", (unsigned)w->length);
        exit(1);
    }
    for (uint32_t i = 0; i < w->length; i++) {
        uint32_t j = random_between(&w->random, 0, i);
        w->order[i] = w->order[j];
        w->order[j] = i;
    }
}

void walker_init(struct walker *w, enum walk walk, uint32_t first, uint32_t length, uint64_t seed)
{
    *w = (struct walker){ .walk = walk, .first = first, .length = length, .random = random_from(seed) };
    for (unsigned i = 0; i < 4; i++)
        next_random(&w->random); /* neighbouring seeds begin alike */
    switch (walk) {
    case WALK_SEQUENTIAL: w->step = random_between(&w->random, 0, 3) == 0 ? length - 1 : 1; break;
    case WALK_STRIDED: w->step = random_between(&w->random, 2, length / 8 < 40 ? length / 8 : 40); break;
    case WALK_COLUMNS: w->step = random_between(&w->random, 3, length / 8 < 64 ? length / 8 : 64); break;
    case WALK_TILES:
        w->tile = random_between(&w->random, 4, length / 2 < 200 ? length / 2 : 200);
        w->over = random_between(&w->random, 2, 6);
        w->step = random_between(&w->random, 1, 3);
        break;
    case WALK_RECURRENCE:
        w->b = random_between(&w->random, 1, 9);
        w->m = random_between(&w->random, 5, 60);
        w->c = random_between(&w->random, 1, 4);
        break;
    case WALK_BLOCKS: w->tile = random_between(&w->random, 8, 64); break;
    case WALK_ORDER: shuffle(w); break;
    default: break;
    }
    if (walk != WALK_TILES && walk != WALK_COLUMNS)
        w->at = random_between(&w->random, 0, length - 1);
    w->pass = walk == WALK_STRIDED ? w->at % w->step : 0;
}

static void step_tiles(struct walker *w)
{
    w->at += w->step;
    uint32_t begin = w->pass / w->over * w->tile;
    if (w->at < begin + w->tile && w->at < w->length)
        return;
    w->pass++;
    if (w->pass / w->over * w->tile >= w->length)
        w->pass = 0;
    w->at = w->pass / w->over * w->tile;
}

static void step_blocks(struct walker *w)
{
    if (w->pass > 0 && w->at + 1 < w->length) {
        w->pass--;
        w->at++;
        return;
    }
    w->at = random_between(&w->random, 0, w->length - 1);
    w->pass = random_between(&w->random, 1, w->tile) - 1;
}

static void step_hot(struct walker *w)
{
    bool anywhere = random_between(&w->random, 0, 15) == 0;
    w->at = random_between(&w->random, 0, anywhere ? w->length - 1 : w->length / 8);
}

static void step(struct walker *w)
{
    switch (w->walk) {
    case WALK_STRIDED:
        w->at += w->step;
        if (w->at >= w->length)
            w->at = w->pass = (w->pass + 1) % w->step;
        break;
    case WALK_COLUMNS:
        w->at += w->step;
        if (w->at >= w->length)
            w->at = (w->at + 1) % w->step;
        break;
    case WALK_RECURRENCE: w->at = (w->at + w->b * w->at % w->m + w->c) % w->length; break;
    case WALK_TILES: step_tiles(w); break;
    case WALK_BLOCKS: step_blocks(w); break;
    case WALK_RANDOM: w->at = random_between(&w->random, 0, w->length - 1); break;
    case WALK_HOT: step_hot(w); break;
    default: w->at = (w->at + (w->walk == WALK_ORDER ? 1 : w->step)) % w->length; break;
    }
}

uint32_t walker_next(struct walker *w)
{
    uint32_t page = w->order ? w->order[w->at] : w->at;
    step(w);
    return w->first + page;
}

void walker_free(struct walker *w)
{
    free(w->order);
    w->order = NULL;
}
