// setup: truncate -s 16M weights
// stats: frames_leaked == 0 and prefetch_used + prefetch_wasted == prefetched
// run: --icount --frames 64 --model {dir}/weights
// run: --harts 2 --frames 64 --model {dir}/weights
// A plan takes frames of pages that were read ahead for another mapping, and used since, without a fault: they count as used.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PLANNED 1024u
#define OTHERS 44u /* pages: more than a quarter of the frames */

int main(void)
{
    struct bower_counters c;
    int fd = open("/dev/model", O_RDONLY);
    volatile char *m = mmap(NULL, PLANNED * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    volatile char *others = mmap(NULL, OTHERS * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, PLANNED * PAGE);
    CHECK(m != MAP_FAILED && others != MAP_FAILED);
    CHECK(madvise((char *)others, OTHERS * PAGE, MADV_WILLNEED) == 0);
    for (unsigned page = 0; page < OTHERS; page++)
        (void)others[page * PAGE];
    struct bower_extent all = { (const char *)m, PLANNED * PAGE, 0 };
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    for (unsigned page = 0; page < PLANNED; page++) {
        bower_plan_at((const char *)m + page * PAGE);
        (void)m[page * PAGE];
    }
    CHECK(bower_plan_end() == 0);
    CHECK(bower_region_counters((const char *)others, &c) == 0);
    printf("%u read ahead, %u used, %u wasted, %u evicted\n", (unsigned)c.prefetched, (unsigned)c.prefetch_used,
           (unsigned)c.prefetch_wasted, (unsigned)c.evicted);
    CHECK(c.prefetched == OTHERS && c.evicted > 0 && c.prefetch_used >= c.evicted && c.prefetch_wasted == 0);
    return done();
}
