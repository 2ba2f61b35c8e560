// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(1024)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --learn --model {dir}/weights --frames 614 -- 2
// run: --icount --learn --model {dir}/weights --frames 300 -- 5
// run: --model {dir}/weights --frames 614 -- 2
// run: --icount --model {dir}/weights --frames 614 -- 2 declared
// run: --model {dir}/weights --frames 400 --harts 2 -- 3 declared
// A program loops over a private mapping and writes to one page in so many, each time. What was written comes back from the swap, by the
// plan as the others do: close to N - C pages a turn are read, the plan stays, and every page has what was written to it last.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bower.h>

#include "check.h"
#include "weights.h"

#define PAGES 1024
#define TURNS 8
#define LEARNT 3 /* turns, before those that count */

static unsigned char *m;
static unsigned wrong;

static void use(size_t page, unsigned turn, size_t each)
{
    wrong += is_wrong(m, page, page % each == 0 ? page + PAGES * turn : page);
    work_on(m, page);
    if (page % each == 0)
        *(unsigned *)(m + page * PAGE) += PAGES;
}

int main(int argc, char **argv)
{
    CHECK(argc >= 2);
    size_t each = (size_t)atoi(argv[1]), all_read = 0, planned = 0, most = 0;
    struct bower_counters was, now;
    m = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LLM, open("/dev/model", O_RDONLY), 0);
    CHECK(m != MAP_FAILED);
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK(argc < 3 || bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    bower_counters(&was);
    for (unsigned turn = 0; turn < TURNS; turn++, was = now) {
        for (size_t page = 0; page < PAGES; page++)
            use(page, turn, each);
        bower_counters(&now);
        size_t reads = (now.bytes_read - was.bytes_read) / PAGE, least = PAGES - now.frames;
        printf("turn %u: %zu pages read where %zu are missing, %zu of them by the plan, %zu written\n", turn, reads, least,
               (size_t)(now.plan_pages - was.plan_pages), (size_t)(now.written_back - was.written_back));
        all_read += turn >= LEARNT ? reads : 0;
        planned += turn >= LEARNT ? now.plan_pages - was.plan_pages : 0;
        most += turn >= LEARNT ? least + least / 20 + 16 : 0;
    }
    CHECK(all_read <= most);
    CHECK(planned >= all_read / 4 * 3);
    CHECK(wrong == 0);
    return done();
}
