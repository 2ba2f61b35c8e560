#include "bpe.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64,
       MAX_SYMBOLS = INT32_MAX };

/* A candidate; stale once either side has been joined, which its length shows. */
struct bpe_pair {
    uint32_t rank;
    int32_t left, right;
    int32_t id;
    uint32_t len; /* of both together when it was found */
};

void bpe_close(struct bpe *b)
{
    free(b->symbols);
    free(b->heap);
    memset(b, 0, sizeof(*b));
}

void bpe_clear(struct bpe *b)
{
    b->count = 0;
    b->heap_count = 0;
}

/* Makes room for one more element of an array that grows by doubling. */
static int grow(void **array, size_t *room, size_t count, size_t bytes)
{
    if (count < *room) {
        return 0;
    }
    size_t more = *room != 0 ? *room * 2 : FIRST_ROOM;
    void *bigger = realloc(*array, more * bytes);
    if (bigger == NULL) {
        return -ENOMEM;
    }
    *array = bigger;
    *room = more;
    return 0;
}

int bpe_add(struct bpe *b, const char *text, uint32_t len, int32_t id)
{
    void *symbols = b->symbols;

    if (b->count == MAX_SYMBOLS || grow(&symbols, &b->room, b->count, sizeof(*b->symbols)) < 0) {
        return -ENOMEM;
    }
    b->symbols = symbols;
    b->symbols[b->count] = (struct bpe_symbol){
        .text = text, .len = len, .id = id, .previous = (int32_t)b->count - 1, .next = -1
    };
    if (b->count != 0) {
        b->symbols[b->count - 1].next = (int32_t)b->count;
    }
    b->count++;
    return 0;
}

static bool better(const struct bpe_pair *a, const struct bpe_pair *b)
{
    return a->rank != b->rank ? a->rank < b->rank : a->left < b->left;
}

static int push(struct bpe *b, struct bpe_pair pair)
{
    void *heap = b->heap;

    if (grow(&heap, &b->heap_room, b->heap_count, sizeof(*b->heap)) < 0) {
        return -ENOMEM;
    }
    b->heap = heap;
    size_t i = b->heap_count++;
    while (i != 0 && better(&pair, &b->heap[(i - 1) / 2])) {
        b->heap[i] = b->heap[(i - 1) / 2];
        i = (i - 1) / 2;
    }
    b->heap[i] = pair;
    return 0;
}

static struct bpe_pair pop(struct bpe *b)
{
    struct bpe_pair top = b->heap[0], last = b->heap[--b->heap_count];
    size_t i = 0;

    for (;;) {
        size_t child = 2 * i + 1;
        if (child >= b->heap_count) {
            break;
        }
        if (child + 1 < b->heap_count && better(&b->heap[child + 1], &b->heap[child])) {
            child++;
        }
        if (!better(&b->heap[child], &last)) {
            break;
        }
        b->heap[i] = b->heap[child];
        i = child;
    }
    b->heap[i] = last;
    return top;
}

static int consider(struct bpe *b, int32_t left, bpe_rank rank, const void *context)
{
    struct bpe_pair pair = { .left = left };

    if (left < 0 || b->symbols[left].next < 0) {
        return 0;
    }
    pair.right = b->symbols[left].next;
    const struct bpe_symbol *l = &b->symbols[left], *r = &b->symbols[pair.right];
    if (!rank(context, l, r, &pair.rank, &pair.id)) {
        return 0;
    }
    pair.len = l->len + r->len;
    return push(b, pair);
}

static void join(struct bpe *b, const struct bpe_pair *pair)
{
    struct bpe_symbol *l = &b->symbols[pair->left], *r = &b->symbols[pair->right];

    l->len += r->len;
    l->id = pair->id;
    l->next = r->next;
    if (r->next >= 0) {
        b->symbols[r->next].previous = pair->left;
    }
    r->len = 0;
}

int bpe_merge(struct bpe *b, bpe_rank rank, const void *context)
{
    int result = 0;

    for (size_t i = 0; i + 1 < b->count && result == 0; i++) {
        result = consider(b, (int32_t)i, rank, context);
    }
    while (result == 0 && b->heap_count != 0) {
        struct bpe_pair pair = pop(b);
        const struct bpe_symbol *l = &b->symbols[pair.left], *r = &b->symbols[pair.right];
        if (l->len == 0 || r->len == 0 || l->len + r->len != pair.len) {
            continue;
        }
        join(b, &pair);
        result = consider(b, l->previous, rank, context);
        if (result == 0) {
            result = consider(b, pair.left, rank, context);
        }
    }
    return result;
}
