// setup: truncate -s 409600 weights
// run: --icount --frames 512 --policy none
// stats: faults == 200 and faults_spurious == 0 and sfence_local < 20
// run: --icount --frames 512 --policy none --model {dir}/weights -- shared
// stats: faults >= 300 and sfence_local < 100
// run: --icount --frames 512 --policy none -- caught
// stats: faults == 200 and sfence_local < 50
/*
 * A page that was in no frame and takes nobody's is mapped without a fence: QEMU throws away its whole TLB for each. It stays so where a
 * page has come while other threads waited for it, and when a handler has caught a fault.
 */
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 200
#define SHARED 100
#define READERS 4

static volatile unsigned char *weights;
static sigjmp_buf back;

static void *read_all(void *arg)
{
    for (int i = 0; i < SHARED; i++)
        (void)weights[i * PAGE];
    return arg;
}

static void read_side_by_side(void)
{
    pthread_t others[READERS];

    weights = mmap(NULL, SHARED * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, open("/dev/model", O_RDONLY), 0);
    CHECK(weights != MAP_FAILED);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_create(&others[i], NULL, read_all, NULL) == 0);
    for (int i = 0; i < READERS; i++)
        CHECK(pthread_join(others[i], NULL) == 0);
}

static void leave(int signal)
{
    (void)signal;
    siglongjmp(back, 1);
}

static void *catch_some(void *arg)
{
    for (volatile int i = 0; i < 8; i++)
        if (sigsetjmp(back, 1) == 0)
            *(volatile unsigned char *)8 = 1;
    return arg;
}

static void catch_on_a_new_stack(void)
{
    pthread_t thread;

    signal(SIGSEGV, leave);
    CHECK(pthread_create(&thread, NULL, catch_some, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

int main(int argc, char **argv)
{
    volatile unsigned char *pages = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LLM, -1, 0);

    CHECK(pages != MAP_FAILED);
    if (argc > 1 && strcmp(argv[1], "shared") == 0)
        read_side_by_side();
    if (argc > 1 && strcmp(argv[1], "caught") == 0)
        catch_on_a_new_stack();
    for (int i = 0; i < PAGES; i++)
        pages[i * PAGE] = 1;
    return done();
}
