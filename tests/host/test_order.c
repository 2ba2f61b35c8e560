/*
 * order.c against a model that goes page by page.
 * sources: kernel/policy/order.c
 */
#include "kernel/policy/order.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"

#define SOURCES 3
#define PAGES 4096
#define EXTENTS 40

static unsigned long state;

static uint32_t any(uint32_t n)
{
    state = state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

struct model {
    uint32_t first_named[SOURCES][PAGES]; /* place in the order of naming, from 1; 0: never */
    uint32_t named[SOURCES][PAGES];
    uint32_t pages;
};

static struct model model;

static void name_pages(const struct order_extent *extents, size_t n)
{
    uint32_t place = 0;
    memset(&model, 0, sizeof model);
    for (size_t i = 0; i < n; i++)
        for (uint32_t page = extents[i].first; page < extents[i].first + extents[i].n; page++) {
            place++;
            if (model.named[extents[i].source][page]++ == 0) {
                model.first_named[extents[i].source][page] = place;
                model.pages++;
            }
        }
}

/* Every page is in one run, or hot; runs go in the order of naming. */
static void check_cover(const struct order *o)
{
    uint32_t hint = 0, last = 0, cold = 0, hots = 0, piece = any(o->npieces);
    CHECK(o->npages == model.pages);
    for (uint32_t run = 0; run < o->nruns; run++) {
        struct order_extent e = order_run(o, run, &hint);
        uint32_t anew = any(o->nruns), found;
        bool hot;
        CHECK(e.n >= 1 && e.n <= o->run);
        for (uint32_t page = e.first; page < e.first + e.n; page++) {
            uint32_t place = model.first_named[e.source][page];
            CHECK(place > last);
            last = place;
            CHECK(order_find(o, e.source, page, &piece, &found, &hot) && found == run && !hot);
            cold++;
        }
        CHECK(order_run(o, run, &anew).first == e.first);
    }
    for (uint32_t source = 0; source < SOURCES; source++)
        for (uint32_t page = 0; page < PAGES; page++) {
            uint32_t run;
            bool hot, found = order_find(o, source, page, &piece, &run, &hot);
            CHECK((found || hot) == (model.named[source][page] > 0));
            hots += hot;
        }
    CHECK(cold + hots == o->npages && hots == o->nhot);
}

static uint8_t here[SOURCES][PAGES];

static uint32_t count_here(void *context, const struct order_extent *pages)
{
    uint32_t n = 0;
    (void)context;
    for (uint32_t i = 0; i < pages->n; i++)
        n += here[pages->source][pages->first + i];
    return n;
}

/* What is kept fits, what is streamed is little more than it must be and lies evenly: up to every run its share of the pages. */
static void check_split(const struct order *o, uint32_t frames, uint32_t unevenness)
{
    uint32_t hint = 0, nstreamed = 0, next = order_next_streamed(o, 0);
    long long streamed = 0, passed = 0, cold = o->npages - o->nhot, all = 0;
    for (uint32_t run = next; run < o->nruns; run = order_next_streamed(o, run + 1))
        all += order_run(o, run, &hint).n;
    for (uint32_t run = 0; run < o->nruns; run++) {
        uint32_t n = order_run(o, run, &hint).n;
        passed += n;
        CHECK(order_streams(o, run) == (run == next));
        if (run != next)
            continue;
        streamed += n;
        nstreamed++;
        next = order_next_streamed(o, run + 1);
        CHECK(llabs(streamed * cold - passed * all) <= cold * unevenness);
    }
    CHECK(nstreamed == o->nstreamed);
    if (o->npages <= frames) {
        CHECK(streamed == 0);
        return;
    }
    long long must = (long long)o->npages - frames + o->cells * o->run;
    CHECK(streamed == (must < cold ? must : cold) || (o->short_run == ORDER_NONE && streamed >= must && streamed < must + o->run));
}

/* Made anew over what an order has kept: of the pages kept before, all but a run or two are kept again. */
static void check_again(struct order *o, uint64_t *choice, uint32_t frames)
{
    uint32_t hint = 0, before = 0, lost = 0;
    memset(here, 0, sizeof here);
    for (uint32_t run = 0; run < o->nruns; run++) {
        struct order_extent e = order_run(o, run, &hint);
        for (uint32_t page = e.first; page < e.first + e.n && !order_streams(o, run); page++, before++)
            here[e.source][page] = 1;
    }
    order_choose(o, choice, frames, count_here, NULL);
    check_split(o, frames, 17 * o->run);
    for (uint32_t run = 0; run < o->nruns; run++) {
        struct order_extent e = order_run(o, run, &hint);
        lost += order_streams(o, run) ? count_here(NULL, &e) : 0;
    }
    CHECK(lost <= 2 * o->run);
}

static void one_order(uint32_t slack)
{
    struct order_extent extents[EXTENTS];
    struct order o;
    size_t n = 1 + any(EXTENTS);
    for (size_t i = 0; i < n; i++) {
        uint32_t first = any(PAGES), most = any(3) ? PAGES / 8 : 6, length = 1 + any(most);
        extents[i] = (struct order_extent){ any(SOURCES), first, first + length > PAGES ? PAGES - first : length };
    }
    name_pages(extents, n);
    void *memory = malloc(order_size(n));
    uint32_t frames = 4 + any(model.pages + 8);
    order_init(&o, memory, extents, n, frames / 2);
    CHECK(o.nhot <= frames / 2);
    order_cut(&o, frames, slack, any(2) ? 2 + any(2) : ORDER_SILENT);
    CHECK(o.run <= ORDER_RUN_MAX);
    check_cover(&o);
    uint64_t *choice = malloc(order_choice_size(&o) + 1);
    order_choose(&o, choice, frames, NULL, NULL);
    check_split(&o, frames, 3 * o.run);
    check_again(&o, choice, frames);
    order_stream_all(&o, choice);
    CHECK(order_next_streamed(&o, 0) == 0 && o.nstreamed == o.nruns);
    free(choice);
    free(memory);
}

static void order_of_anything(void)
{
    for (unsigned long seed = 1; seed <= 400 && !check_failed; seed++) {
        state = seed * 2654435761u;
        one_order(2 + any(600));
        if (check_failed)
            printf("seed %lu\n", seed);
    }
}

int main(void)
{
    RUN(order_of_anything);
    return check_status;
}
