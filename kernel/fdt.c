#include "kernel/fdt.h"

#include <string.h>

/* Devicetree Specification v0.4, 5.2 and 5.4 */
enum {
    FDT_MAGIC = 0xd00dfeed,
    FDT_LAST_COMPATIBLE = 17,
    FDT_HEADER_SIZE = 40,
    FDT_BEGIN_NODE = 1,
    FDT_END_NODE = 2,
    FDT_PROP = 3,
    FDT_NOP = 4,
    FDT_END = 9
};
/* Words of the header */
enum { HEADER_MAGIC,
       HEADER_SIZE,
       HEADER_STRUCT,
       HEADER_STRINGS,
       HEADER_RESERVED,
       HEADER_VERSION,
       HEADER_COMPATIBLE,
       HEADER_BOOT_CPU,
       HEADER_STRINGS_SIZE,
       HEADER_STRUCT_SIZE };

#define CELL 4u
#define RESERVED_ENTRY 16u
/* 2.3.5: without #address-cells and #size-cells the parent counts as having these. */
#define DEFAULT_ADDRESS_CELLS 2u
#define DEFAULT_SIZE_CELLS 1u

/*
 * A place in the structure block. Nodes are named by the offset of their FDT_BEGIN_NODE token from the block's start.
 * Everything is read through cell_at and string_end, which know the bounds: garbage ends a walk, never leaves the blob.
 */
struct token {
    uint32_t type; /* FDT_END for anything malformed */
    uint32_t at;
    uint32_t next; /* where the following token starts */
};

static uint32_t header(const uint8_t *blob, unsigned word)
{
    return fdt_cell(blob + CELL * word);
}

static bool inside(uint32_t offset, uint32_t size, uint32_t limit)
{
    return offset <= limit && size <= limit - offset;
}

int fdt_open(struct fdt *t, const void *blob, uint32_t max_size)
{
    const uint8_t *b = blob;

    if (!blob || (uintptr_t)blob % CELL != 0 || max_size < FDT_HEADER_SIZE || header(b, HEADER_MAGIC) != FDT_MAGIC)
        return -EINVAL;
    *t = (struct fdt){
        .blob = b,
        .size = header(b, HEADER_SIZE),
        .struct_off = header(b, HEADER_STRUCT),
        .struct_size = header(b, HEADER_STRUCT_SIZE),
        .strings_off = header(b, HEADER_STRINGS),
        .strings_size = header(b, HEADER_STRINGS_SIZE),
        .reserved_off = header(b, HEADER_RESERVED),
    };
    if (header(b, HEADER_COMPATIBLE) > FDT_LAST_COMPATIBLE || header(b, HEADER_VERSION) < FDT_LAST_COMPATIBLE)
        return -EINVAL;
    if (t->size < FDT_HEADER_SIZE || t->size > max_size || t->struct_off % CELL != 0 || t->reserved_off % CELL != 0)
        return -EINVAL;
    if (!inside(t->struct_off, t->struct_size, t->size) || !inside(t->strings_off, t->strings_size, t->size))
        return -EINVAL;
    return t->struct_size >= CELL && fdt_cell(b + t->struct_off) == FDT_BEGIN_NODE ? 0 : -EINVAL;
}

static inline bool cell_at(const struct fdt *t, uint32_t at, uint32_t *out)
{
    if (at % CELL != 0 || !inside(at, CELL, t->struct_size))
        return false;
    *out = fdt_cell(t->blob + t->struct_off + at);
    return true;
}

/* Offset behind the terminator of the string at `at` in the structure block; 0: there is none. */
static uint32_t string_end(const struct fdt *t, uint32_t at)
{
    const uint8_t *base = t->blob + t->struct_off;

    for (uint32_t i = at; i < t->struct_size; i++)
        if (base[i] == 0)
            return i + 1;
    return 0;
}

static uint32_t align_cell(uint32_t offset)
{
    return (offset + CELL - 1) & ~(CELL - 1);
}

static struct token token_at(const struct fdt *t, uint32_t at)
{
    struct token k = { .type = FDT_END, .at = at, .next = at };
    uint32_t type, length, end;

    do {
        if (!cell_at(t, at, &type))
            return k;
        at += CELL;
    } while (type == FDT_NOP);
    at -= CELL;
    k.at = at;
    k.next = at + CELL;
    if (type == FDT_BEGIN_NODE) {
        end = string_end(t, k.next);
        if (end == 0)
            return k;
        k.next = align_cell(end);
    } else if (type == FDT_PROP) {
        if (!cell_at(t, k.next, &length) || !inside(k.next + 2 * CELL, length, t->struct_size))
            return k;
        k.next = align_cell(k.next + 2 * CELL + length);
    } else if (type != FDT_END_NODE) {
        return k;
    }
    k.type = type;
    return k;
}

fdt_node fdt_root(const struct fdt *t)
{
    (void)t;
    return 0; /* fdt_open looked */
}

/* The first token of the node that is no property. */
static struct token skip_properties(const struct fdt *t, fdt_node node)
{
    struct token k = token_at(t, node);

    if (k.type != FDT_BEGIN_NODE)
        return (struct token){ .type = FDT_END };
    do
        k = token_at(t, k.next);
    while (k.type == FDT_PROP);
    return k;
}

fdt_node fdt_child(const struct fdt *t, fdt_node parent)
{
    struct token k = skip_properties(t, parent);

    return k.type == FDT_BEGIN_NODE ? k.at : FDT_NONE;
}

fdt_node fdt_next(const struct fdt *t, fdt_node sibling)
{
    struct token k = token_at(t, sibling);
    uint32_t depth = 0;

    if (k.type != FDT_BEGIN_NODE)
        return FDT_NONE;
    /* Each token is longer than nothing, so this ends even in garbage. */
    do {
        if (k.type == FDT_BEGIN_NODE)
            depth++;
        else if (k.type == FDT_END_NODE)
            depth--;
        else if (k.type == FDT_END)
            return FDT_NONE;
        k = token_at(t, k.next);
    } while (depth > 0);
    return k.type == FDT_BEGIN_NODE ? k.at : FDT_NONE;
}

const char *fdt_name(const struct fdt *t, fdt_node node)
{
    if (token_at(t, node).type != FDT_BEGIN_NODE)
        return "";
    return (const char *)t->blob + t->struct_off + node + CELL;
}

const void *fdt_prop(const struct fdt *t, fdt_node node, const char *name, uint32_t *length)
{
    size_t name_size = strlen(name) + 1;
    struct token k = token_at(t, node);
    uint32_t name_offset, bytes;

    if (k.type != FDT_BEGIN_NODE)
        return NULL;
    for (k = token_at(t, k.next); k.type == FDT_PROP; k = token_at(t, k.next)) {
        if (!cell_at(t, k.at + CELL, &bytes) || !cell_at(t, k.at + 2 * CELL, &name_offset))
            return NULL;
        if (name_size > t->strings_size || name_offset > t->strings_size - name_size ||
            t->blob[t->strings_off + name_offset] != (uint8_t)name[0] || /* mostly decides, without a call */
            memcmp(t->blob + t->strings_off + name_offset, name, name_size) != 0)
            continue;
        if (length)
            *length = bytes;
        return t->blob + t->struct_off + k.at + 3 * CELL;
    }
    return NULL;
}

const char *fdt_string(const struct fdt *t, fdt_node node, const char *name)
{
    uint32_t length = 0;
    const char *s = fdt_prop(t, node, name, &length);

    return s && length > 0 && s[length - 1] == 0 ? s : NULL;
}

bool fdt_u32(const struct fdt *t, fdt_node node, const char *name, uint32_t *out)
{
    uint32_t length = 0;
    const uint8_t *p = fdt_prop(t, node, name, &length);

    if (!p || length < CELL)
        return false;
    *out = fdt_cell(p);
    return true;
}

bool fdt_list_has(const void *list, uint32_t length, const char *name)
{
    const char *at = list;
    size_t size = strlen(name) + 1;

    /* Strings one after another, each with its terminator (2.3.1). */
    while (at && length > 0) {
        const char *end = memchr(at, 0, length);

        if (!end)
            return false;
        if ((size_t)(end - at) + 1 == size && memcmp(at, name, size) == 0)
            return true;
        length -= (uint32_t)(end - at) + 1;
        at = end + 1;
    }
    return false;
}

bool fdt_compatible(const struct fdt *t, fdt_node node, const char *name)
{
    uint32_t length = 0;
    const void *list = fdt_prop(t, node, "compatible", &length);

    return fdt_list_has(list, length, name);
}

static uint64_t read_cells(const uint8_t *p, uint32_t cells)
{
    uint64_t value = 0;

    for (uint32_t i = 0; i < cells; i++)
        value = value << 32 | fdt_cell(p + CELL * i);
    return value;
}

bool fdt_reg(const struct fdt *t, fdt_node parent, fdt_node node, unsigned i, uint64_t *address, uint64_t *size)
{
    uint32_t address_cells = DEFAULT_ADDRESS_CELLS, size_cells = DEFAULT_SIZE_CELLS, length = 0, entry;
    const uint8_t *reg = fdt_prop(t, node, "reg", &length);

    fdt_u32(t, parent, "#address-cells", &address_cells);
    fdt_u32(t, parent, "#size-cells", &size_cells);
    if (!reg || address_cells > 2 || size_cells > 2 || address_cells == 0)
        return false;
    entry = CELL * (address_cells + size_cells);
    if (i >= length / entry)
        return false;
    *address = read_cells(reg + entry * i, address_cells);
    *size = read_cells(reg + entry * i + CELL * address_cells, size_cells);
    return true;
}

bool fdt_reserved(const struct fdt *t, unsigned i, uint64_t *address, uint64_t *size)
{
    uint64_t offset = (uint64_t)t->reserved_off + (uint64_t)RESERVED_ENTRY * i;

    if (offset + RESERVED_ENTRY > t->size)
        return false;
    *address = read_cells(t->blob + offset, 2);
    *size = read_cells(t->blob + offset + 2 * CELL, 2);
    return *address != 0 || *size != 0; /* 5.3.2: a pair of zeros ends the list */
}

/* Does the node's name match the component [part, part+length)? The unit address may be left out (2.2.3). */
static bool name_matches(const char *name, const char *part, size_t length)
{
    return strncmp(name, part, length) == 0 && (name[length] == 0 || name[length] == '@');
}

fdt_node fdt_path(const struct fdt *t, const char *path)
{
    fdt_node node = fdt_root(t);

    while (node != FDT_NONE) {
        size_t length;
        fdt_node child;

        path += strspn(path, "/");
        length = strcspn(path, "/");
        if (length == 0)
            return node;
        for (child = fdt_child(t, node); child != FDT_NONE; child = fdt_next(t, child))
            if (name_matches(fdt_name(t, child), path, length))
                break;
        node = child;
        path += length;
    }
    return FDT_NONE;
}
