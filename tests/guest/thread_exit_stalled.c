// setup: truncate -s 16M disk
// exit: 3
// stats: frames_leaked == 0
// run: --harts 1 --frames 3000 --throttle 1 --model {dir}/disk
// run: --harts 2 --frames 3000 --throttle 1 --model {dir}/disk
// The program ends while other threads wait for pages, and the device takes longer than the end waits for them: when a page comes at last,
// its mapping has gone. They do not report that.
#include <bower.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define ANOTHER 3000 /* a page that is read for those who touch it */
#define CHOSEN 64    /* pages at once */
#define TIMES 16     /* 4 MB: 4 s */

static volatile char *m;

static void *touch(void *page)
{
    (void)m[(size_t)page * PAGE];
    return NULL;
}

int main(void)
{
    static const size_t pages[] = { TIMES * CHOSEN - 1, ANOTHER, ANOTHER };
    int fd = open("/dev/model", O_RDONLY);
    m = mmap(NULL, 16 << 20, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    for (size_t i = 0; i < TIMES; i++)
        CHECK(bower_plan_choose((char *)m + i * CHOSEN * PAGE, CHOSEN * PAGE) == 0);
    for (size_t i = 0; i < sizeof pages / sizeof pages[0]; i++) {
        pthread_t thread;
        CHECK(pthread_create(&thread, NULL, touch, (void *)pages[i]) == 0);
    }
    usleep(300000);
    exit(done() == 0 ? 3 : 1);
}
