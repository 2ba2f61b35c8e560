#include "kernel/ram.h"

#include <string.h>

void ram_add(struct ram *ram, paddr_t start, paddr_t end)
{
    start = PAGE_ALIGN_UP(start);
    end = PAGE_ALIGN_DOWN(end);
    if (start < end && ram->count < RAM_MAX_RANGES)
        ram->ranges[ram->count++] = (struct ram_range){ start, end };
}

void ram_remove(struct ram *ram, paddr_t start, paddr_t end)
{
    size_t n = ram->count;

    start = PAGE_ALIGN_DOWN(start);
    end = PAGE_ALIGN_UP(end);
    /* What is left of a range goes to the end of the list: those were not touched by this removal. */
    for (size_t i = 0; i < n;) {
        struct ram_range r = ram->ranges[i];

        if (end <= r.start || start >= r.end || start >= end) {
            i++;
            continue;
        }
        ram->ranges[i] = ram->ranges[--n];
        ram->ranges[n] = ram->ranges[--ram->count];
        ram_add(ram, r.start, MAX(start, r.start));
        ram_add(ram, MIN(end, r.end), r.end);
    }
}

static bool is_memory(const struct fdt *t, fdt_node node)
{
    const char *type = fdt_string(t, node, "device_type");

    return type && strcmp(type, "memory") == 0;
}

/* Sums that wrap around are garbage: nothing reaches that far. */
static paddr_t range_end(uint64_t start, uint64_t size)
{
    return size > UINT64_MAX - start - PAGE_SIZE ? UINT64_MAX - PAGE_SIZE : start + size;
}

static void add_memory(struct ram *ram, const struct fdt *t, fdt_node node, struct ram_range image, paddr_t limit)
{
    uint64_t start, size;

    for (unsigned i = 0; fdt_reg(t, fdt_root(t), node, i, &start, &size); i++) {
        paddr_t end = MIN(range_end(start, size), limit);

        if (start <= image.start && image.start < end) {
            ram->firmware = (struct ram_range){ start, image.start };
            start = image.start;
        }
        if (start < end)
            ram_add(ram, start, end);
    }
}

static void remove_reserved(struct ram *ram, const struct fdt *t)
{
    fdt_node reserved = fdt_path(t, "/reserved-memory");
    uint64_t start, size;

    for (unsigned i = 0; fdt_reserved(t, i, &start, &size); i++)
        ram_remove(ram, start, range_end(start, size));
    if (reserved == FDT_NONE)
        return;
    for (fdt_node n = fdt_child(t, reserved); n != FDT_NONE; n = fdt_next(t, n))
        for (unsigned i = 0; fdt_reg(t, reserved, n, i, &start, &size); i++)
            ram_remove(ram, start, range_end(start, size));
}

void ram_find(struct ram *ram, const struct fdt *t, struct ram_range image, paddr_t limit)
{
    *ram = (struct ram){ .count = 0 };
    for (fdt_node n = fdt_child(t, fdt_root(t)); n != FDT_NONE; n = fdt_next(t, n))
        if (is_memory(t, n))
            add_memory(ram, t, n, image, limit);
    remove_reserved(ram, t);
    ram_remove(ram, image.start, image.end);
}
