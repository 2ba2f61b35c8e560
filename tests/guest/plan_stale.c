// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(512)))"
// stats: frames_leaked == 0 and frames_peak <= frames and plan_pages > 512
// run: --harts 2 --model {dir}/weights --frames 40
// run: --harts 3 --model {dir}/weights --frames 128
// One thread streams through a plan; others stare at single pages that the plan lets go meanwhile, and never call anything: a frame
// must not take another page while such a hart still has the old translation.
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 512u
#define TURNS 12

static volatile unsigned *m;
static atomic_uint at; /* where the first thread is */
static atomic_bool over;
static atomic_uint wrong, stares;

static unsigned first_word(unsigned page)
{
    return m[(size_t)page * PAGE / sizeof *m];
}

static void *stare(void *arg)
{
    (void)arg;
    while (!over) {
        unsigned page = at, seen = 0;
        while (!over && (at + PAGES - page) % PAGES < PAGES / 2 && seen++ < 1000000)
            if (first_word(page) != page)
                wrong++;
        stares++;
    }
    return NULL;
}

int main(void)
{
    int fd = open("/dev/model", O_RDONLY);
    pthread_t others[8];
    unsigned nothers = (unsigned)sysconf(_SC_NPROCESSORS_ONLN) - 1, mine = 0;
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    struct bower_extent all = { (char *)m, (size_t)PAGES * PAGE, 0 };
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    for (unsigned i = 0; i < nothers; i++)
        CHECK(pthread_create(&others[i], NULL, stare, NULL) == 0);
    for (unsigned i = 0; i < TURNS * PAGES; i++) {
        at = i % PAGES;
        bower_plan_at((char *)m + (size_t)(i % PAGES) * PAGE);
        for (unsigned again = 0; again < 200; again++)
            mine += first_word(i % PAGES) != i % PAGES;
    }
    over = 1;
    for (unsigned i = 0; i < nothers; i++)
        pthread_join(others[i], NULL);
    printf("%u stares\n", stares);
    CHECK(mine == 0 && wrong == 0 && stares > 0);
    CHECK(bower_plan_end() == 0);
    return done();
}
