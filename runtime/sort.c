/*
 * sort.c: qsort, and the searches of <search.h> that newlib lacks.
 *
 * glibc's qsort is a merge sort, so that elements that compare equal keep their order, and programs have come to rely on
 * it. This one makes the very comparisons that glibc 2.36 makes. Without memory for the second half it sorts in place,
 * as glibc does then, and equal elements may change places.
 */
#include <search.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"

#define SMALL 1024  /* bytes that are sorted with the stack for room */
#define INDIRECT 32 /* larger elements are sorted by their addresses */

typedef int (*compare_fn)(const void *a, const void *b, void *argument);

struct sort {
    size_t size;
    size_t width; /* of elements that are one aligned word, 4 or 8; else 0 */
    bool addresses;
    compare_fn compare;
    void *argument;
    char *room;
};

static inline void copy(const struct sort *s, char *to, const char *from)
{
    if (s->width == sizeof(uint64_t))
        *(uint64_t *)to = *(const uint64_t *)from;
    else if (s->width == sizeof(uint32_t))
        *(uint32_t *)to = *(const uint32_t *)from;
    else
        memcpy(to, from, s->size);
}

static inline int compare(const struct sort *s, const char *a, const char *b)
{
    if (s->addresses)
        return s->compare(*(void *const *)a, *(void *const *)b, s->argument);
    return s->compare(a, b, s->argument);
}

static void merge_sort(const struct sort *s, char *base, size_t n)
{
    size_t nleft = n / 2, nright = n - nleft;
    char *left = base, *right = base + nleft * s->size, *out = s->room;

    if (n <= 1)
        return;
    merge_sort(s, left, nleft);
    merge_sort(s, right, nright);
    for (; nleft > 0 && nright > 0; out += s->size) {
        if (compare(s, left, right) <= 0) {
            copy(s, out, left);
            left += s->size;
            nleft--;
        } else {
            copy(s, out, right);
            right += s->size;
            nright--;
        }
    }
    if (nleft > 0)
        memcpy(out, left, nleft * s->size);
    memcpy(base, s->room, (n - nright) * s->size);
}

static void exchange(char *a, char *b, size_t size)
{
    for (size_t i = 0; i < size; i++) {
        char kept = a[i];

        a[i] = b[i];
        b[i] = kept;
    }
}

static void sift_down(const struct sort *s, char *base, size_t i, size_t n)
{
    size_t child;

    for (; (child = 2 * i + 1) < n; i = child) {
        if (child + 1 < n && compare(s, base + child * s->size, base + (child + 1) * s->size) < 0)
            child++;
        if (compare(s, base + i * s->size, base + child * s->size) >= 0)
            break;
        exchange(base + i * s->size, base + child * s->size, s->size);
    }
}

static void heap_sort(const struct sort *s, char *base, size_t n)
{
    for (size_t i = n / 2; i > 0; i--)
        sift_down(s, base, i - 1, n);
    for (size_t left = n; left > 1; left--) {
        exchange(base, base + (left - 1) * s->size, s->size);
        sift_down(s, base, 0, left - 1);
    }
}

/* Sorts pointers to the elements, which stand in room, then moves each element once, cycle by cycle. */
static void sort_addresses(const struct sort *by_value, char *base, size_t n, char *room)
{
    size_t size = by_value->size;
    char **at = (char **)room, *kept = room + 2 * n * sizeof(*at);
    struct sort s = *by_value;

    s.size = sizeof(*at);
    s.width = s.size;
    s.addresses = true;
    s.room = (char *)(at + n);
    for (size_t i = 0; i < n; i++)
        at[i] = base + i * size;
    merge_sort(&s, (char *)at, n);
    for (size_t i = 0; i < n; i++) {
        size_t hole = i;

        if (at[i] == base + i * size)
            continue;
        memcpy(kept, base + i * size, size);
        while (at[hole] != base + i * size) {
            size_t from = (size_t)(at[hole] - base) / size;

            memcpy(base + hole * size, at[hole], size);
            at[hole] = base + hole * size;
            hole = from;
        }
        memcpy(base + hole * size, kept, size);
        at[hole] = base + hole * size;
    }
}

static void sort(void *base, size_t n, size_t size, compare_fn compare_them, void *argument)
{
    struct sort s = { .size = size, .compare = compare_them, .argument = argument };
    size_t need = size > INDIRECT ? 2 * n * sizeof(char *) + size : n * size;
    _Alignas(sizeof(uint64_t)) char small[SMALL];
    char *room = need < SMALL ? small : malloc(need);

    if ((size == sizeof(uint64_t) || size == sizeof(uint32_t)) && (uintptr_t)base % size == 0)
        s.width = size;
    s.room = room;
    if (!room)
        heap_sort(&s, base, n);
    else if (size > INDIRECT)
        sort_addresses(&s, base, n, room);
    else
        merge_sort(&s, base, n);
    if (room != small)
        free(room);
}

/* What qsort has and qsort_r does not: a function without an argument of its own. */
static int without_argument(const void *a, const void *b, void *function)
{
    return (*(int (**)(const void *, const void *))function)(a, b);
}

API void qsort(void *base, size_t n, size_t size, int (*compare_them)(const void *, const void *))
{
    sort(base, n, size, without_argument, &compare_them);
}

API void qsort_r(void *base, size_t n, size_t size, int (*compare_them)(const void *, const void *, void *), void *argument)
{
    sort(base, n, size, compare_them, argument);
}

API void *lfind(const void *key, const void *base, size_t *n, size_t size, int (*compare_them)(const void *, const void *))
{
    for (size_t i = 0; i < *n; i++) {
        const char *element = (const char *)base + i * size;

        if (compare_them(key, element) == 0)
            return (void *)element;
    }
    return NULL;
}

API void *lsearch(const void *key, void *base, size_t *n, size_t size, int (*compare_them)(const void *, const void *))
{
    for (size_t i = 0; i < *n; i++) {
        char *element = (char *)base + i * size;

        if (compare_them(key, element) == 0)
            return element;
    }
    return memcpy((char *)base + (*n)++ * size, key, size);
}

/* The head of what insque and remque link. */
struct link {
    struct link *next, *previous;
};

API void insque(void *element, void *before)
{
    struct link *e = element, *b = before;

    e->previous = b;
    e->next = b ? b->next : NULL;
    if (!b)
        return;
    b->next = e;
    if (e->next)
        e->next->previous = e;
}

API void remque(void *element)
{
    struct link *e = element;

    if (e->next)
        e->next->previous = e->previous;
    if (e->previous)
        e->previous->next = e->next;
}
