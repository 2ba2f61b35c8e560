// setup: python3 -c "f = open('files/large', 'wb'); [f.write(i.to_bytes(4, 'little') + bytes(4092)) for i in range(20000)]"
// setup: python3 -c "f = open('want', 'wb'); [f.write((i + 1).to_bytes(4, 'little') + bytes(4092)) for i in range(20000)]"
// check: cmp want files/stored
// stats: frames_leaked == 0
// run: --mem 72M --frames 64
// stderr!~: pages of large
// stderr~: ^bower: mmap: 20000 pages of stored are more than the memory has room for \([0-9]+\): they go through the pool of 64 frames
// run: --mem 72M --frames 64 --harts 4
// env: BOWER_PROCESSORS=4
// run: --mem 96M --frames 5000
// stats: evicted > 30000 and written_back > 0
// stderr~: ^bower: mmap: 20000 pages of large are more than the memory has room for \([0-9]+\): they go through the pool of 5000 frames
// A program that knows nothing of MAP_LLM maps a file that is larger than the memory, and has a heap beside it, as on Linux.
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGES 20000
#define PAGE 4096
#define PASSES 2
#define STORED 100 /* to every so many pages */
#define BLOCK ((size_t)4 << 20)
#define BLOCKS 6
#define THREADS 3
#define LOOKS 3000
#define TOO_MUCH ((size_t)1 << 30)

static char *large;

static uint32_t *page_at(uint32_t i)
{
    return (uint32_t *)(large + (size_t)i * PAGE);
}

static void *look_around(void *seed)
{
    uint32_t at = (uint32_t)(uintptr_t)seed, wrong = 0;

    for (int i = 0; i < LOOKS; i++) {
        at = at * 1103515245 + 12345;
        wrong += page_at((at >> 8) % PAGES)[0] != (at >> 8) % PAGES;
    }
    return (void *)(uintptr_t)wrong;
}

static void look_by_threads(void)
{
    pthread_t threads[THREADS];
    void *wrong;

    for (uintptr_t i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, look_around, (void *)(i + 1)) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], &wrong) == 0 && wrong == NULL);
}

static uint32_t count_resident(void)
{
    static unsigned char resident[PAGES];
    uint32_t n = 0;

    CHECK(mincore(large, sizeof resident * PAGE, resident) == 0);
    for (uint32_t i = 0; i < PAGES; i++)
        n += resident[i];
    return n;
}

/* What cannot be had costs no page; but in a pool a learnt plan may let a run go meanwhile. */
static void ask_for_too_much(void)
{
    uint32_t before = count_resident();
    void *volatile block = malloc(TOO_MUCH);

    CHECK(block == NULL && count_resident() >= before - before / 8);
}

/* Through a shared mapping: pages that are dirty go as well, to the file. */
static void store(void)
{
    int fd = open("stored", O_RDWR | O_CREAT | O_TRUNC, 0644);
    uint32_t *words, word;

    CHECK(ftruncate(fd, (off_t)PAGES * PAGE) == 0);
    words = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    CHECK(words != MAP_FAILED);
    for (uint32_t i = 0; i < PAGES; i++)
        words[i * (PAGE / sizeof *words)] = i + 1;
    for (uint32_t i = 0; i < PAGES; i += STORED)
        CHECK(pread(fd, &word, sizeof word, (off_t)i * PAGE) == sizeof word && word == i + 1);
    CHECK(munmap(words, (size_t)PAGES * PAGE) == 0 && close(fd) == 0);
}

int main(void)
{
    int fd = open("large", O_RDONLY);
    char *blocks[BLOCKS];

    large = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);
    CHECK(large != MAP_FAILED);
    for (uint32_t pass = 0; pass < PASSES; pass++) {
        for (uint32_t i = 0; i < PAGES; i++) {
            CHECK(page_at(i)[0] == i && page_at(i)[1] == (i % STORED == 0 ? pass : 0));
            if (i % STORED == 0)
                page_at(i)[1]++; /* to this mapping's own page */
        }
    }
    ask_for_too_much();
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = malloc(BLOCK); /* pages of the file make room */
        CHECK(blocks[i] != NULL);
        memset(blocks[i], i, BLOCK);
    }
    look_by_threads();
    for (int i = 0; i < BLOCKS; i++) {
        CHECK(blocks[i][0] == i && blocks[i][BLOCK - 1] == i);
        free(blocks[i]);
    }
    for (uint32_t i = 0; i < PAGES; i += STORED)
        CHECK(page_at(i)[1] == PASSES);
    store();
    return done();
}
