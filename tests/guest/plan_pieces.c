// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(600)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --model {dir}/data --frames 200 -- pages
// run: --icount --harts 2 --model {dir}/data --frames 200 -- pages
// run: --icount --harts 4 --model {dir}/data --frames 60 -- pages
// run: --harts 2 --model {dir}/data --frames 200 -- pages loose
// run: --icount --model {dir}/data --frames 400 -- shared
// run: --icount --harts 2 --model {dir}/data --frames 500 -- shared
// Plans of many small extents in any order. `pages`: each is a page, so that the ring holds no longer runs; it must look far ahead all the
// same, and not wait for more pages to be used than it has. `shared`: they begin and end within pages, which are used with both.
// `loose`, without --icount: a hart whose processor the host takes away has yet to fence meanwhile, and what the ring cannot read then
// is missed, a page in 75 us; the plan stays all the same, and no page is read twice.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096u
#define PAGES 600u
#define TURNS 8u

static const unsigned char *m;
static struct bower_extent extents[PAGES];
static unsigned n, state = 1;

static unsigned any(unsigned below)
{
    state = state * 1103515245 + 12345;
    return (state >> 8) % below;
}

static void cut(int shared)
{
    for (size_t at = 0, length; at < PAGES * PAGE; at += length) {
        length = shared ? 1 + any(8 * PAGE) : PAGE;
        length = length > PAGES * PAGE - at ? PAGES * PAGE - at : length;
        extents[n++] = (struct bower_extent){ m + at, length, 0 };
    }
    for (unsigned i = n; i-- > 1;) {
        unsigned j = any(i + 1);
        struct bower_extent e = extents[i];
        extents[i] = extents[j];
        extents[j] = e;
    }
}

static unsigned use(const struct bower_extent *e)
{
    size_t from = (size_t)((const unsigned char *)e->address - m), end = from + e->length;
    unsigned wrong = 0;
    for (size_t page = from / PAGE; page * PAGE < end; page++)
        wrong += *(const volatile unsigned *)(m + page * PAGE) != page;
    return wrong;
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY);
    struct bower_counters was, now;
    unsigned wrong = 0;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    cut(argc > 1 && strcmp(argv[1], "shared") == 0);
    CHECK(bower_plan(extents, n, BOWER_PLAN_CYCLIC, 0) == 0);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        if (turn == 2)
            bower_counters(&was);
        for (unsigned i = 0; i < n; i++)
            wrong += use(&extents[i]);
    }
    bower_counters(&now);
    unsigned long reads = (now.bytes_read - was.bytes_read) / PAGE / (TURNS - 2), least = PAGES - now.frames;
    printf("%u extents, %lu pages a turn where %lu are missing, %lu missed\n", n, reads, least, (unsigned long)now.plan_missed);
    CHECK(reads <= least + least / 50 + 26);
    CHECK(now.plan_missed - was.plan_missed <= PAGES / 20 || argc > 2);
    CHECK(wrong == 0 && bower_plan_end() == 0);
    return done();
}
