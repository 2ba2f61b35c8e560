/*
 * readahead.c: Linux's rule (mm/readahead.c): a sequential fault reads a window ahead and doubles it; a jump reads nothing.
 *
 * Sequential is a fault on the page behind the latest access or behind the window that was read last, on page 0, or with
 * the RUN pages before it present (a stream that was read earlier goes on where residency ends).
 *
 * Holds 16 bytes. Costs about 10 instructions an access and 6 for each page named.
 */
#include "kernel/policy/prefetch/readahead.h"

#define WINDOW_FIRST 4
#define WINDOW_MAX 64
#define RUN 4

void readahead_init(struct readahead *r)
{
    *r = (struct readahead){ 0 };
}

void readahead_access(struct readahead *r, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE)
        return;
    if (kind == ACCESS_FAULT) {
        bool sequential = r->started ? page == r->last + 1 || page == r->end : page == 0;
        if (!sequential)
            r->window = 0;
        else if (r->window == 0)
            r->window = WINDOW_FIRST;
        else if (r->window < WINDOW_MAX)
            r->window *= 2;
    }
    r->last = page;
    r->started = true;
}

static bool run_before(const struct prefetch_query *query)
{
    if (query->page < RUN)
        return false;
    for (uint32_t i = 1; i <= RUN; i++)
        if (prefetch_absent(query, query->page - i))
            return false;
    return true;
}

unsigned readahead_predict(struct readahead *r, const struct prefetch_query *query, uint32_t *out)
{
    unsigned n = 0, most = query->max;
    if (r->window == 0 && run_before(query))
        r->window = WINDOW_FIRST;
    uint32_t left = query->npages - 1 - query->page;
    uint32_t page = query->page + 1;
    uint32_t stop = page + (r->window < left ? r->window : left);
    const uint8_t *state = &query->state[page * query->stride];
    size_t stride = query->stride;
    for (; page < stop && n < most; page++, state += stride)
        if (*state == 0)
            out[n++] = page;
    r->end = page;
    return n;
}

static size_t state_size(uint32_t npages)
{
    (void)npages;
    return sizeof(struct readahead);
}

static void init(void *state, uint32_t npages)
{
    (void)npages;
    readahead_init(state);
}

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    if (kind == ACCESS_TOUCH)
        readahead_access(state, pages[n - 1], kind); /* all that it remembers of touches is the last one */
    else
        for (unsigned i = 0; i < n; i++)
            readahead_access(state, pages[i], kind);
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    return readahead_predict(state, query, out);
}

const struct prefetch_policy prefetch_readahead = {
    .name = "readahead",
    .help = "the next pages; the window doubles while accesses are sequential",
    .state_size = state_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
};
