/*
 * Which memory boot hands out.
 * sources: kernel/ram.c kernel/fdt.c
 */
#include "kernel/ram.h"
#include "tests/host/check.h"
#include "tests/host/tree.h"

#define LIMIT 0x800000000u
static const struct ram_range image = { 0x80200000, 0x80300000 };

static bool owns(const struct ram *ram, paddr_t pa)
{
    unsigned owners = 0;
    for (size_t i = 0; i < ram->count; i++)
        owners += pa >= ram->ranges[i].start && pa < ram->ranges[i].end;
    if (owners > 1)
        check_failed = true;
    return owners > 0;
}

static uint64_t total(const struct ram *ram)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < ram->count; i++)
        sum += ram->ranges[i].end - ram->ranges[i].start;
    return sum;
}

static void ram_leaves_firmware_and_image_alone(void)
{
    static struct tree t;
    struct fdt fdt;
    struct ram ram;
    uint32_t size;
    tree_reserve(&t, 0x88000800, 0x1000); /* touches two pages */
    tree_begin(&t, "");
    tree_cells(&t, "#address-cells", 1, 2u);
    tree_cells(&t, "#size-cells", 1, 2u);
    tree_begin(&t, "memory@80000000");
    tree_string(&t, "device_type", "memory");
    tree_cells(&t, "reg", 8, 0u, 0x80000000u, 0u, 0x10000000u, 7u, 0xf0000000u, 1u, 0u); /* the second crosses the limit */
    tree_end(&t);
    tree_begin(&t, "memory@1");
    tree_string(&t, "device_type", "memory");
    tree_cells(&t, "reg", 4, 0u, 0x100800u, 0u, 0x2000u); /* one whole page */
    tree_end(&t);
    tree_begin(&t, "reserved-memory");
    tree_cells(&t, "#address-cells", 1, 2u);
    tree_cells(&t, "#size-cells", 1, 2u);
    tree_begin(&t, "mmode_resv0@80000000");
    tree_cells(&t, "reg", 4, 0u, 0x80000000u, 0u, 0x80000u);
    tree_end(&t);
    tree_begin(&t, "other");
    tree_cells(&t, "reg", 4, 0u, 0x8f000000u, 0u, 0x1000000u);
    tree_end(&t);
    tree_end(&t);
    tree_end(&t);
    uint8_t *blob = tree_finish(&t, &size);
    CHECK(fdt_open(&fdt, blob, size) == 0);
    ram_find(&ram, &fdt, image, LIMIT);
    free(blob);
    CHECK(!owns(&ram, 0x80000000) && !owns(&ram, 0x801ff000) && !owns(&ram, 0x80200000) && !owns(&ram, 0x802ff000));
    CHECK(ram.firmware.start == 0x80000000 && ram.firmware.end == image.start);
    CHECK(owns(&ram, 0x80300000) && owns(&ram, 0x87fff000) && owns(&ram, 0x8efff000) && !owns(&ram, 0x8f000000));
    CHECK(!owns(&ram, 0x88000000) && !owns(&ram, 0x88001000) && owns(&ram, 0x88002000));
    CHECK(owns(&ram, 0x101000) && !owns(&ram, 0x100000) && !owns(&ram, 0x102000));
    CHECK(owns(&ram, 0x7f0000000) && owns(&ram, LIMIT - PAGE_SIZE) && !owns(&ram, LIMIT));
    CHECK(total(&ram) == 0x8f000000u - 0x80300000u - 2 * PAGE_SIZE + PAGE_SIZE + 0x10000000u);
}

static void ram_remove_agrees_with_a_bitmap(void)
{
    uint64_t seed = 7;
    for (unsigned round = 0; round < 2000; round++) {
        struct ram ram = { .count = 0 };
        bool map[64];
        for (unsigned i = 0; i < 64; i++)
            map[i] = i >= 8 && i < 56 && i != 30;
        ram_add(&ram, 8 * PAGE_SIZE, 30 * PAGE_SIZE);
        ram_add(&ram, 31 * PAGE_SIZE, 56 * PAGE_SIZE);
        for (unsigned k = 0; k < 6; k++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            uint64_t start = (seed >> 33) % (64 * PAGE_SIZE), n = (seed >> 20) % (12 * PAGE_SIZE);
            ram_remove(&ram, start, start + n);
            for (uint64_t i = 0; i < 64 && n > 0; i++)
                if (start < (i + 1) * PAGE_SIZE && start + n > i * PAGE_SIZE)
                    map[i] = false;
        }
        for (uint64_t i = 0; i < 64; i++)
            CHECK(owns(&ram, i * PAGE_SIZE) == map[i] && !check_failed);
    }
}

static void ram_ignores_sizes_that_wrap(void)
{
    static struct tree t;
    struct fdt fdt;
    struct ram ram;
    uint32_t size;
    tree_reserve(&t, UINT64_MAX - 10, 100);
    tree_reserve(&t, 0x90000000, UINT64_MAX);
    tree_begin(&t, "");
    tree_cells(&t, "#address-cells", 1, 2u);
    tree_cells(&t, "#size-cells", 1, 2u);
    tree_begin(&t, "memory");
    tree_string(&t, "device_type", "memory");
    tree_cells(&t, "reg", 4, 0u, 0x80000000u, 0xffffffffu, 0xffffffffu);
    tree_end(&t);
    tree_end(&t);
    uint8_t *blob = tree_finish(&t, &size);
    CHECK(fdt_open(&fdt, blob, size) == 0);
    ram_find(&ram, &fdt, image, LIMIT);
    free(blob);
    CHECK(owns(&ram, 0x8ffff000) && !owns(&ram, 0x90000000) && total(&ram) == 0x90000000u - 0x80300000u);
}

int main(void)
{
    RUN(ram_leaves_firmware_and_image_alone);
    RUN(ram_remove_agrees_with_a_bitmap);
    RUN(ram_ignores_sizes_that_wrap);
    return check_status;
}
