// run:
// setup: $ROOT/tests/guest/native.sh c_tree
// check: cmp want stdout
// tsearch, tdelete and twalk: the same trees as on Linux, and balanced ones of keys in order.
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>

static int keys[200000], deepest;
static unsigned state = 1;

static unsigned next(unsigned n)
{
    state = state * 1103515245u + 12345u;
    return (state >> 8) % n;
}

static int compare(const void *a, const void *b)
{
    return *(const int *)a < *(const int *)b ? -1 : *(const int *)a > *(const int *)b;
}

static void show(const void *node, VISIT order, int level)
{
    printf("%d:%d:%d ", **(int *const *)node, (int)order, level);
}

static void measure(const void *node, VISIT order, int level)
{
    (void)node;
    (void)order;
    deepest = level > deepest ? level : deepest;
}

static void forget(void *key)
{
    deepest += *(int *)key;
}

int main(void)
{
    void *root = NULL, **found;

    for (int i = 0; i < 200000; i++)
        keys[i] = i;
    for (int i = 0; i < 3000; i++) {
        int *key = &keys[next(60)];

        if (next(3))
            found = tsearch(key, &root, compare);
        else
            found = tdelete(key, &root, compare) ? tfind(key, &root, compare) : NULL;
        printf("%d ", found ? **(int **)found : -1);
        if (i % 100 == 0) {
            twalk(root, show);
            printf("\n");
        }
    }
    tdestroy(root, forget);
    printf("sum of keys %d\n", deepest);
    root = NULL;
    deepest = 0;
    for (int i = 0; i < 200000; i++)
        tsearch(&keys[i], &root, compare);
    twalk(root, measure);
    printf("depth %d", deepest);
    for (int i = 0; i < 150000; i++)
        tdelete(&keys[i], &root, compare);
    deepest = 0;
    twalk(root, measure);
    printf(", then %d\n", deepest);
    return 0;
}
