// setup: truncate -s 80K {files}/data
// stats: frames_leaked == 0
// run: --harts 2
// run: --harts 2 --frames 64 -- llm
// run: --harts 1 --frames 64 -- llm
// One thread stores to a shared mapping, another writes to other bytes of the same pages with write(2): both are kept.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define PAGES 20
#define WORDS (PAGE / 4)
#define STORED 500 /* word of each page that is stored to; the first one is written */
#define TIMES 500

static volatile uint32_t *words;
static _Atomic int is_over;
static unsigned long lost_stores;

static void *store(void *arg)
{
    for (uint32_t turn = 1; !is_over; turn++)
        for (unsigned page = 0; page < PAGES; page++) {
            lost_stores += words[page * WORDS + STORED] != turn - 1;
            words[page * WORDS + STORED] = turn;
        }
    return arg;
}

int main(int argc, char **argv)
{
    (void)argv;
    unsigned long lost_writes = 0;
    pthread_t thread;
    int fd = open("data", O_RDWR);
    words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | (argc > 1 ? MAP_LLM : 0), fd, 0);
    CHECK(words != MAP_FAILED && pthread_create(&thread, NULL, store, NULL) == 0);
    for (uint32_t i = 1; i <= TIMES; i++) {
        unsigned page = i % PAGES;
        uint32_t in_file = 0;
        CHECK(pwrite(fd, &i, sizeof i, page * PAGE) == sizeof i);
        lost_writes += words[page * WORDS] != i;
        CHECK(pread(fd, &in_file, sizeof in_file, page * PAGE) == sizeof in_file);
        lost_writes += in_file != i;
    }
    is_over = 1;
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(msync((void *)words, PAGES * PAGE, MS_SYNC) == 0);
    for (uint32_t i = TIMES - PAGES + 1; i <= TIMES; i++) {
        uint32_t in_file[STORED + 1];
        CHECK(pread(fd, in_file, sizeof in_file, i % PAGES * PAGE) == sizeof in_file);
        lost_writes += in_file[0] != i;
        lost_stores += in_file[STORED] != words[i % PAGES * WORDS + STORED];
    }
    printf("%lu stores lost, %lu writes\n", lost_stores, lost_writes);
    CHECK(lost_stores == 0 && lost_writes == 0);
    return done();
}
