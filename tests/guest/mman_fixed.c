// stats: frames_leaked == 0
// run: --harts 2
// run: --harts 2 --frames 8 -- llm
// run: --harts 1 --frames 4 -- llm
// Memory that mmap replaces under the eyes of another thread (MAP_FIXED) is the old or the new one for that thread, and never none.
#include <pthread.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 4
#define TIMES 1000

static volatile uint32_t *words;
static _Atomic int is_over;
static unsigned long looks, wrong;

static void *look(void *arg)
{
    for (; !is_over; looks++) {
        uint32_t found = words[looks % PAGES * (PAGE / 4)];
        wrong += found > 1;
    }
    return arg;
}

int main(int argc, char **argv)
{
    (void)argv;
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | (argc > 1 ? MAP_LLM : 0), prot = PROT_READ | PROT_WRITE;
    pthread_t thread;
    words = mmap(NULL, PAGES * PAGE, prot, flags, -1, 0);
    CHECK(words != MAP_FAILED && pthread_create(&thread, NULL, look, NULL) == 0);
    for (int i = 0; i < TIMES; i++) {
        for (int page = 0; page < PAGES; page++)
            words[page * (PAGE / 4)] = 1;
        CHECK(mmap((void *)words, PAGES * PAGE, prot, flags | MAP_FIXED, -1, 0) == words);
        CHECK(words[0] == 0);
    }
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0 && looks > 0 && wrong == 0);
    return done();
}
