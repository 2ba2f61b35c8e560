// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(512)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched and plan_pages > 512
// run: --icount --model {dir}/weights --frames 128
// run: --icount --model {dir}/weights --frames 40
// run: --harts 2 --model {dir}/weights --frames 128
// Pages that are in the plan's ring are dropped and asked for again, so that they come back outside of the plan, in the frames that they
// had: such a frame must not go to the next run, or another page of no plan takes it from there.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 512u
#define TURNS 6
#define APART 37   /* pages, of which one is dropped; */
#define LATER 20   /* so many later */
#define OTHERS 300 /* ... so many others come */

static unsigned wrong;

static void use(const unsigned char *m, unsigned page)
{
    wrong += *(const volatile unsigned *)(m + (size_t)page * PAGE) != page;
}

int main(void)
{
    int fd = open("/dev/model", O_RDONLY);
    unsigned char *m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    unsigned char *others = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED && others != MAP_FAILED);
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    for (unsigned i = 0; i < TURNS * PAGES; i++) {
        unsigned page = i % PAGES;
        bower_plan_at(m + (size_t)page * PAGE);
        if (i % APART == 0) {
            CHECK(madvise(m + (size_t)page * PAGE, PAGE, MADV_DONTNEED) == 0);
            CHECK(madvise(m + (size_t)page * PAGE, PAGE, MADV_WILLNEED) == 0);
        }
        use(m, page);
        for (unsigned k = 0; i % APART == LATER && k < OTHERS; k++)
            use(others, k);
    }
    printf("%u wrong\n", wrong);
    CHECK(wrong == 0);
    CHECK(bower_plan_end() == 0);
    return done();
}
