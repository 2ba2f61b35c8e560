/* evict.c: the table of eviction policies. A new policy is one file in evict/ and one line here. */
#include "kernel/policy/evict.h"

#include <string.h>

#define EVICT_POLICIES(X) \
    X(fifo) \
    X(clock) \
    X(lru) \
    X(mru) \
    X(random) \
    X(auto)

#define DECLARE(name) extern const struct evict_policy evict_##name;
EVICT_POLICIES(DECLARE)
#undef DECLARE

#define ENTRY(name) &evict_##name,
const struct evict_policy *const evict_policies[] = { EVICT_POLICIES(ENTRY) NULL };
#undef ENTRY

const struct evict_policy *evict_find(const char *name)
{
    for (size_t i = 0; evict_policies[i] != NULL; i++)
        if (strcmp(evict_policies[i]->name, name) == 0)
            return evict_policies[i];
    return NULL;
}
