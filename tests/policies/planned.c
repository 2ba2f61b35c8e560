/*
 * planned.c: plans of every kind over /dev/model, 512 pages: kept by A bits, by a cursor, with pages chosen late, once, and wrong ones, two
 * at once. `learnable`: none, but an order that can be learnt. `mappings`: many that come and go, each with a plan that goes with it.
 */
#include <bower.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#define PAGE 4096
#define PAGES 512
#define COLD 400 /* the rest is chosen late */
#define MAPPINGS 70
#define SHORT 32 /* pages of each of these */

static const volatile uint8_t *base;
static uint32_t sum;

static void touch(uint32_t page)
{
    sum += base[(size_t)page * PAGE + page % PAGE];
}

static struct bower_extent extent(uint32_t first, uint32_t n, int some)
{
    return (struct bower_extent){ (const void *)(base + (size_t)first * PAGE), (size_t)n * PAGE, some };
}

static void declare(const struct bower_extent *extents, size_t n, int flags)
{
    if (bower_plan(extents, n, flags, 2) != 0)
        perror("bower_plan");
}

/* The second half, then the first, over and over; now and then a look back at the page before, and a page that was chosen. */
static void cycle(int turns, int cursor)
{
    for (int turn = 0; turn < turns; turn++)
        for (uint32_t i = 0; i < COLD; i++) {
            uint32_t page = (COLD / 2 + i) % COLD, chosen = COLD + (turn * 37 + i) % (PAGES - COLD);
            if (cursor && page % 4 == 0)
                bower_plan_at((const void *)(base + (size_t)page * PAGE));
            if (i % 50 == 0)
                bower_plan_choose((const void *)(base + (size_t)chosen * PAGE), 1);
            touch(page);
            if (i % 7 == 3)
                touch(page - 1);
            if (i % 50 == 20)
                touch(COLD + (turn * 37 + i - 20) % (PAGES - COLD));
        }
}

static void mappings(int fd)
{
    for (uint32_t k = 0; k < MAPPINGS; k++) {
        base = mmap(NULL, (size_t)SHORT * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, (off_t)(k % 8 * SHORT) * PAGE);
        struct bower_extent all = extent(0, SHORT, 0);
        declare(&all, 1, BOWER_PLAN_CYCLIC);
        for (uint32_t i = 0; i < 3 * SHORT; i++)
            touch(i % SHORT);
        munmap((void *)base, (size_t)SHORT * PAGE);
    }
}

/* Ten stretches in an order of their own, over and over, and a page that comes anywhere. */
static void learnable(void)
{
    for (uint32_t i = 0; i < 10 * COLD; i++) {
        uint32_t at = i % COLD, stretch = at / 40 * 7 % 10;
        touch(stretch * 40 + at % 40);
        if (i % 90 == 0)
            touch(COLD + i * 31 % (PAGES - COLD));
    }
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY);
    base = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    if (base == MAP_FAILED)
        return 1;
    if (argc > 1) {
        if (strcmp(argv[1], "mappings") == 0)
            mappings(fd);
        else
            learnable();
        printf("%u\n", (unsigned)sum);
        return 0;
    }
    const struct bower_extent halves[] = { extent(COLD / 2, COLD / 2, 0), extent(0, COLD / 2, 0), extent(COLD, PAGES - COLD, 1) };
    for (int cursor = 0; cursor < 2; cursor++) {
        declare(halves, 3, BOWER_PLAN_CYCLIC | (cursor ? BOWER_PLAN_CURSOR : 0));
        bower_plan(halves, 1, BOWER_PLAN_CYCLIC, 2); /* is refused, and the first one stays */
        cycle(3, cursor);
        bower_plan_end();
        bower_plan_choose((const void *)(base + (size_t)COLD * PAGE), PAGE); /* without a plan, too */
        for (uint32_t page = 0; page < PAGES; page += 5)
            touch(page); /* without a plan */
    }
    declare(&(struct bower_extent){ (const void *)base, (size_t)PAGES * PAGE, 0 }, 1, 0);
    for (uint32_t page = 0; page < PAGES; page++)
        touch(page);
    bower_plan_end();
    declare(halves, 2, BOWER_PLAN_CYCLIC);
    for (uint32_t i = 0; i < 900; i++)
        touch(i * 89 % PAGES); /* in quite another order */
    printf("%u\n", (unsigned)sum);
    return 0;
}
