/* A hash table from words to the lines on which they stand. */
#ifndef TABLE_H
#define TABLE_H

#include <stddef.h>

struct posting {
    int file, line;
};

struct word {
    char *text;
    unsigned long hash;
    size_t count, nlines, capacity;
    struct posting *lines;
    struct word *next;
};

struct table {
    struct word **buckets;
    size_t nbuckets, nwords;
};

void table_init(struct table *t);
void table_free(struct table *t);
void table_add(struct table *t, const char *text, size_t n, struct posting where);
struct word *table_find(const struct table *t, const char *text, size_t n);
/* All words in the table's own order; the caller frees the array, not the words. */
struct word **table_words(const struct table *t);

#endif
