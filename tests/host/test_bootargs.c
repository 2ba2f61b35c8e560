/*
 * Boot arguments, as the launcher writes them and as it never would.
 * sources: kernel/bootargs.c
 */
#include "kernel/bootargs.h"

#include "kernel/mem.h"
#include "tests/host/check.h"

#include <stdlib.h>
#include <string.h>

/* kalloc: zeroed and never given back, as the contract says; the list keeps it reachable. */
static struct block {
    struct block *next;
    max_align_t data[];
} * blocks;
static unsigned allocations_left = 1000000;

void *kalloc(size_t size)
{
    struct block *b = allocations_left > 0 ? calloc(1, sizeof *b + size) : NULL;
    if (!b)
        return NULL;
    allocations_left--;
    b->next = blocks;
    blocks = b;
    return b->data;
}

static void bootargs_in_order(void)
{
    struct bootargs b;
    CHECK(bootargs_parse(&b, "frames=16 policy=auto app=bower disk.model=497904640 env.TZ=UTC -- argv0 arg%20one % %25 -- --x") == 0);
    CHECK(b.argc == 6 && b.argv[6] == NULL);
    CHECK(strcmp(b.argv[0], "argv0") == 0 && strcmp(b.argv[1], "arg one") == 0 && strcmp(b.argv[2], "") == 0);
    CHECK(strcmp(b.argv[3], "%") == 0 && strcmp(b.argv[4], "--") == 0 && strcmp(b.argv[5], "--x") == 0);
    CHECK(strcmp(b.envp[0], "TZ=UTC") == 0 && b.envp[1] == NULL);
    CHECK(strcmp(bootargs_option(&b, "frames"), "16") == 0 && strcmp(bootargs_option(&b, "disk.model"), "497904640") == 0);
    CHECK(bootargs_option(&b, "frame") == NULL && bootargs_option(&b, "TZ") == NULL && bootargs_option(&b, "evict") == NULL);
}

static void bootargs_may_be_missing(void)
{
    struct bootargs b;
    CHECK(bootargs_parse(&b, "") == 0 && b.argc == 0 && b.argv[0] == NULL && b.envp[0] == NULL);
    CHECK(bootargs_option(&b, "frames") == NULL);
    CHECK(bootargs_parse(&b, "   --   ") == 0 && b.argc == 0);
    CHECK(bootargs_parse(&b, "a=  b=%") == -EINVAL); /* a "%" that is not alone */
    CHECK(bootargs_parse(&b, "a= b=1 --") == 0 && strcmp(bootargs_option(&b, "a"), "") == 0);
}

static void bootargs_bytes_survive(void)
{
    struct bootargs b;
    char text[256 * 3 + 8] = "-- ", *out = text + 3;
    for (int c = 1; c < 256; c++)
        out += sprintf(out, c % 2 ? "%%%02X" : "%%%02x", (unsigned)c);
    CHECK(bootargs_parse(&b, text) == 0 && b.argc == 1 && strlen(b.argv[0]) == 255);
    for (int c = 1; c < 256; c++)
        CHECK((unsigned char)b.argv[0][c - 1] == c);
}

static void bootargs_refuse_nonsense(void)
{
    static const char *const bad[] = { "frames", "-- a%", "-- a%4", "-- %4", "-- %zz", "-- %00", "-- a%0", "a=%4x%", "%" };
    struct bootargs b;
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        CHECK(bootargs_parse(&b, bad[i]) == -EINVAL);
}

static void bootargs_without_memory(void)
{
    struct bootargs b;
    for (unsigned n = 0; n < 5; n++) {
        allocations_left = n;
        CHECK(bootargs_parse(&b, "frames=1 -- a b") == -ENOMEM);
    }
    allocations_left = 1000000;
}

int main(void)
{
    RUN(bootargs_in_order);
    RUN(bootargs_may_be_missing);
    RUN(bootargs_bytes_survive);
    RUN(bootargs_refuse_nonsense);
    RUN(bootargs_without_memory);
    while (blocks) {
        struct block *next = blocks->next;
        free(blocks);
        blocks = next;
    }
    return check_status;
}
