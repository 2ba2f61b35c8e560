// setup: truncate -s 1600K disk
// setup: python3 -c "import random; random.seed(5); print(*random.sample(range(3200), 120), sep='\n')" > sectors
// setup: printf '[inject-error]\nevent = "write_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(head -n 60 sectors) > errors
// setup: printf '[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(tail -n 60 sectors) >> errors
// stats: frames_leaked == 0 and plan_missed <= faults and prefetch_used + prefetch_wasted == prefetched
// run: --icount --frames 40 --disk {dir}/disk,rw,name=d
// run: --icount --frames 40 --disk {dir}/disk,rw,name=d -- follow
// run: --harts 1 --frames 40 --disk {dir}/disk,rw,name=d
// stats: plan_missed < 200 and io_writes < 1200
// run: --harts 2 --frames 150 --disk {dir}/disk,rw,name=d -- follow
// stats: plan_missed < 200 and io_writes < 1200
// run: --icount --frames 60 --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=d
/*
 * A program writes to every page of its plan, in its order. The plan is right and stays in force. What it lets go is dirty: that is written
 * behind, many pages at once, so that the ring has frames. A fault that has to wait for a frame is out of order once, not with each look.
 * Pages that could not be written are all that the plan has left to others: they must not be passed over for ever.
 */
#include <bower.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 400u
#define TURNS 8u
#define TRIES 70 /* of an msync whose pages may each fail once */

int main(int argc, char **argv)
{
    int fd = open("/dev/d", O_RDWR), flags = BOWER_PLAN_CYCLIC | (argc > 1 && strcmp(argv[1], "follow") == 0 ? 0 : BOWER_PLAN_CURSOR);
    volatile unsigned *words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    struct bower_extent all = { (const void *)words, PAGES * PAGE, 0 };
    unsigned began = words[0], last[PAGE / 4];
    CHECK(bower_plan(&all, 1, flags, 2) == 0);
    for (unsigned turn = 0; turn < TURNS; turn++) {
        for (unsigned page = 0; page < PAGES; page++) {
            volatile unsigned *word = &words[page * (PAGE / 4)];
            if (flags & BOWER_PLAN_CURSOR)
                CHECK(bower_plan_at((const void *)word) == 0);
            CHECK(*word == began + turn);
            *word = began + turn + 1;
        }
    }
    CHECK(bower_plan_end() == 0);
    for (int i = 0; i < TRIES && msync((void *)words, PAGES * PAGE, MS_SYNC) != 0; i++)
        CHECK(i < TRIES - 1 && errno == EIO);
    for (unsigned page = 0; page < PAGES; page++)
        CHECK(pread(fd, last, PAGE, (off_t)page * PAGE) == PAGE && last[0] == began + TURNS);
    return done();
}
