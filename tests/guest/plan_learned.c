// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(1100)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched and plan_pages > 0
// run: --icount --learn --model {dir}/weights --frames 80
// run: --icount --learn --model {dir}/weights --frames 512
// run: --icount --learn --model {dir}/weights --frames 950
// run: --icount --learn --model {dir}/weights --frames 512 -- noise
// run: --icount --learn --model {dir}/weights --frames 500 -- early
// run: --model {dir}/weights --frames 512 -- loose
// run: --model {dir}/weights --frames 512 -- loose noise
// run: --model {dir}/weights --frames 512 -- loose changes
// A program that loops over parts of a mapping and says nothing: from the third turn on it reads close to N - C pages a turn. Before the
// first turn it reads a header, which does not come back; every 17th page it leaves out; with `noise` each 50th page that it uses is any
// page; with `changes` it goes another way from the fifth turn on, and has four turns to be learnt anew; `early`, it does so from the third
// turn on, in blocks: the plan is dropped, and what it leaves in memory belongs to the next one. `loose`, without --icount: the host's
// pauses change what is seen of the order, and a little of what is read. Without a plan that is 600 pages and more.
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include <bower.h>

#include "check.h"
#include "weights.h"

#define HEADER 76
#define PARTS 4
#define PART 256
#define HOLE 17 /* pages of a part, of which the last is not used */
#define TURNS 8
#define LEARNT 2 /* turns */
#define CHANGE 4 /* turns before it; */
#define EARLY 2  /* ... before one to blocks */
#define BLOCK 4  /* pages; */
#define NEXT 101 /* ... from each to the next one, in blocks */
#define RELEARNT 4
#define MORE_TURNS 6
#define NOISE 50

static unsigned char *m;
static unsigned wrong, used, odd, seed = 1;

static void use(size_t page)
{
    wrong += is_wrong(m, page, page);
    work_on(m, page);
}

/* The parts in this order; pages used, different ones, are counted. */
static void turn(size_t step, int noise)
{
    used = odd = 0;
    for (size_t i = 0; i < PARTS; i++) {
        size_t part = HEADER + i * step % PARTS * PART;
        for (size_t page = part; page < part + PART; page++) {
            if (page % HOLE == 0)
                continue;
            use(page);
            used++;
            if (noise && used % NOISE == 0) {
                seed = seed * 1103515245 + 12345;
                use(HEADER + (seed >> 8) % (PARTS * PART));
                odd++;
            }
        }
    }
}

/* The same pages, block by block. */
static void turn_of_blocks(void)
{
    used = odd = 0;
    for (size_t i = 0; i < PARTS * PART; i++) {
        size_t page = HEADER + i / BLOCK * NEXT * BLOCK % (PARTS * PART) + i % BLOCK;
        if (page % HOLE == 0)
            continue;
        use(page);
        used++;
    }
}

int main(int argc, char **argv)
{
    int loose = argc > 1 && strcmp(argv[1], "loose") == 0, noise = argc > 1 && strcmp(argv[argc - 1], "noise") == 0;
    int changes = argc > 1 && strcmp(argv[argc - 1], "changes") == 0, early = argc > 1 && strcmp(argv[argc - 1], "early") == 0;
    int fd = open("/dev/model", O_RDONLY), turns = TURNS + (changes || early ? MORE_TURNS : 0);
    int change = changes ? CHANGE : early ? EARLY
                                          : turns;
    struct bower_counters was, now;
    size_t all = 0, most = 0; /* of the turns that count: the ring is not always as far ahead at the end of one */
    m = mmap(NULL, (HEADER + PARTS * PART) * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (size_t page = 0; page < HEADER; page++)
        use(page);
    bower_counters(&was);
    for (int i = 0; i < turns; i++) {
        if (early && i >= change)
            turn_of_blocks();
        else
            turn(i >= change ? 1 : 3, noise);
        bower_counters(&now);
        size_t reads = (now.bytes_read - was.bytes_read) / PAGE, least = used > now.frames ? used - now.frames : 0;
        printf("turn %d: %zu pages read where %zu are missing, %u odd, %zu faults\n", i, reads, least, odd,
               (size_t)(now.faults - was.faults));
        int counts = i >= LEARNT && (i < change || i >= change + RELEARNT);
        all += counts ? reads : 0;
        most += counts ? least + least / (loose ? 20 : 50) + 16 + 2 * odd : 0;
        was = now;
    }
    CHECK(all <= most);
    CHECK(wrong == 0);
    return done();
}
