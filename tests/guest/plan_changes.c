// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(1024)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched and plan_pages > 0
// run: --icount --learn --model {dir}/weights --frames 300 -- up 6 1024 1 down 32 37
// run: --icount --learn --model {dir}/weights --frames 300 -- streams 6 512 1 down 32 37
// run: --icount --learn --model {dir}/weights --frames 200 -- up 5 1024 1 part 32 13
// run: --icount --learn --model {dir}/weights --frames 450 -- streams 6 512 1 up 16 7
// run: --icount --learn --model {dir}/weights --frames 600 -- up 5 1024 1 down 16 11
// run: --icount --learn --model {dir}/weights --frames 600 -- holes 6 4 7 streams 512 1
// run: --icount --learn --model {dir}/weights --frames 300 -- random 12 1 1 up 4 37
// run: --icount --learn --model {dir}/weights --frames 716 -- rounds 4 1 2 rounds 1 8
// run: --icount --learn --model {dir}/weights --frames 300 -- rounds 5 1 4 rounds 1 5
// run: --icount --learn --model {dir}/weights --frames 450 -- up 6 1024 1 up 32 13 soon
// run: --icount --learn --model {dir}/weights --frames 800 -- up 6 1024 1 half 1024 1
// run: --icount --learn --model {dir}/weights --frames 450 -- up 6 1024 1 nested 32 13
// run: --icount --learn --model {dir}/weights --frames 800 -- up 6 1024 1 nested 32 13
// A program that loops over a mapping in one order, for so many turns, and then in another, and declares nothing: it reads close to N - C
// pages a turn in the last turns of the one and of the other (`soon`: from the third on), and not much more than N in any. An order goes
// through blocks of so many pages, each so many blocks further than the one before.
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <bower.h>

#include "check.h"
#include "weights.h"

#define PAGES 1024
#define HOLE 7
#define STRIPE 64
#define LOOP 150     /* pages, */
#define LOOPS 20     /* ... so often */
#define LAST 3       /* turns of an order that count */
#define MORE_TURNS 9 /* of the second order */

struct order {
    const char *kind; /* up; down: backwards; part: without a quarter of it; holes: without some pages; half: every other STRIPE only; */
                      /* streams: two halves side by side; random: any pages; rounds: every so manyth page (step), then the others in */
                      /* the same way; nested: a loop over a few pages comes first */
    size_t block, step;
};

static const unsigned char *m;
static unsigned wrong, used, uses; /* different pages of a turn; uses of any */
static unsigned seed;

static void use(size_t page)
{
    wrong += is_wrong(m, page, page);
    work_on(m, page);
    used++;
    uses++;
}

static size_t place_in_rounds(size_t i, size_t step)
{
    for (size_t first = 0;; first++) {
        size_t n = (PAGES - first + step - 1) / step;
        if (i < n)
            return first + i * step;
        i -= n;
    }
}

static void turn(const struct order *o)
{
    size_t n = strcmp(o->kind, "part") == 0 ? PAGES / 4 * 3 : PAGES;
    uses = 0;
    for (size_t i = 0; strcmp(o->kind, "nested") == 0 && i < LOOPS * LOOP; i++)
        use(i % LOOP * 5 % PAGES);
    used = 0;
    for (size_t i = 0; i < n; i++) {
        size_t page = (i / o->block * o->step % (PAGES / o->block)) * o->block + i % o->block;
        if (strcmp(o->kind, "rounds") == 0)
            page = place_in_rounds(i, o->step);
        if (strcmp(o->kind, "streams") == 0)
            page = i % 2 * (PAGES / 2) + i / 2;
        if (strcmp(o->kind, "down") == 0)
            page = PAGES - 1 - page;
        if (strcmp(o->kind, "random") == 0)
            page = (seed = seed * 1103515245 + 12345) >> 16 & (PAGES - 1);
        bool left_out = (strcmp(o->kind, "holes") == 0 && page % HOLE == 3) || (strcmp(o->kind, "half") == 0 && page / STRIPE % 2 == 1);
        if (!left_out)
            use(page);
    }
}

/* n turns in this order; the last ones read what is missing, and a twentieth more at most, none much more than all pages, or uses. */
static void turns(const struct order *o, int n, int last)
{
    struct bower_counters was, now;
    size_t all = 0, missing = 0;
    bower_counters(&was);
    for (int i = 0; i < n; i++, was = now) {
        turn(o);
        bower_counters(&now);
        size_t reads = (now.bytes_read - was.bytes_read) / PAGE, least = used > now.frames ? used - now.frames : 0;
        printf("%s %d: %zu pages read where %zu are missing\n", o->kind, i, reads, least);
        CHECK(reads < 2 * PAGES || reads < uses);
        all += i >= n - last ? reads : 0;
        missing += i >= n - last ? least + least / 20 + 16 : 0;
    }
    CHECK(all <= missing);
}

int main(int argc, char **argv)
{
    CHECK(argc == 8 || argc == 9);
    struct order first = { argv[1], (size_t)atoi(argv[3]), (size_t)atoi(argv[4]) };
    struct order second = { argv[5], (size_t)atoi(argv[6]), (size_t)atoi(argv[7]) };
    m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, open("/dev/model", O_RDONLY), 0);
    CHECK(m != MAP_FAILED);
    turns(&first, atoi(argv[2]), LAST);
    turns(&second, MORE_TURNS, argc == 9 ? MORE_TURNS - 2 : LAST);
    CHECK(wrong == 0);
    return done();
}
