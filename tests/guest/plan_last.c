// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(64)))"
// stats: frames_leaked == 0 and prefetch_used + prefetch_wasted == prefetched
// run: --harts 2 --model {dir}/weights --frames 24
// A plan of one turn has been read to its end, and the ring holds the last of it. One thread wants the first page once more, and waits
// for the other, which has yet to use what the ring holds. That one does, and computes until the first has its page: nothing comes
// into the ring that could wake it.
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 64u
#define TIMES 200

static unsigned char *m;
static _Atomic unsigned wanted, got; /* times that the first page was, by the second thread */
static _Atomic unsigned wrong;

static void use(unsigned page)
{
    wrong += *(const volatile unsigned *)(m + (size_t)page * PAGE) != page;
}

static void *want_first(void *arg)
{
    (void)arg;
    for (unsigned i = 1; i <= TIMES; i++) {
        while (wanted < i)
            ;
        use(0);
        got = i;
    }
    return NULL;
}

static unsigned long faults(void)
{
    struct bower_counters c;
    bower_counters(&c);
    return c.faults;
}

int main(void)
{
    pthread_t second;
    int fd = open("/dev/model", O_RDONLY);
    m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    CHECK(pthread_create(&second, NULL, want_first, NULL) == 0);
    for (unsigned i = 1; i <= TIMES; i++) {
        struct bower_extent all = { m, PAGES * PAGE, 0 };
        CHECK(bower_plan(&all, 1, BOWER_PLAN_CURSOR, 0) == 0);
        for (unsigned page = 0; page < PAGES - 1; page++) {
            CHECK(bower_plan_at(m + (size_t)page * PAGE) == 0);
            use(page);
        }
        unsigned long before = faults();
        wanted = i;
        while (faults() == before && got < i)
            ;
        use(PAGES - 1);
        CHECK(bower_plan_at(m + (PAGES - 1) * PAGE) == 0);
        CHECK(bower_plan_at(m) == 0);
        while (got < i)
            ;
        CHECK(bower_plan_end() == 0);
    }
    CHECK(pthread_join(second, NULL) == 0);
    printf("%u wrong\n", wrong);
    CHECK(wrong == 0);
    return done();
}
