#include "table.h"

#include <err.h>
#include <stdlib.h>
#include <string.h>

static unsigned long hash_of(const char *text, size_t n)
{
    unsigned long hash = 14695981039346656037ul; /* FNV-1a */

    for (size_t i = 0; i < n; i++)
        hash = (hash ^ (unsigned char)text[i]) * 1099511628211ul;
    return hash;
}

void table_init(struct table *t)
{
    t->nwords = 0;
    t->nbuckets = 16;
    t->buckets = calloc(t->nbuckets, sizeof(*t->buckets));
    if (!t->buckets)
        err(1, "calloc");
}

static void grow(struct table *t)
{
    size_t nbuckets = 2 * t->nbuckets;
    struct word **buckets = calloc(nbuckets, sizeof(*buckets));

    if (!buckets)
        err(1, "calloc");
    for (size_t i = 0; i < t->nbuckets; i++) {
        for (struct word *w = t->buckets[i], *next; w; w = next) {
            next = w->next;
            w->next = buckets[w->hash % nbuckets];
            buckets[w->hash % nbuckets] = w;
        }
    }
    free(t->buckets);
    t->buckets = buckets;
    t->nbuckets = nbuckets;
}

struct word *table_find(const struct table *t, const char *text, size_t n)
{
    unsigned long hash = hash_of(text, n);

    for (struct word *w = t->buckets[hash % t->nbuckets]; w; w = w->next) {
        if (w->hash == hash && strncmp(w->text, text, n) == 0 && w->text[n] == '\0')
            return w;
    }
    return NULL;
}

static struct word *insert(struct table *t, const char *text, size_t n)
{
    struct word *w = calloc(1, sizeof(*w));

    if (!w || !(w->text = strndup(text, n)))
        err(1, "malloc");
    if (t->nwords++ >= t->nbuckets)
        grow(t);
    w->hash = hash_of(text, n);
    w->next = t->buckets[w->hash % t->nbuckets];
    t->buckets[w->hash % t->nbuckets] = w;
    return w;
}

void table_add(struct table *t, const char *text, size_t n, struct posting where)
{
    struct word *w = table_find(t, text, n);

    if (!w)
        w = insert(t, text, n);
    w->count++;
    if (w->nlines > 0 && w->lines[w->nlines - 1].line == where.line && w->lines[w->nlines - 1].file == where.file)
        return;
    if (w->nlines == w->capacity) {
        w->capacity = w->capacity ? 2 * w->capacity : 4;
        w->lines = realloc(w->lines, w->capacity * sizeof(*w->lines));
        if (!w->lines)
            err(1, "realloc");
    }
    w->lines[w->nlines++] = where;
}

struct word **table_words(const struct table *t)
{
    struct word **all = malloc((t->nwords + 1) * sizeof(*all));
    size_t n = 0;

    if (!all)
        err(1, "malloc");
    for (size_t i = 0; i < t->nbuckets; i++) {
        for (struct word *w = t->buckets[i]; w; w = w->next)
            all[n++] = w;
    }
    return all;
}

void table_free(struct table *t)
{
    for (size_t i = 0; i < t->nbuckets; i++) {
        for (struct word *w = t->buckets[i], *next; w; w = next) {
            next = w->next;
            free(w->text);
            free(w->lines);
            free(w);
        }
    }
    free(t->buckets);
}
