/* tree.h: builds flattened device trees for the tests, in memory of exactly their size, so that a stray read is seen. */
#ifndef TESTS_HOST_TREE_H
#define TESTS_HOST_TREE_H

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

struct tree {
    uint8_t structure[16384], strings[4096], reserved[256];
    uint32_t structure_size, strings_size, reserved_size;
};

static inline void tree_store(uint8_t *at, uint32_t v)
{
    at[0] = (uint8_t)(v >> 24);
    at[1] = (uint8_t)(v >> 16);
    at[2] = (uint8_t)(v >> 8);
    at[3] = (uint8_t)v;
}

static inline void tree_cell(struct tree *t, uint32_t v)
{
    tree_store(t->structure + t->structure_size, v);
    t->structure_size += 4;
}

static inline void tree_bytes(struct tree *t, const void *bytes, uint32_t n)
{
    memcpy(t->structure + t->structure_size, bytes, n);
    t->structure_size += n;
    while (t->structure_size % 4)
        t->structure[t->structure_size++] = 0;
}

static inline void tree_begin(struct tree *t, const char *name)
{
    tree_cell(t, 1);
    tree_bytes(t, name, (uint32_t)strlen(name) + 1);
}

static inline void tree_end(struct tree *t)
{
    tree_cell(t, 2);
}

static inline void tree_prop(struct tree *t, const char *name, const void *value, uint32_t n)
{
    tree_cell(t, 3);
    tree_cell(t, n);
    tree_cell(t, t->strings_size);
    memcpy(t->strings + t->strings_size, name, strlen(name) + 1);
    t->strings_size += (uint32_t)strlen(name) + 1;
    tree_bytes(t, value, n);
}

static inline void tree_string(struct tree *t, const char *name, const char *value)
{
    tree_prop(t, name, value, (uint32_t)strlen(value) + 1);
}

/* n cells */
static inline void tree_cells(struct tree *t, const char *name, int n, ...)
{
    uint8_t cells[128];
    va_list args;
    va_start(args, n);
    for (int i = 0; i < n; i++)
        tree_store(cells + 4 * i, va_arg(args, uint32_t));
    va_end(args);
    tree_prop(t, name, cells, (uint32_t)n * 4);
}

static inline void tree_reserve(struct tree *t, uint64_t address, uint64_t size)
{
    uint8_t *at = t->reserved + t->reserved_size;
    tree_store(at, (uint32_t)(address >> 32));
    tree_store(at + 4, (uint32_t)address);
    tree_store(at + 8, (uint32_t)(size >> 32));
    tree_store(at + 12, (uint32_t)size);
    t->reserved_size += 16;
}

/* The finished blob, from malloc. */
static inline uint8_t *tree_finish(struct tree *t, uint32_t *size)
{
    tree_cell(t, 9);
    tree_reserve(t, 0, 0);
    uint32_t reserved = 40, structure = reserved + t->reserved_size, strings = structure + t->structure_size;
    *size = strings + t->strings_size;
    uint8_t *blob = malloc(*size);
    const uint32_t header[] = { 0xd00dfeed, *size, structure, strings, reserved, 17, 16, 0, t->strings_size, t->structure_size };
    for (unsigned i = 0; i < 10; i++)
        tree_store(blob + 4 * i, header[i]);
    memcpy(blob + reserved, t->reserved, t->reserved_size);
    memcpy(blob + structure, t->structure, t->structure_size);
    memcpy(blob + strings, t->strings, t->strings_size);
    return blob;
}

#endif
