// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(1024)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched and plan_pages > 0
// run: --icount --learn --model {dir}/weights --frames 300 -- 32 4 32
// run: --icount --learn --model {dir}/weights --frames 600 -- 8 4 8
// run: --icount --learn --model {dir}/weights --frames 120 -- 16 2 8
// run: --icount --learn --model {dir}/weights --frames 800 -- 64 2 64
// run: --icount --model {dir}/weights --frames 300 -- 32 4 32 declared
// run: --model {dir}/weights --frames 300 -- 32 4 32 loose
// run: --model {dir}/weights --frames 400 --harts 2 -- 32 4 32 declared loose
// A program that works on so many pages at once: it goes through a block of pages several times, and on by so many pages to the next one.
// What it works on is wanted again; the plan, declared with that width or learnt, reads close to N - C pages a turn and what the ring has
// to hold for it. A ring of a few pages would read each block again each time.
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
#define LEARNT 4 /* turns, before those that count */

static const unsigned char *m;
static unsigned wrong;

static void use(size_t page)
{
    wrong += is_wrong(m, page, page);
    work_on(m, page);
}

int main(int argc, char **argv)
{
    CHECK(argc >= 4);
    size_t block = (size_t)atoi(argv[1]), step = (size_t)atoi(argv[3]);
    int times = atoi(argv[2]), loose = strcmp(argv[argc - 1], "loose") == 0, declared = argc > 4 && strcmp(argv[4], "declared") == 0;
    struct bower_counters was, now;
    m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, open("/dev/model", O_RDONLY), 0);
    CHECK(m != MAP_FAILED);
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK(!declared || bower_plan(&all, 1, BOWER_PLAN_CYCLIC, (unsigned)block) == 0);
    bower_counters(&was);
    size_t all_read = 0, most = 0;
    for (int turn = 0; turn < TURNS; turn++, was = now) {
        for (size_t first = 0; first + block <= PAGES; first += step)
            for (int i = 0; i < times; i++)
                for (size_t page = first; page < first + block; page++)
                    use(page);
        bower_counters(&now);
        size_t reads = (now.bytes_read - was.bytes_read) / PAGE, least = PAGES - now.frames;
        printf("turn %d: %zu pages read where %zu are missing, %zu faults\n", turn, reads, least, (size_t)(now.faults - was.faults));
        CHECK(reads < 2 * PAGES);
        all_read += turn >= LEARNT ? reads : 0;
        most += turn >= LEARNT ? least + least / (loose ? 10 : 20) + 2 * block + 16 : 0;
    }
    CHECK(all_read <= most);
    CHECK(wrong == 0);
    return done();
}
