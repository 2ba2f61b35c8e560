// setup: truncate -s 192K disk
// stats: frames_leaked == 0 and prefetch_used + prefetch_wasted == prefetched
// run: --harts 1 --frames 40 --disk {dir}/disk,rw,name=d
// stats: plan_missed < 100
// run: --harts 2 --frames 40 --disk {dir}/disk,rw,name=d
// stats: plan_missed < 100
// Pages that were written stay when the plan lets them go, if there is room; in the next turn it must not take the last turn's use of
// them for this one's, or it passes over the page that the program waits for, again and again, and the program never gets it.
#include <bower.h>
#include <fcntl.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 24u  /* of the plan; */
#define CHOSEN 24u /* ... beside it, so that it gets half of the frames only */
#define CLEAN 6u   /* one page in so many is not written to */
#define TURNS 4u

int main(void)
{
    int fd = open("/dev/d", O_RDWR);
    volatile unsigned char *m = mmap(NULL, (PAGES + CHOSEN) * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    struct bower_extent extents[] = { { (void *)m, PAGES * PAGE, 0 }, { (void *)(m + PAGES * PAGE), CHOSEN * PAGE, 1 } };
    unsigned char last[PAGES];
    for (unsigned i = 0; i < PAGES; i++)
        last[i] = m[i * PAGE];
    for (unsigned clean = 0; clean < CLEAN; clean++) {
        CHECK(bower_plan(extents, 2, BOWER_PLAN_CYCLIC, 2) == 0);
        for (unsigned turn = 0; turn < TURNS; turn++) {
            for (unsigned i = 0; i < PAGES; i++) {
                CHECK(m[i * PAGE] == last[i]);
                if (i % CLEAN != clean)
                    m[i * PAGE] = ++last[i];
            }
        }
        CHECK(bower_plan_end() == 0);
        CHECK(msync((void *)m, PAGES * PAGE, MS_SYNC) == 0);
    }
    return done();
}
