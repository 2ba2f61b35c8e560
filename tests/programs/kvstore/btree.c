#include "btree.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096
#define MAGIC 0x42545245u
#define GROWTH (16 * PAGE)

struct entry {
    char key[KEY_SIZE];
    char value[VALUE_SIZE]; /* in a leaf; in a branch its first four bytes are the child that holds keys >= key */
};

#define FANOUT ((PAGE - 16) / (int)sizeof(struct entry))

struct node {
    uint32_t is_leaf, n;
    uint32_t next;  /* leaf: the one to the right, or 0 */
    uint32_t first; /* branch: the child with keys below the first entry's */
    struct entry entries[FANOUT];
};

struct header {
    uint32_t magic, root, npages, depth;
    uint64_t nkeys;
};

static struct header *header_of(const struct btree *t)
{
    return (struct header *)t->map;
}

static struct node *node_at(const struct btree *t, uint32_t page)
{
    return (struct node *)(t->map + (size_t)page * PAGE);
}

static uint32_t child_of(const struct entry *e)
{
    uint32_t child;

    memcpy(&child, e->value, sizeof(child));
    return child;
}

static int map_file(struct btree *t, size_t size)
{
    void *map;

    if (t->map && munmap(t->map, t->size) != 0)
        return -1;
    t->map = NULL;
    if (ftruncate(t->fd, (off_t)size) != 0)
        return -1;
    map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, t->fd, 0);
    if (map == MAP_FAILED)
        return -1;
    t->map = map;
    t->size = size;
    return 0;
}

/* A new page; the map may move. 0: errno. */
static uint32_t new_node(struct btree *t, int is_leaf)
{
    uint32_t page = header_of(t)->npages;
    struct node *n;

    if ((size_t)(page + 1) * PAGE > t->size && map_file(t, t->size + GROWTH) != 0)
        return 0;
    header_of(t)->npages++;
    n = node_at(t, page);
    memset(n, 0, sizeof(*n));
    n->is_leaf = (uint32_t)is_leaf;
    return page;
}

int btree_open(struct btree *t, const char *path)
{
    struct stat st;
    struct header *h;

    *t = (struct btree){ .fd = open(path, O_RDWR | O_CREAT, 0644) };
    if (t->fd < 0 || fstat(t->fd, &st) != 0)
        return -1;
    if (map_file(t, st.st_size ? (size_t)st.st_size : GROWTH) != 0)
        return -1;
    h = header_of(t);
    if (st.st_size == 0) {
        *h = (struct header){ .magic = MAGIC, .npages = 1, .depth = 1 };
        h->root = new_node(t, 1);
    }
    if (header_of(t)->magic != MAGIC) {
        errno = EINVAL;
        return -1;
    }
    return 0;
}

int btree_sync(struct btree *t)
{
    return msync(t->map, t->size, MS_SYNC);
}

int btree_close(struct btree *t)
{
    int status = btree_sync(t);

    if (munmap(t->map, t->size) != 0)
        status = -1;
    if (close(t->fd) != 0)
        status = -1;
    return status;
}

/* How many entries have keys <= key. */
static uint32_t upper_bound(const struct node *n, const char *key)
{
    uint32_t low = 0, high = n->n;

    while (low < high) {
        uint32_t middle = (low + high) / 2;

        if (strcmp(n->entries[middle].key, key) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static uint32_t descend(const struct node *n, const char *key)
{
    uint32_t i = upper_bound(n, key);

    return i == 0 ? n->first : child_of(&n->entries[i - 1]);
}

static struct node *find_leaf(const struct btree *t, const char *key)
{
    struct node *n = node_at(t, header_of(t)->root);

    while (!n->is_leaf)
        n = node_at(t, descend(n, key));
    return n;
}

static struct entry *find(const struct btree *t, const char *key)
{
    struct node *leaf = find_leaf(t, key);
    uint32_t i = upper_bound(leaf, key);

    return i > 0 && strcmp(leaf->entries[i - 1].key, key) == 0 ? &leaf->entries[i - 1] : NULL;
}

const char *btree_get(const struct btree *t, const char *key)
{
    struct entry *e = find(t, key);

    return e ? e->value : NULL;
}

static void insert_at(struct node *n, uint32_t i, const struct entry *e)
{
    memmove(&n->entries[i + 1], &n->entries[i], (n->n - i) * sizeof(*e));
    n->entries[i] = *e;
    n->n++;
}

/* Moves the upper half of a full page to a new one; *up is the entry for the parent. */
static int split(struct btree *t, uint32_t page, struct entry *up)
{
    uint32_t right_page = new_node(t, (int)node_at(t, page)->is_leaf);
    struct node *left, *right;
    uint32_t half, from;

    if (right_page == 0)
        return -1;
    left = node_at(t, page);
    right = node_at(t, right_page);
    half = from = left->n / 2;
    memcpy(up->key, left->entries[half].key, KEY_SIZE);
    if (left->is_leaf) {
        right->next = left->next;
        left->next = right_page;
    } else {
        right->first = child_of(&left->entries[half]);
        from++;
    }
    right->n = left->n - from;
    memcpy(right->entries, &left->entries[from], right->n * sizeof(*up));
    left->n = half;
    memset(up->value, 0, VALUE_SIZE);
    memcpy(up->value, &right_page, sizeof(right_page));
    return 0;
}

/* 1: the page was split, *up goes to the parent; 0; -1. */
static int insert(struct btree *t, uint32_t page, const struct entry *e, struct entry *up)
{
    struct node *n = node_at(t, page);
    struct entry below;

    if (n->is_leaf) {
        insert_at(n, upper_bound(n, e->key), e);
    } else {
        int status = insert(t, descend(n, e->key), e, &below);

        if (status <= 0)
            return status;
        n = node_at(t, page);
        insert_at(n, upper_bound(n, below.key), &below);
    }
    if (n->n < (uint32_t)FANOUT)
        return 0;
    return split(t, page, up) == 0 ? 1 : -1;
}

int btree_put(struct btree *t, const char *key, const char *value)
{
    struct entry e = { 0 }, up, *old = find(t, key);
    uint32_t root;
    int status;

    if (strlen(key) >= KEY_SIZE || strlen(value) >= VALUE_SIZE) {
        errno = E2BIG;
        return -1;
    }
    strcpy(e.key, key);
    strcpy(e.value, value);
    if (old) {
        *old = e;
        return 0;
    }
    status = insert(t, header_of(t)->root, &e, &up);
    if (status < 0)
        return -1;
    if (status > 0) {
        root = new_node(t, 0);
        if (root == 0)
            return -1;
        node_at(t, root)->first = header_of(t)->root;
        insert_at(node_at(t, root), 0, &up);
        header_of(t)->root = root;
        header_of(t)->depth++;
    }
    header_of(t)->nkeys++;
    return 1;
}

/* Pages are never joined: an empty leaf stays in its place. */
int btree_delete(struct btree *t, const char *key)
{
    struct node *leaf = find_leaf(t, key);
    uint32_t i = upper_bound(leaf, key);

    if (i == 0 || strcmp(leaf->entries[i - 1].key, key) != 0)
        return 0;
    memmove(&leaf->entries[i - 1], &leaf->entries[i], (leaf->n - i) * sizeof(struct entry));
    leaf->n--;
    header_of(t)->nkeys--;
    return 1;
}

int btree_scan(const struct btree *t, const char *from, btree_visit visit, void *argument)
{
    for (struct node *n = find_leaf(t, from);; n = node_at(t, n->next)) {
        for (uint32_t i = 0; i < n->n; i++) {
            int status = strcmp(n->entries[i].key, from) < 0 ? 0 : visit(n->entries[i].key, n->entries[i].value, argument);

            if (status)
                return status;
        }
        if (n->next == 0)
            return 0;
    }
}

struct order {
    char last[KEY_SIZE];
    long n;
};

static int check_order(const char *key, const char *value, void *argument)
{
    struct order *o = argument;

    (void)value;
    if (o->n++ > 0 && strcmp(o->last, key) >= 0)
        return -1;
    strcpy(o->last, key);
    return 0;
}

long btree_check(const struct btree *t, int *depth)
{
    struct order o = { 0 };

    *depth = (int)header_of(t)->depth;
    if (btree_scan(t, "", check_order, &o) != 0 || (uint64_t)o.n != header_of(t)->nkeys)
        return -1;
    return o.n;
}
