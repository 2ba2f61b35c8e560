// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(600)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --learn --model {dir}/data --frames 100
// stats: plan_pages > 0
// run: --icount --learn --model {dir}/data --frames 450
// stats: plan_pages > 0
// run: --model {dir}/data --frames 300 -- loose
// stats: plan_pages > 0
// run: --icount --learn --model {dir}/data --frames 150 -- side
// stats: faults_major < 350 and plan_missed < 100
// run: --icount --learn --model {dir}/data --frames 150 -- fro
// stats: faults_major < 500 and plan_missed < 100
// run: --icount --learn --model {dir}/data --frames 300 -- parts
// stats: plan_pages > 0
// A program that goes round from the end to the beginning: what is learnt must go down, too, and not the other way. From the third turn on
// it reads close to N - C pages a turn. `loose`, without --icount: a plan is made there, too, and reads less than going without would;
// how much less, the host decides, whose pauses change what is seen of the order.
// `side`: three streams side by side have no order that a plan could keep; none is made, and the policies go on. `fro`: up and down in
// turns; whatever plan is made of that is wrong soon, and must not be tried for long. `parts`: in any order, each up to the page that
// another begins with, so that the page which the turn begins with comes once more within it: that is not the next turn, and the third
// reads as little as all later ones.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 600u
#define TURNS 10u
#define LEARNT 3u

static const volatile unsigned *m;
static unsigned wrong;
static volatile unsigned sum;

static void use(unsigned page)
{
    wrong += m[(size_t)page * PAGE / sizeof *m] != page;
    for (unsigned i = 0; i < 2000; i++)
        sum += i;
}

static void turn_of_parts(void)
{
    static const unsigned order[] = { 3, 2, 0, 5, 1, 4 };
    for (unsigned i = 0; i < 6; i++)
        for (unsigned page = order[i] * (PAGES / 6); page <= (order[i] + 1) * (PAGES / 6) && page < PAGES; page++)
            use(page);
}

static void turn(int side, int up)
{
    for (unsigned i = PAGES; i-- > 0;)
        use(side ? i % 3 * (PAGES / 3) + (PAGES - 1 - i) / 3 : up ? PAGES - 1 - i
                                                                  : i);
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY);
    int side = argc > 1 && strcmp(argv[1], "side") == 0, loose = argc > 1 && strcmp(argv[1], "loose") == 0;
    int fro = argc > 1 && strcmp(argv[1], "fro") == 0, parts = argc > 1 && strcmp(argv[1], "parts") == 0;
    unsigned learnt = parts ? 2 : LEARNT, turns = parts ? 3 : TURNS;
    struct bower_counters was, now;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (unsigned i = 0; i < turns; i++) {
        if (i == learnt)
            bower_counters(&was);
        parts ? turn_of_parts() : turn(side, fro && i % 2 == 0);
    }
    bower_counters(&now);
    unsigned long reads = (now.bytes_read - was.bytes_read) / PAGE / (turns - learnt), least = PAGES - now.frames;
    printf("%lu pages a turn where %lu are missing, %lu missed\n", reads, least, (unsigned long)now.plan_missed);
    CHECK(side || fro || (loose ? reads < PAGES : reads <= least + least / 20 + 20));
    CHECK(wrong == 0);
    return done();
}
