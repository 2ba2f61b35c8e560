/* A B+-tree in a file that is mapped whole: keys and values are strings of at most 47 and 79 bytes. */
#ifndef BTREE_H
#define BTREE_H

#include <stddef.h>
#include <stdint.h>

#define KEY_SIZE 48
#define VALUE_SIZE 80

struct btree {
    int fd;
    uint8_t *map;
    size_t size;
};

typedef int (*btree_visit)(const char *key, const char *value, void *argument);

int btree_open(struct btree *t, const char *path);
int btree_close(struct btree *t);
int btree_sync(struct btree *t);
int btree_put(struct btree *t, const char *key, const char *value); /* 1: new, 0: replaced, -1: errno */
const char *btree_get(const struct btree *t, const char *key);      /* valid until the next put or delete */
int btree_delete(struct btree *t, const char *key);                 /* 1: it was there */
/* From the first key >= from on, in order, until visit says something else than 0. */
int btree_scan(const struct btree *t, const char *from, btree_visit visit, void *argument);
/* Keys, or -1 if the structure is broken; the number of levels in *depth. */
long btree_check(const struct btree *t, int *depth);

#endif
