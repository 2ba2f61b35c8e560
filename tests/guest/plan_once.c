// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(400)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --model {dir}/data --frames 200
// run: --icount --model {dir}/data --frames 200 -- cursor
// run: --harts 2 --model {dir}/data --frames 200 -- cursor
// A plan of one turn is over when its turn is: what comes then is the policies', and not streamed as if it were the turn again. That holds
// for another mapping, too, which finds all frames again; and another plan may come at once.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 400u
#define TURNS 6
#define OTHERS 190u /* pages of another mapping, nearly as many as there are frames */

static unsigned wrong;

static unsigned long turn(const unsigned char *m, unsigned pages, int cursor)
{
    struct bower_counters was, now;
    bower_counters(&was);
    for (unsigned page = 0; page < pages; page++) {
        if (cursor)
            bower_plan_at(m + (size_t)page * PAGE);
        wrong += *(const volatile unsigned *)(m + (size_t)page * PAGE) != page;
    }
    bower_counters(&now);
    return (now.bytes_read - was.bytes_read) / PAGE;
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY), cursor = argc > 1;
    (void)argv;
    const unsigned char *m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    const unsigned char *other = mmap(NULL, OTHERS * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED && other != MAP_FAILED);
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK(bower_plan(&all, 1, cursor ? BOWER_PLAN_CURSOR : 0, 0) == 0);
    CHECK(turn(m, PAGES, cursor) <= PAGES + PAGES / 20);
    turn(m, PAGES, 0);
    CHECK(bower_plan_end() == 0); /* it has by itself */
    unsigned long reads = 0;
    for (unsigned i = 2; i < TURNS; i++)
        reads += turn(m, PAGES, 0) / (TURNS - 2);
    printf("%lu pages a turn afterwards\n", reads);
    CHECK(reads < PAGES * 3 / 4);
    for (unsigned i = 0; i < 2; i++) {
        CHECK(bower_plan(&all, 1, cursor ? BOWER_PLAN_CURSOR : 0, 0) == 0);
        turn(m, PAGES, cursor);
    }
    for (unsigned i = 0; i < TURNS; i++)
        reads = turn(other, OTHERS, 0);
    printf("%lu pages of the other mapping\n", reads);
    CHECK(reads <= OTHERS / 20);
    CHECK(wrong == 0);
    return done();
}
