/*
 * scale: what a fault, or a page that a plan streams, costs in a mapping of this length, in instructions: `scale FILE HOW [N]`. Run it
 * with --icount; test_scale.py does. HOW is a prefetch policy, or "plan". One pass over all pages fills the pool and the next one is
 * measured; with N, a quarter more pages than there are frames are touched first, and N more are measured.
 */
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#define PAGE 4096ul

static volatile const unsigned char *map;
static size_t npages, at;

/* The next n pages: in the order of the file with a plan, else in one in which neighbours are far apart. */
static void walk(size_t n, int plan)
{
    for (size_t i = 0; i < n; i++) {
        if (plan)
            bower_plan_at((const void *)(map + at * PAGE));
        (void)map[at * PAGE];
        at = (at + 1 + (plan ? 0 : npages * 5 / 13)) % npages;
    }
}

int main(int argc, char **argv)
{
    struct bower_counters before, after;
    struct stat st;
    int fd = argc > 2 ? open(argv[1], O_RDONLY) : -1, plan = argc > 2 && strcmp(argv[2], "plan") == 0;
    if (fd < 0 || fstat(fd, &st) != 0)
        return 2;
    npages = (size_t)st.st_size / PAGE;
    map = mmap(NULL, npages * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    if (map == MAP_FAILED)
        return 2;
    struct bower_extent all = { (const void *)map, npages * PAGE, 0 };
    if (plan ? bower_plan(&all, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) : bower_set_policy((const void *)map, argv[2]))
        return 2;
    bower_counters(&before);
    size_t frames = (size_t)before.frames;
    walk(argc > 3 ? frames + frames / 4 : npages, plan);
    bower_counters(&before);
    walk(argc > 3 ? (size_t)atol(argv[3]) : npages, plan);
    bower_counters(&after);
    printf("instructions %llu faults %llu pages %llu\n", (unsigned long long)(after.instret - before.instret),
           (unsigned long long)(after.faults - before.faults), (unsigned long long)(after.bytes_read - before.bytes_read) / PAGE);
    return 0;
}
