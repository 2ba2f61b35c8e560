/*
 * fdt.h: the flattened device tree (Devicetree Specification v0.4, ch. 5), read where it lies, checked, never trusted.
 * Pure code: also built for the host (tests feed it garbage).
 */
#ifndef KERNEL_FDT_H
#define KERNEL_FDT_H

#include "kernel/types.h"

struct fdt {
    const uint8_t *blob;
    uint32_t size;
    uint32_t struct_off, struct_size, strings_off, strings_size, reserved_off;
};
typedef uint32_t fdt_node; /* offset of a node; FDT_NONE: there is none */
#define FDT_NONE ((fdt_node)-1)

int fdt_open(struct fdt *t, const void *blob, uint32_t max_size); /* 0 or -EINVAL: magic, version or bounds */
fdt_node fdt_root(const struct fdt *t);
fdt_node fdt_child(const struct fdt *t, fdt_node parent); /* first child */
fdt_node fdt_next(const struct fdt *t, fdt_node sibling); /* next sibling */
const char *fdt_name(const struct fdt *t, fdt_node node);
/* "/cpus"; unit addresses may be left out */
fdt_node fdt_path(const struct fdt *t, const char *path);
const void *fdt_prop(const struct fdt *t, fdt_node node, const char *name, uint32_t *length); /* NULL if absent */
const char *fdt_string(const struct fdt *t, fdt_node node, const char *name);                 /* NULL if absent */
bool fdt_u32(const struct fdt *t, fdt_node node, const char *name, uint32_t *out);
bool fdt_compatible(const struct fdt *t, fdt_node node, const char *name);
/* Is name one of the strings of a "compatible" property? For those who ask about many names. */
bool fdt_list_has(const void *list, uint32_t length, const char *name);
/* One big-endian cell of a property. */
static inline uint32_t fdt_cell(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}
/* The i-th entry of the memory reservation block (5.3); false: there are no more. */
bool fdt_reserved(const struct fdt *t, unsigned i, uint64_t *address, uint64_t *size);
/* The i-th pair of "reg" with the cell sizes of the parent. */
bool fdt_reg(const struct fdt *t, fdt_node parent, fdt_node node, unsigned i, uint64_t *address, uint64_t *size);

#endif
