// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(600)))"
// stats: frames_leaked == 0 and frames_peak <= frames and bytes_read < (600 + 7 * 430) * 4096
// run: --icount --harts 2 --policy none --model {dir}/data --frames 200 -- 2
// run: --icount --harts 4 --policy none --model {dir}/data --frames 200 -- 4
// run: --icount --harts 1 --policy none --model {dir}/data --frames 200 -- 3
// Threads that go round side by side keep what fits, as one thread does: the pages that harts hold at the moment must not make kept ones
// go. A turn needs 400 reads at least. Counted instructions, as the host's turns blur the order.
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 600u
#define TURNS 8

static const volatile unsigned *m;
static atomic_uint next, wrong;

/* The threads take the pages in turns. */
static void *walk(void *arg)
{
    (void)arg;
    for (unsigned i; (i = atomic_fetch_add(&next, 1)) < TURNS * PAGES;)
        if (m[(size_t)(i % PAGES) * PAGE / sizeof *m] != i % PAGES)
            atomic_fetch_add(&wrong, 1);
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 1 ? atoi(argv[1]) : 1, fd = open("/dev/model", O_RDONLY);
    pthread_t thread[8];
    m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (int i = 0; i < threads; i++)
        CHECK(pthread_create(&thread[i], NULL, walk, NULL) == 0);
    for (int i = 0; i < threads; i++)
        CHECK(pthread_join(thread[i], NULL) == 0);
    CHECK(wrong == 0);
    return done();
}
