// setup: truncate -s 4M disk
// stats: frames_leaked == 0
// run: --harts 1 --frames 64 --disk {dir}/disk,rw,name=d
// run: --harts 2 --frames 160 --disk {dir}/disk,rw,name=d
// run: --harts 3 --frames 64 --disk {dir}/disk,rw,name=d
// run: --harts 4 --frames 256 --disk {dir}/disk,rw,name=d
/*
 * A thread goes round under a plan and writes to every page, while another syncs the pages around it: pages of the plan that a hart holds
 * go back to the policy, since they are dirty, and the plan's frames are written while their runs leave.
 */
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 1024u
#define SYNCED 16u
#define TURNS 10u

static volatile uint32_t *words;
static atomic_uint here;
static atomic_bool over;

static void *sync_around(void *unused)
{
    while (!over) {
        unsigned first = here < SYNCED / 2 ? 0 : here - SYNCED / 2;
        if (first > PAGES - SYNCED)
            first = PAGES - SYNCED;
        CHECK(msync((char *)words + first * PAGE, SYNCED * PAGE, MS_SYNC) == 0);
    }
    return unused;
}

int main(void)
{
    int fd = open("/dev/d", O_RDWR);
    unsigned wrong = 0;
    pthread_t other;

    words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    CHECK(words != MAP_FAILED);
    struct bower_extent all = { (const void *)words, PAGES * PAGE, 0 };
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 1) == 0);
    CHECK(pthread_create(&other, NULL, sync_around, NULL) == 0);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        printf("turn %u\n", turn);
        fflush(stdout); /* a wait, in which the other thread gets ahead */
        for (unsigned i = 0; i < PAGES; i++) {
            volatile uint32_t *word = &words[i * PAGE / 4 + 5];
            here = i;
            bower_plan_at((const void *)word);
            wrong += *word != (turn == 0 ? 0 : turn << 16 | i);
            *word = (turn + 1) << 16 | i;
        }
    }
    over = true;
    CHECK(pthread_join(other, NULL) == 0);
    CHECK(wrong == 0);
    return done();
}
