// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(600)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --learn --model {dir}/data --frames 100
// stats: plan_pages > 0
// run: --icount --learn --model {dir}/data --frames 450
// stats: plan_pages > 0
// run: --model {dir}/data --frames 300 -- loose
// stats: plan_pages > 0
// run: --icount --learn --model {dir}/data --frames 150 -- side
// stats: plan_pages > 0 and plan_missed < 100
// run: --icount --learn --model {dir}/data --frames 150 -- fro
// stats: faults_major < 500 and plan_missed < 100
// run: --icount --learn --model {dir}/data --frames 300 -- parts
// stats: plan_pages > 0
// run: --icount --learn --model {dir}/data --frames 300 -- blocks
// stats: plan_pages > 0
// A program that goes round from the end to the beginning: what is learnt must go down, too, and not the other way. From the third turn on
// it reads close to N - C pages a turn. `loose`, without --icount: a plan is made there, too, and reads less than going without would; how
// much less, the host decides, whose pauses change what is seen of the order. `side`: three streams side by side, of which a plan has
// slices in turn. `fro`: up and down in turns; whatever plan is made of that is wrong soon, and must not be tried for long. `parts`: in
// any order, each up to the page that another begins with, so that the page which the turn begins with comes once more within it: that is
// not the next turn, and the third reads as little as all later ones. `blocks`: each 60 pages twice, for which no ring has room: the plan
// that is made must go.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 600u
#define BLOCK 60u

static const volatile unsigned *m;
static unsigned wrong;
static volatile unsigned sum;

static void use(unsigned page)
{
    wrong += m[(size_t)page * PAGE / sizeof *m] != page;
    for (unsigned i = 0; i < 2000; i++)
        sum += i;
}

static void down(unsigned turn)
{
    (void)turn;
    for (unsigned i = PAGES; i-- > 0;)
        use(i);
}

static void fro(unsigned turn)
{
    for (unsigned i = 0; i < PAGES; i++)
        use(turn % 2 ? PAGES - 1 - i : i);
}

static void side(unsigned turn)
{
    (void)turn;
    for (unsigned i = 0; i < PAGES; i++)
        use(i % 3 * (PAGES / 3) + i / 3);
}

static void parts(unsigned turn)
{
    static const unsigned order[] = { 3, 2, 0, 5, 1, 4 };
    (void)turn;
    for (unsigned i = 0; i < 6; i++)
        for (unsigned page = order[i] * (PAGES / 6); page <= (order[i] + 1) * (PAGES / 6) && page < PAGES; page++)
            use(page);
}

static void blocks(unsigned turn)
{
    (void)turn;
    for (unsigned i = 0; i < 2 * PAGES; i++)
        use(i / (2 * BLOCK) * BLOCK + i % BLOCK);
}

/* From turn `learnt` on it reads at most so many pages a turn beside those that are missing, and a 20th of them. */
static const struct way {
    const char *name;
    void (*turn)(unsigned);
    unsigned learnt, turns, more;
} ways[] = {
    { "down", down, 3, 10, 20 },
    { "loose", down, 3, 10, PAGES },
    { "fro", fro, 3, 10, PAGES },
    { "side", side, 3, 10, 20 },
    { "parts", parts, 2, 3, 20 },
    { "blocks", blocks, 12, 14, PAGES - 250 },
};

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY);
    const struct way *w = ways;
    struct bower_counters was, now;
    while (argc > 1 && strcmp(w->name, argv[1]) != 0)
        w++;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (unsigned i = 0; i < w->turns; i++) {
        if (i == w->learnt)
            bower_counters(&was);
        w->turn(i);
    }
    bower_counters(&now);
    unsigned long reads = (now.bytes_read - was.bytes_read) / PAGE / (w->turns - w->learnt), least = PAGES - now.frames;
    printf("%lu pages a turn where %lu are missing, %lu missed\n", reads, least, (unsigned long)now.plan_missed);
    CHECK(reads <= least + least / 20 + w->more);
    CHECK(wrong == 0);
    return done();
}
