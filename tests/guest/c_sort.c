// run:
// setup: $ROOT/tests/guest/native.sh c_sort
// check: cmp want stdout
// qsort keeps equal elements in order, as glibc's does, with the same comparisons; the rest of <search.h>.
#define _GNU_SOURCE
#include <search.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair {
    int key;
    int number;
};

struct wide {
    char pad[37];
    unsigned char key;
    short number;
};

static unsigned comparisons;

static int by_key(const void *a, const void *b)
{
    comparisons++;
    return ((const struct pair *)a)->key - ((const struct pair *)b)->key;
}

static int by_wide_key(const void *a, const void *b)
{
    comparisons++;
    return ((const struct wide *)a)->key - ((const struct wide *)b)->key;
}

static int by_byte(const void *a, const void *b, void *order)
{
    comparisons++;
    return *(int *)order * (*(const unsigned char *)a - *(const unsigned char *)b);
}

static int same_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static unsigned next(void)
{
    static unsigned state = 7;

    return (state = state * 1664525u + 1013904223u) >> 9;
}

static unsigned digest(const void *data, size_t n)
{
    unsigned hash = 5381;

    for (size_t i = 0; i < n; i++)
        hash = hash * 33 + ((const unsigned char *)data)[i];
    return hash;
}

static void sort_sizes(size_t n)
{
    struct pair *pairs = calloc(n + 1, sizeof(*pairs));
    struct wide *wides = calloc(n + 1, sizeof(*wides));
    unsigned char *bytes = malloc(n + 1);
    int order = -1;

    for (size_t i = 0; i < n; i++) {
        pairs[i] = (struct pair){ (int)(next() % 10), (int)i };
        wides[i].key = (unsigned char)(next() % 5);
        wides[i].number = (short)i;
        bytes[i] = (unsigned char)next();
    }
    comparisons = 0;
    qsort(pairs, n, sizeof(*pairs), by_key);
    printf("%zu: %08x %u", n, digest(pairs, n * sizeof(*pairs)), comparisons);
    qsort(wides, n, sizeof(*wides), by_wide_key);
    printf(" %08x %u", digest(wides, n * sizeof(*wides)), comparisons);
    qsort_r(bytes, n, 1, by_byte, &order);
    printf(" %08x %u\n", digest(bytes, n), comparisons);
    free(pairs);
    free(wides);
    free(bytes);
}

struct node {
    struct node *next, *previous;
    int value;
};

static void queue(void)
{
    struct node nodes[4] = { { .value = 1 }, { .value = 2 }, { .value = 3 }, { .value = 4 } };

    insque(&nodes[0], NULL);
    for (int i = 1; i < 4; i++)
        insque(&nodes[i], &nodes[0]);
    remque(&nodes[2]);
    for (struct node *n = nodes; n; n = n->next)
        printf("%d ", n->value);
    printf("\n");
}

int main(void)
{
    const char *words[8] = { "the", "quick", "fox" }, *key = "fox", *other = "dog";
    const char **found;
    size_t n = 3;

    for (size_t size = 0; size < 40; size++)
        sort_sizes(size);
    sort_sizes(1000);
    sort_sizes(30000);
    found = lfind(&key, words, &n, sizeof(words[0]), same_text);
    printf("%td %d\n", found - words, lfind(&other, words, &n, sizeof(words[0]), same_text) == NULL);
    found = lsearch(&other, words, &n, sizeof(words[0]), same_text);
    printf("%td %zu %s\n", found - words, n, words[3]);
    queue();
    return 0;
}
