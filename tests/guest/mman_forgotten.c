// stats: frames_leaked == 0
// run: --harts 2 --frames 24 --policy stride
// run: --harts 2 --frames 24
// What madvise(MADV_DONTNEED) has dropped is zero afterwards, also if it was in the swap file and another thread, which uses the pages
// below, has it read ahead just then.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define HALF 64 /* pages */
#define ROUNDS 400

static volatile uint32_t *words;
static _Atomic int is_over;

static volatile uint32_t *word(unsigned page)
{
    return &words[page * (PAGE / 4)];
}

static void *use_lower_half(void *arg)
{
    while (!is_over)
        for (unsigned page = 0; page < HALF && !is_over; page++)
            ++*word(page);
    return arg;
}

int main(void)
{
    pthread_t thread;
    unsigned stale = 0;
    words = mmap(NULL, 2 * HALF * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LLM, -1, 0);
    CHECK(words != MAP_FAILED && pthread_create(&thread, NULL, use_lower_half, NULL) == 0);
    for (unsigned round = 1; round <= ROUNDS; round++) {
        for (unsigned page = HALF; page < 2 * HALF; page++)
            *word(page) = round;
        CHECK(madvise((char *)words + HALF * PAGE, HALF * PAGE, MADV_DONTNEED) == 0);
        for (unsigned page = HALF; page < 2 * HALF; page++)
            stale += *word(page) != 0;
    }
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    printf("%u pages kept what was dropped\n", stale);
    CHECK(stale == 0);
    return done();
}
