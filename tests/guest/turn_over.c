// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(64)))"
// stats: frames_leaked == 0 and frames_peak <= frames
// run: --harts 1 --frames 3 --policy none --model {dir}/data -- 12 4 300
// run: --harts 1 --frames 3 --policy none --model {dir}/data -- 40 8 80
// run: --harts 2 --frames 4 --policy none --model {dir}/data -- 20 4 40
// Threads that each need two pages at once, groups of them the same two, meet after every instruction. There are far fewer frames than
// pages wanted, so that somebody always has the turn; whoever has it, and whose page another thread of its group has read meanwhile,
// must not keep it: it needs no further page before all others have had theirs.
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 64u
#define MOST 40

static const volatile unsigned char *m;
static unsigned group, rounds;
static pthread_barrier_t all;
static atomic_uint wrong;

/* The last two bytes of a page, and the first two of the next one. */
static void *walk(void *arg)
{
    for (unsigned i = 0; i < rounds; i++) {
        unsigned page = (i * 7 + *(const unsigned *)arg / group * 20) % (PAGES - 1);
        uint32_t word = *(const volatile uint32_t *)(m + (page + 1) * PAGE - 2);
        wrong += word != (page >> 16 | (page + 1) << 16);
        pthread_barrier_wait(&all);
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t thread[MOST];
    unsigned number[MOST], n = argc == 4 ? (unsigned)atoi(argv[1]) : 0;
    int fd = open("/dev/model", O_RDONLY);
    CHECK(n > 0 && n <= MOST);
    group = (unsigned)atoi(argv[2]);
    rounds = (unsigned)atoi(argv[3]);
    m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    CHECK(pthread_barrier_init(&all, NULL, n) == 0);
    for (unsigned i = 0; i < n; i++) {
        number[i] = i;
        CHECK(pthread_create(&thread[i], NULL, walk, &number[i]) == 0);
    }
    for (unsigned i = 0; i < n; i++)
        CHECK(pthread_join(thread[i], NULL) == 0);
    CHECK(wrong == 0);
    return done();
}
