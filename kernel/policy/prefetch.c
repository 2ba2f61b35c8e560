/* prefetch.c: the table of prefetch policies. A new policy is one file in prefetch/ and one line here. */
#include "kernel/policy/prefetch.h"

#include <string.h>

#define PREFETCH_POLICIES(X) \
    X(none) \
    X(readahead) \
    X(stride) \
    X(streams) \
    X(markov) \
    X(fit) \
    X(replay) \
    X(auto)

#define DECLARE(name) extern const struct prefetch_policy prefetch_##name;
PREFETCH_POLICIES(DECLARE)
#undef DECLARE

#define ENTRY(name) &prefetch_##name,
const struct prefetch_policy *const prefetch_policies[] = { PREFETCH_POLICIES(ENTRY) NULL };
#undef ENTRY

const struct prefetch_policy *prefetch_find(const char *name)
{
    for (size_t i = 0; prefetch_policies[i] != NULL; i++)
        if (strcmp(prefetch_policies[i]->name, name) == 0)
            return prefetch_policies[i];
    return NULL;
}
