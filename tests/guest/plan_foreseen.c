// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(512)))"
// stats: frames_leaked == 0 and frames_peak <= frames and plan_pages > 0
// run: --icount --model {dir}/weights --frames 100
// run: --harts 2 --model {dir}/weights --frames 100 -- 2
// Pages that were asked for before a plan, and that nobody uses, must not keep the plan's ring without frames: threads that walk it
// would wait for each other for ever.
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 512u
#define FORESEEN 60u
#define TURNS 4

static volatile unsigned *m;
static atomic_uint next, wrong;

/* The threads take the pages in turns. */
static void *walk(void *arg)
{
    (void)arg;
    for (unsigned i; (i = atomic_fetch_add(&next, 1)) < TURNS * (PAGES - FORESEEN);) {
        unsigned page = FORESEEN + i % (PAGES - FORESEEN);
        bower_plan_at((char *)m + (size_t)page * PAGE);
        wrong += m[(size_t)page * PAGE / sizeof *m] != page;
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY), threads = argc > 1 ? atoi(argv[1]) : 1;
    pthread_t other;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    CHECK(madvise((void *)m, (size_t)FORESEEN * PAGE, MADV_WILLNEED) == 0);
    struct bower_extent planned = { (char *)m + (size_t)FORESEEN * PAGE, (size_t)(PAGES - FORESEEN) * PAGE, 0 };
    CHECK(bower_plan(&planned, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    if (threads > 1)
        CHECK(pthread_create(&other, NULL, walk, NULL) == 0);
    walk(NULL);
    if (threads > 1)
        pthread_join(other, NULL);
    struct bower_counters now;
    bower_counters(&now);
    printf("%lu faults\n", (unsigned long)now.faults);
    CHECK(wrong == 0);
    CHECK(threads > 1 || now.faults <= 8); /* with those frames taken it would be a hundred */
    return done();
}
