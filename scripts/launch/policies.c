/* policies.c: prints the tables of policies for `scripts/run --policy help`: kind, name and help, separated by tabs. */
#include <stdio.h>

#include "kernel/policy/evict.h"
#include "kernel/policy/prefetch.h"

int main(void)
{
    for (size_t i = 0; prefetch_policies[i] != NULL; i++)
        printf("prefetch\t%s\t%s\n", prefetch_policies[i]->name, prefetch_policies[i]->help);
    for (size_t i = 0; evict_policies[i] != NULL; i++)
        printf("evict\t%s\t%s\n", evict_policies[i]->name, evict_policies[i]->help);
    return 0;
}
