/* none.c: reads what was asked for and nothing else: the yardstick of every other policy. Holds nothing, costs nothing. */
#include "kernel/policy/prefetch.h"

static size_t none_state_size(uint32_t npages)
{
    (void)npages;
    return 0;
}

static void none_init(void *state, uint32_t npages)
{
    (void)state;
    (void)npages;
}

static void none_access(void *state, const uint32_t *pages, unsigned n, enum access_kind kind)
{
    (void)state;
    (void)pages;
    (void)n;
    (void)kind;
}

static unsigned none_predict(void *state, const struct prefetch_query *query, uint32_t *out)
{
    (void)state;
    (void)query;
    (void)out;
    return 0;
}

const struct prefetch_policy prefetch_none = {
    .name = "none",
    .help = "reads only the page that faults",
    .state_size = none_state_size,
    .init = none_init,
    .on_access = none_access,
    .predict = none_predict,
};
