#include "lz77.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HASH_BITS 15
#define NONE (-1)

struct matcher {
    const uint8_t *data;
    size_t n;
    int effort;
    int32_t head[1 << HASH_BITS];
    int32_t *previous;
};

static unsigned hash(const uint8_t *p)
{
    return ((unsigned)p[0] << 16 ^ (unsigned)p[1] << 8 ^ p[2]) * 2654435761u >> (32 - HASH_BITS);
}

static void insert(struct matcher *m, size_t at)
{
    if (at + LZ_MIN_MATCH <= m->n) {
        unsigned h = hash(m->data + at);

        m->previous[at] = m->head[h];
        m->head[h] = (int32_t)at;
    }
}

static size_t common(const uint8_t *a, const uint8_t *b, size_t limit)
{
    size_t n = 0;

    while (n < limit && a[n] == b[n])
        n++;
    return n;
}

static size_t longest(const struct matcher *m, size_t at, size_t *distance)
{
    size_t best = 0, limit = m->n - at < LZ_MAX_MATCH ? m->n - at : LZ_MAX_MATCH;
    int32_t candidate;

    if (limit < LZ_MIN_MATCH)
        return 0;
    candidate = m->head[hash(m->data + at)];
    for (int tries = m->effort; candidate != NONE && tries > 0; tries--) {
        size_t back = at - (size_t)candidate, n;

        if (back >= LZ_WINDOW)
            break;
        n = common(m->data + candidate, m->data + at, limit);
        if (n > best) {
            best = n;
            *distance = back;
        }
        candidate = m->previous[candidate];
    }
    return best;
}

struct lz_token *lz_parse(const uint8_t *data, size_t n, int effort, size_t *ntokens)
{
    struct lz_token *tokens = malloc((n + 1) * sizeof(*tokens));
    struct matcher *m = malloc(sizeof(*m));
    size_t count = 0;

    if (!tokens || !m || !(m->previous = malloc((n + 1) * sizeof(*m->previous)))) {
        perror("malloc");
        exit(EXIT_FAILURE);
    }
    m->data = data;
    m->n = n;
    m->effort = effort;
    memset(m->head, 0xff, sizeof(m->head));
    for (size_t at = 0; at < n;) {
        size_t distance = 0, length = longest(m, at, &distance);

        if (length >= LZ_MIN_MATCH) {
            tokens[count++] = (struct lz_token){ (uint16_t)length, (uint16_t)distance };
        } else {
            length = 1;
            tokens[count++] = (struct lz_token){ 1, data[at] };
        }
        while (length-- > 0)
            insert(m, at++);
    }
    free(m->previous);
    free(m);
    *ntokens = count;
    return tokens;
}
