// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(800)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --model {dir}/data --frames 200 -- outside
// stats: faults < 400 and plan_pages > 0
// run: --icount --model {dir}/data --frames 200 -- cursor
// stats: plan_missed > 1000 and bytes_read < 30000 * 4096
// `outside`: a plan that covers a part of a mapping leaves the rest to the policies, which read ahead there as without a plan. `cursor`:
// one whose cursor is moved anywhere is dropped after a while, since nobody uses what it reads.
#include <bower.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 800u
#define PLANNED 100u
#define USES 4000u

static const volatile unsigned *m;
static unsigned wrong;

static void use(unsigned page)
{
    wrong += m[(size_t)page * PAGE / sizeof *m] != page;
}

static void use_outside(void)
{
    for (unsigned i = 0; i < USES; i++)
        use(PLANNED + i % (PAGES - PLANNED));
}

static void jump(void)
{
    unsigned long state = 88172645463325252u;
    for (unsigned i = 0; i < USES; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        unsigned page = (unsigned)(state >> 20) % PAGES;
        bower_plan_at((const void *)(m + (size_t)page * PAGE / sizeof *m));
        use(page);
    }
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY), outside = argc > 1 && strcmp(argv[1], "outside") == 0;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    struct bower_extent extent = { (const void *)m, (size_t)(outside ? PLANNED : PAGES) * PAGE, 0 };
    CHECK(bower_plan(&extent, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    if (outside)
        use_outside();
    else
        jump();
    CHECK(wrong == 0);
    return done();
}
