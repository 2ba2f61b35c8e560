// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(1024)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched and plan_pages > 0
// run: --icount --model {dir}/weights --frames 52 -- cursor
// run: --icount --model {dir}/weights --frames 512 -- cursor
// run: --icount --model {dir}/weights --frames 1014 -- cursor
// run: --icount --model {dir}/weights --frames 1040 -- cursor
// run: --icount --model {dir}/weights --frames 52 -- follow exact
// run: --icount --model {dir}/weights --frames 512 -- follow exact
// run: --icount --model {dir}/weights --frames 900 -- follow exact
// run: --model {dir}/weights --frames 512 -- follow
// run: --model {dir}/weights --frames 52 -- follow
// run: --model {dir}/weights --frames 900 --throttle 50 -- follow
// A cyclic plan of four extents that are not in the order of the file: close to N - C pages a turn at every cap, no fault if the
// program moves the cursor, contents as they must be. `follow`: the pager follows by A bits and a clock; then faults depend on how
// fast the host is, and only the pages read are held to a bound. Where counts repeat there is no clock, and no look but at faults: still
// at most two a turn are for a page that was not asked for yet.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "check.h"
#include "weights.h"

#define PARTS 4
#define TURNS 5

static unsigned char *m;
static size_t pages;

static size_t part(size_t i)
{
    return i * 3 % PARTS * (pages / PARTS);
}

/* One turn over all pages, in the order of the plan; wrong ones are counted. */
static unsigned turn(int cursor)
{
    unsigned wrong = 0;
    for (size_t i = 0; i < PARTS; i++) {
        for (size_t page = part(i); page < part(i) + pages / PARTS; page++) {
            if (cursor)
                bower_plan_at(m + page * PAGE);
            wrong += is_wrong(m, page, page);
            work_on(m, page);
        }
    }
    return wrong;
}

int main(int argc, char **argv)
{
    int cursor = argc > 1 && strcmp(argv[1], "cursor") == 0, exact = argc > 2, fd = open("/dev/model", O_RDONLY);
    struct bower_extent extents[PARTS];
    struct bower_counters was, now;
    struct stat st;
    CHECK(fstat(fd, &st) == 0);
    pages = (size_t)st.st_size / PAGE;
    m = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (size_t i = 0; i < PARTS; i++)
        extents[i] = (struct bower_extent){ m + part(i) * PAGE, pages / PARTS * PAGE, 0 };
    CHECK(bower_plan(extents, PARTS, BOWER_PLAN_CYCLIC, 0) == 0);
    bower_counters(&was);
    size_t cap = was.frames < pages ? was.frames : pages;
    for (int i = 0; i < TURNS; i++) {
        unsigned wrong = turn(cursor);
        bower_counters(&now);
        size_t reads = (now.bytes_read - was.bytes_read) / PAGE, faults = now.faults - was.faults;
        printf("turn %d: %zu pages read, %zu faults, %zu of them major\n", i, reads, faults, (size_t)(now.faults_major - was.faults_major));
        CHECK(wrong == 0);
        if (i >= 2 || (i > 0 && cursor))
            CHECK(reads <= (pages - cap) + (pages - cap) / 50 + 16 + (cursor ? 0 : 64));
        if (cursor)
            CHECK(faults == 0);
        if (exact && i >= 2)
            CHECK(now.faults_major - was.faults_major <= 2);
        was = now;
    }
    CHECK(bower_plan_end() == 0);
    CHECK_ERRNO(bower_plan_end(), ENOENT);
    CHECK(turn(0) == 0);
    return done();
}
