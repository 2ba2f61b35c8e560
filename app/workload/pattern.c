#include "pattern.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "walker.h"

void access_list_add(struct access_list *list, uint32_t page)
{
    if (list->count == list->capacity) {
        list->capacity = list->capacity ? 2 * list->capacity : 1024;
        list->page = realloc(list->page, list->capacity * sizeof *list->page);
        if (!list->page) {
            fprintf(stderr, "workload: out of memory for %zu accesses\n", list->capacity);
            exit(1);
        }
    }
    list->page[list->count++] = page;
}

static uint64_t random_state(const struct pattern_options *o)
{
    return random_from(o->seed);
}

/* The lab's: sparse, monotone, no page twice. */
static void make_lab(const struct pattern_options *o, struct access_list *list)
{
    uint32_t page = (uint32_t)(o->seed % 9) + 1;
    for (uint32_t i = 0; i < o->accesses && page < o->pages; i++) {
        access_list_add(list, page);
        page += page % 23 + 1;
    }
}

static void make_sequential(const struct pattern_options *o, struct access_list *list)
{
    for (uint32_t pass = 0; pass < o->passes; pass++)
        for (uint32_t page = 0; page < o->pages; page++)
            access_list_add(list, page);
}

static void make_strided(const struct pattern_options *o, struct access_list *list)
{
    for (uint32_t pass = 0; pass < o->passes; pass++)
        for (uint32_t page = pass % o->stride; page < o->pages; page += o->stride)
            access_list_add(list, page);
}

static void make_column(const struct pattern_options *o, struct access_list *list)
{
    for (uint32_t pass = 0; pass < o->passes; pass++)
        for (uint32_t column = 0; column < o->columns; column++)
            for (uint32_t page = column; page < o->pages; page += o->columns)
                access_list_add(list, page);
}

/* Pages drawn with probability ~ 1/rank, ranks scattered over the mapping. */
static void make_powerlaw(const struct pattern_options *o, struct access_list *list)
{
    uint64_t state = random_state(o);
    uint32_t *place = malloc(o->pages * sizeof *place);
    if (!place)
        exit(1);
    for (uint32_t i = 0; i < o->pages; i++)
        place[i] = i;
    for (uint32_t i = o->pages - 1; i > 0; i--) {
        uint32_t j = (uint32_t)(next_random(&state) % (i + 1)), t = place[i];
        place[i] = place[j];
        place[j] = t;
    }
    double log_pages = log((double)o->pages);
    for (uint32_t i = 0; i < o->accesses; i++) {
        double u = (double)(next_random(&state) >> 11) / 9007199254740992.0;
        uint32_t rank = (uint32_t)(exp(u * log_pages)) - 1;
        access_list_add(list, place[rank < o->pages ? rank : o->pages - 1]);
    }
    free(place);
}

static void make_random(const struct pattern_options *o, struct access_list *list)
{
    uint64_t state = random_state(o);
    for (uint32_t i = 0; i < o->accesses; i++)
        access_list_add(list, (uint32_t)(next_random(&state) % o->pages));
}

const struct pattern patterns[] = {
    { "lab", "p0 = seed mod 9 + 1, then p + (p mod 23) + 1", make_lab },
    { "sequential", "every page in order, --passes times", make_sequential },
    { "cyclic", "the same as sequential: a scan that comes round again", make_sequential },
    { "strided", "every --stride-th page, a pass further each time", make_strided },
    { "column", "a matrix with --columns pages a row, walked column by column", make_column },
    { "powerlaw", "--accesses pages, few of them hot", make_powerlaw },
    { "random", "--accesses pages, all alike", make_random },
    { NULL, NULL, NULL },
};
