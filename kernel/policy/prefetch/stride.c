/*
 * stride.c: the majority trend of Leap (Al Maruf and Chowdhury, USENIX ATC 2020): the step that makes up more than half of
 * the latest 8, 16 or 32 steps, found by Boyer and Moore's vote and verified by a count. Up to half of the accesses may be
 * noise.
 *
 * Looks ahead twice as many pages as hits since it did so last, at least one, and no less than half of what it read then; what was
 * useless halves it. From a page that the trend did not lead to, nothing is named.
 *
 * Holds 152 bytes. Costs 30 instructions an access; at a fault 60 while the old trend still has the majority of the last 8
 * steps, 300 on average and at most 1200 when it must be found anew; 45 for each page named.
 */
#include "kernel/policy/prefetch/stride.h"

#include <string.h>

#include "kernel/policy/prefetch/naming.h"

#define SHORTEST 8
#define WINDOW_MAX 64

void stride_init(struct stride *s)
{
    memset(s, 0, sizeof(*s));
}

void stride_access(struct stride *s, uint32_t page, enum access_kind kind)
{
    if (kind == ACCESS_WASTE) {
        s->window /= 2;
        return;
    }
    if (s->started) {
        int32_t step = (int32_t)(page - s->last);
        s->steps[s->nsteps++ % STRIDE_HISTORY] = step;
        if (s->trend != 0 && step == s->trend)
            s->hits++;
    }
    s->last = page;
    s->started = true;
}

static int32_t step_ago(const struct stride *s, uint32_t i)
{
    return s->steps[(s->nsteps - 1 - i) % STRIDE_HISTORY];
}

static bool is_majority(const struct stride *s, int32_t step, uint32_t window)
{
    uint32_t count = 0;
    for (uint32_t i = 0; i < window; i++)
        count += step_ago(s, i) == step;
    return count > window / 2;
}

static int32_t vote(const struct stride *s, uint32_t window)
{
    int32_t candidate = 0;
    uint32_t lead = 0;
    for (uint32_t i = 0; i < window; i++) {
        int32_t step = step_ago(s, i);
        if (lead == 0)
            candidate = step;
        if (step == candidate)
            lead++;
        else
            lead--;
    }
    return is_majority(s, candidate, window) ? candidate : 0;
}

/* Few steps are enough when they are all there is: two equal ones make a first trend. */
void stride_find_trend(struct stride *s)
{
    uint32_t known = s->nsteps < STRIDE_HISTORY ? s->nsteps : STRIDE_HISTORY;
    uint32_t shortest = known < SHORTEST ? known : SHORTEST;
    if (known < 2) {
        s->trend = 0;
        return;
    }
    if (s->trend != 0 && is_majority(s, s->trend, shortest))
        return;
    int32_t found = vote(s, shortest);
    /* The longer windows change little from step to step: where there is no trend they needn't be counted at each. */
    if (found == 0 && (s->trend != 0 || s->nsteps % SHORTEST == 0))
        for (uint32_t window = 2 * SHORTEST; found == 0 && window <= known; window *= 2)
            found = vote(s, window);
    if (found != s->trend)
        s->window = 0;
    s->trend = found;
}

static uint32_t next_window(const struct stride *s)
{
    uint32_t window = 2 * s->hits;
    if (window < 1)
        window = 1;
    if (window < s->window / 2)
        window = s->window / 2;
    return window < WINDOW_MAX ? window : WINDOW_MAX;
}

unsigned stride_predict(struct stride *s, const struct prefetch_query *query, uint32_t *out)
{
    stride_find_trend(s);
    if (s->trend == 0 || step_ago(s, 0) != s->trend)
        return 0; /* noise: what follows it says nothing, and the window is kept for when the trend goes on */
    s->window = next_window(s);
    s->hits = 0;
    struct prefetch_query q = *query;
    q.max = s->window < query->max ? s->window : query->max;
    struct naming n = naming_start(&q, out);
    int64_t page = query->page;
    if (q.max > 0)
        do
            page += s->trend;
        while (page >= 0 && page < query->npages && naming_offer(&n, (uint32_t)page));
    return n.count;
}

static size_t state_size(uint32_t npages)
{
    (void)npages;
    return sizeof(struct stride);
}

static void init(void *state, uint32_t npages)
{
    (void)npages;
    stride_init(state);
}

static void on_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    for (unsigned i = 0; i < n; i++)
        stride_access(state, pages[i], kind);
}

static unsigned predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    return stride_predict(state, query, out);
}

const struct prefetch_policy prefetch_stride = {
    .name = "stride",
    .help = "the step that makes up most of the latest steps (Leap's majority trend)",
    .state_size = state_size,
    .init = init,
    .on_access = on_access,
    .predict = predict,
};
