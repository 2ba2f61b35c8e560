/*
 * The device tree reader: a small tree read back, and blobs that were damaged in every way that chance finds.
 * sources: kernel/fdt.c
 */
#include "kernel/fdt.h"
#include "tests/host/check.h"
#include "tests/host/tree.h"

static uint8_t *example(uint32_t *size)
{
    static struct tree t;
    memset(&t, 0, sizeof t);
    tree_reserve(&t, 0x80000000, 0x40000);
    tree_begin(&t, "");
    tree_cells(&t, "#address-cells", 1, 2u);
    tree_cells(&t, "#size-cells", 1, 2u);
    tree_begin(&t, "memory@80000000");
    tree_string(&t, "device_type", "memory");
    tree_cells(&t, "reg", 8, 0u, 0x80000000u, 0u, 0x10000000u, 1u, 0u, 2u, 0x1000u);
    tree_end(&t);
    tree_cell(&t, 4); /* NOP, between nodes */
    tree_begin(&t, "soc");
    tree_cells(&t, "#address-cells", 1, 1u);
    tree_cells(&t, "#size-cells", 1, 0u);
    tree_begin(&t, "serial@10000000");
    tree_prop(&t, "compatible", "vendor,uart\0ns16550a", 21);
    tree_cell(&t, 4); /* and between properties */
    tree_cells(&t, "reg", 1, 0x10000000u);
    tree_prop(&t, "broken-string", "abc", 3);
    tree_prop(&t, "empty", "", 0);
    tree_begin(&t, "child");
    tree_end(&t);
    tree_end(&t);
    tree_begin(&t, "serial");
    tree_end(&t);
    tree_end(&t);
    tree_begin(&t, "chosen");
    tree_string(&t, "bootargs", "frames=16");
    tree_end(&t);
    tree_end(&t);
    return tree_finish(&t, size);
}

static void fdt_reads_nodes(void)
{
    uint32_t size;
    uint8_t *blob = example(&size);
    struct fdt t;
    CHECK(fdt_open(&t, blob, size) == 0);
    fdt_node root = fdt_root(&t), memory = fdt_child(&t, root), soc = fdt_next(&t, memory);
    CHECK(strcmp(fdt_name(&t, root), "") == 0);
    CHECK(strcmp(fdt_name(&t, memory), "memory@80000000") == 0);
    CHECK(strcmp(fdt_name(&t, soc), "soc") == 0);
    fdt_node serial = fdt_child(&t, soc);
    CHECK(strcmp(fdt_name(&t, serial), "serial@10000000") == 0);
    CHECK(strcmp(fdt_name(&t, fdt_next(&t, serial)), "serial") == 0);
    CHECK(fdt_next(&t, fdt_next(&t, serial)) == FDT_NONE);
    CHECK(fdt_child(&t, memory) == FDT_NONE);
    CHECK(fdt_next(&t, fdt_next(&t, soc)) == FDT_NONE);
    CHECK(fdt_path(&t, "/") == root && fdt_path(&t, "/memory") == memory && fdt_path(&t, "/soc/serial@10000000") == serial);
    CHECK(fdt_path(&t, "/soc/serial@10000000/child") == fdt_child(&t, serial));
    CHECK(fdt_path(&t, "/soc/ser") == FDT_NONE && fdt_path(&t, "/nothing/here") == FDT_NONE);
    free(blob);
}

static void fdt_reads_properties(void)
{
    uint32_t size, length = 99, value = 0;
    uint8_t *blob = example(&size);
    struct fdt t;
    CHECK(fdt_open(&t, blob, size) == 0);
    fdt_node root = fdt_root(&t), memory = fdt_path(&t, "/memory"), soc = fdt_path(&t, "/soc"), serial = fdt_child(&t, soc);
    CHECK(strcmp(fdt_string(&t, fdt_path(&t, "/chosen"), "bootargs"), "frames=16") == 0);
    CHECK(fdt_string(&t, serial, "broken-string") == NULL && fdt_string(&t, serial, "empty") == NULL);
    CHECK(fdt_prop(&t, serial, "empty", &length) != NULL && length == 0);
    CHECK(fdt_prop(&t, serial, "absent", NULL) == NULL && fdt_prop(&t, memory, "bootargs", NULL) == NULL);
    CHECK(fdt_u32(&t, root, "#size-cells", &value) && value == 2 && !fdt_u32(&t, serial, "broken-string", &value));
    CHECK(fdt_compatible(&t, serial, "ns16550a") && fdt_compatible(&t, serial, "vendor,uart"));
    CHECK(!fdt_compatible(&t, serial, "ns16550") && !fdt_compatible(&t, serial, "uart") && !fdt_compatible(&t, soc, "soc"));
    free(blob);
}

static void fdt_reads_addresses(void)
{
    uint32_t size;
    uint64_t a = 0, n = 0;
    uint8_t *blob = example(&size);
    struct fdt t;
    CHECK(fdt_open(&t, blob, size) == 0);
    fdt_node root = fdt_root(&t), memory = fdt_path(&t, "/memory"), soc = fdt_path(&t, "/soc");
    CHECK(fdt_reg(&t, root, memory, 0, &a, &n) && a == 0x80000000 && n == 0x10000000);
    CHECK(fdt_reg(&t, root, memory, 1, &a, &n) && a == 0x100000000 && n == 0x200001000);
    CHECK(!fdt_reg(&t, root, memory, 2, &a, &n) && !fdt_reg(&t, root, soc, 0, &a, &n));
    CHECK(fdt_reg(&t, soc, fdt_child(&t, soc), 0, &a, &n) && a == 0x10000000 && n == 0);
    CHECK(fdt_reserved(&t, 0, &a, &n) && a == 0x80000000 && n == 0x40000 && !fdt_reserved(&t, 1, &a, &n));
    free(blob);
}

static void fdt_refuses_bad_headers(void)
{
    uint32_t size;
    uint8_t *blob = example(&size);
    struct fdt t;
    static const struct {
        unsigned word;
        uint32_t value;
    } bad[] = {
        { 0, 0xd00dfeee },
        { 1, 0 },
        { 1, 39 },
        { 1, 0xffffffff },
        { 2, 0xfffffffc },
        { 2, 41 },
        { 3, 0xffffffff },
        { 5, 16 },
        { 6, 18 },
        { 8, 0xffffffff },
        { 9, 0xffffffff },
        { 9, 0 },
    };
    CHECK(fdt_open(&t, blob, size - 1) != 0 && fdt_open(&t, blob, 0) != 0 && fdt_open(&t, NULL, size) != 0);
    for (unsigned i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        uint8_t kept[4];
        memcpy(kept, blob + 4 * bad[i].word, 4);
        tree_store(blob + 4 * bad[i].word, bad[i].value);
        CHECK(fdt_open(&t, blob, size) != 0);
        memcpy(blob + 4 * bad[i].word, kept, 4);
    }
    CHECK(fdt_open(&t, blob, size) == 0);
    free(blob);
}

/* Everything that boot does with a tree; what comes out is no matter. */
static uint64_t visit(const struct fdt *t, fdt_node parent, fdt_node node, unsigned depth, unsigned *budget)
{
    uint64_t sum = strlen(fdt_name(t, node)), a, n;
    uint32_t length = 0, value;
    static const char *const names[] = { "reg", "compatible", "#address-cells", "device_type", "bootargs", "empty" };
    for (unsigned i = 0; i < sizeof names / sizeof names[0]; i++) {
        const uint8_t *p = fdt_prop(t, node, names[i], &length);
        for (uint32_t k = 0; p && k < length; k++)
            sum += p[k];
        const char *s = fdt_string(t, node, names[i]);
        sum += s ? strlen(s) : 0;
        sum += fdt_u32(t, node, names[i], &value) ? value : 0;
    }
    sum += fdt_compatible(t, node, "ns16550a");
    for (unsigned i = 0; i < 4 && fdt_reg(t, parent, node, i, &a, &n); i++)
        sum += a + n;
    for (fdt_node c = fdt_child(t, node); c != FDT_NONE && depth < 8 && *budget > 0; c = fdt_next(t, c)) {
        --*budget;
        sum += visit(t, node, c, depth + 1, budget);
    }
    return sum;
}

static uint64_t visit_all(const uint8_t *blob, uint32_t size)
{
    struct fdt t;
    unsigned budget = 1000;
    uint64_t sum = 0, a, n;
    if (fdt_open(&t, blob, size) != 0)
        return 0;
    for (unsigned i = 0; i < 64 && fdt_reserved(&t, i, &a, &n); i++)
        sum += a + n;
    return sum + visit(&t, fdt_root(&t), fdt_root(&t), 0, &budget) + fdt_path(&t, "/soc/serial/child");
}

static void fdt_survives_garbage(void)
{
    uint64_t seed = 1, sum = 0;
    for (unsigned round = 0; round < 20000; round++) {
        uint32_t size;
        uint8_t *blob = example(&size);
        unsigned changes = 1 + round % 8;
        for (unsigned i = 0; i < changes; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint32_t at = (uint32_t)(seed >> 33) % size;
            blob[at] = round % 3 ? (uint8_t)(seed >> 24) : (uint8_t)((seed >> 24) % 10);
        }
        sum += visit_all(blob, size);
        free(blob);
    }
    CHECK(sum != 0);
}

static void fdt_survives_truncation(void)
{
    uint32_t size;
    uint8_t *blob = example(&size);
    for (uint32_t n = 0; n < size; n++) {
        uint8_t *part = malloc(n ? n : 1);
        memcpy(part, blob, n);
        if (n >= 8)
            tree_store(part + 4, n); /* as if it were whole */
        visit_all(part, n);
        free(part);
    }
    free(blob);
}

int main(void)
{
    RUN(fdt_reads_nodes);
    RUN(fdt_reads_properties);
    RUN(fdt_reads_addresses);
    RUN(fdt_refuses_bad_headers);
    RUN(fdt_survives_garbage);
    RUN(fdt_survives_truncation);
    return check_status;
}
