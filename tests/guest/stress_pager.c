// timeout: 300
// setup: python3 -c "open('disk', 'wb').write(bytes(64 * 24 * 4096))"
// setup: printf '[inject-error]\nevent = "read_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(seq 40 300 12000) > errors
// setup: printf '[inject-error]\nevent = "write_aio"\nerrno = "5"\nonce = "on"\nsector = "%d"\n' $(seq 64 900 12000) >> errors
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// stats: faults == faults_major + faults_soft + faults_spurious
// run: --harts 2 --frames 6 --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 1 150 3
// run: --harts 4 --frames 8 --policy readahead --evict fifo --disk {dir}/disk,rw,name=stress -- 2 60 4
// run: --harts 2 --frames 60 --policy auto --evict clock --disk {dir}/disk,rw,name=stress -- 3 150 8
// run: --harts 1 --frames 2 --policy none --disk blkdebug:{dir}/errors:{dir}/disk,rw,name=stress -- 4 300 4
/*
 * Many threads read, write, map, unmap, sync and advise 64 shared mappings of one disk at random, against a model of what memory must
 * hold; the disk fails now and then. The arguments are the seed, steps of each thread, and threads. `make soak` runs it as
 * long as one likes.
 *
 * A page holds its number and version in three words. Readers of a segment go side by side, so that faults meet on one page;
 * whoever writes to it or moves it is alone with it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGE 4096
#define SEGMENTS 64
#define PAGES 24 /* of a segment */
#define WORDS (PAGE / 4)
#define TRIES 8 /* of a call that the disk may fail */

struct segment {
    pthread_rwlock_t lock; /* for reading: words may be read; for writing: everything */
    volatile uint32_t *words;
    uint32_t version[PAGES];
    unsigned first; /* of the pages that are mapped now */
};

static struct segment segments[SEGMENTS];
static long steps;
static int disk;
static unsigned long seed;
static _Atomic unsigned long operations; /* pages read or written, calls made: of threads that have ended */
static _Thread_local unsigned long mine; /* ... of this one */

struct thread {
    pthread_t id;
    uint64_t state;
};

static unsigned any(struct thread *t, unsigned n)
{
    t->state ^= t->state << 13;
    t->state ^= t->state >> 7;
    t->state ^= t->state << 17;
    return (unsigned)(t->state >> 20) % n;
}

static uint32_t mark(unsigned segment, unsigned page, uint32_t version, unsigned which)
{
    return version == 0 ? 0 : ((segment * 131u + page) * 2654435761u ^ version * 40503u) + which;
}

static const unsigned places[] = { 0, WORDS / 2 + 3, WORDS - 1 };

static void wrong(unsigned segment, unsigned page, unsigned place, uint32_t found, const char *where)
{
    printf("seed %lu: segment %u page %u word %u is %x in %s, not version %u\n", seed, segment, page, place, found, where,
           segments[segment].version[page]);
    fflush(stdout);
    abort();
}

static void check_page(unsigned s, unsigned page)
{
    mine++;
    for (unsigned i = 0; i < 3; i++) {
        uint32_t found = segments[s].words[page * WORDS + places[i]];
        if (found != mark(s, page, segments[s].version[page], i))
            wrong(s, page, places[i], found, "memory");
    }
}

static void check_file(unsigned s, unsigned page)
{
    static __thread uint32_t buffer[WORDS];
    int tries = 0;
    mine++;
    while (pread(disk, buffer, PAGE, (off_t)(s * PAGES + page) * PAGE) != PAGE)
        if (++tries == TRIES)
            wrong(s, page, 0, 0, "a file that cannot be read");
    for (unsigned i = 0; i < 3; i++)
        if (buffer[places[i]] != mark(s, page, segments[s].version[page], i))
            wrong(s, page, places[i], buffer[places[i]], "the file");
}

static void write_page(unsigned s, unsigned page)
{
    uint32_t version = ++segments[s].version[page];
    mine++;
    for (unsigned i = 0; i < 3; i++)
        segments[s].words[page * WORDS + places[i]] = mark(s, page, version, i);
}

static int again(int result, int *tries)
{
    return result != 0 && ++*tries < TRIES;
}

static void sync_segment(unsigned s)
{
    int tries = 0;
    mine++;
    while (again(msync((void *)segments[s].words, PAGES * PAGE, MS_SYNC), &tries))
        ;
    if (tries == TRIES)
        wrong(s, 0, 0, 0, "an msync that fails for ever");
}

/* What cannot be written back when a mapping goes is lost, as POSIX has it; so it is synced before. */
static void move_segment(struct thread *t, unsigned s)
{
    struct segment *g = &segments[s];
    sync_segment(s);
    if (munmap((void *)g->words, PAGES * PAGE) != 0)
        wrong(s, 0, 0, 0, "munmap");
    check_file(s, any(t, PAGES));
    mine += 2;
    g->words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, disk, (off_t)s * PAGES * PAGE);
    if (g->words == MAP_FAILED)
        wrong(s, 0, 0, 0, "mmap");
}

/* A second window onto the same pages shows the same. */
static void look_twice(struct thread *t, unsigned s)
{
    struct segment *g = &segments[s];
    volatile uint32_t *other = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, disk, (off_t)s * PAGES * PAGE);
    unsigned page = any(t, PAGES);
    if (other == MAP_FAILED)
        wrong(s, page, 0, 0, "a second mmap");
    for (unsigned i = 0; i < 3; i++)
        if (other[page * WORDS + places[i]] != mark(s, page, g->version[page], i))
            wrong(s, page, places[i], other[page * WORDS + places[i]], "a second window");
    munmap((void *)other, PAGES * PAGE);
    mine += 3;
}

/* Two pages in one instruction. */
static void misaligned(unsigned s, unsigned page)
{
    uint64_t both = *(volatile uint64_t *)((volatile char *)&segments[s].words[(page + 1) * WORDS] - 4);
    mine++;
    if ((uint32_t)both != mark(s, page, segments[s].version[page], 2) ||
        (uint32_t)(both >> 32) != mark(s, page + 1, segments[s].version[page + 1], 0))
        wrong(s, page, WORDS - 1, (uint32_t)both, "a misaligned read");
}

static void step_reading(struct thread *t, unsigned s)
{
    unsigned what = any(t, 100), page = any(t, PAGES), n = 1 + any(t, 4);
    struct segment *g = &segments[s];
    if (what < 70) {
        for (unsigned i = 0; i < n; i++)
            check_page(s, (page + i) % PAGES);
    } else if (what < 85) {
        misaligned(s, page % (PAGES - 1));
    } else if (what < 92) {
        mine++;
        madvise((char *)g->words + page * PAGE, (size_t)(PAGES - page) * PAGE, MADV_WILLNEED);
    } else if (what < 96) {
        mine++;
        madvise((char *)g->words + page * PAGE, PAGE, MADV_DONTNEED);
    } else {
        look_twice(t, s);
    }
}

static void step_writing(struct thread *t, unsigned s)
{
    unsigned what = any(t, 100), page = any(t, PAGES);
    struct segment *g = &segments[s];
    if (what < 80) {
        write_page(s, page);
        check_page(s, any(t, PAGES));
    } else if (what < 88) {
        sync_segment(s);
        check_file(s, page);
    } else if (what < 94) {
        move_segment(t, s);
    } else {
        mine += 2;
        mprotect((char *)g->words + page * PAGE, PAGE, PROT_READ);
        check_page(s, page);
        mprotect((void *)g->words, PAGES * PAGE, PROT_READ | PROT_WRITE);
        write_page(s, page);
    }
}

static void *run(void *arg)
{
    struct thread *t = arg;
    for (long i = 0; i < steps; i++) {
        unsigned s = any(t, any(t, 3) ? SEGMENTS : 4); /* some are sought more than others */
        if (any(t, 3)) {
            pthread_rwlock_rdlock(&segments[s].lock);
            step_reading(t, s);
        } else {
            pthread_rwlock_wrlock(&segments[s].lock);
            step_writing(t, s);
        }
        pthread_rwlock_unlock(&segments[s].lock);
    }
    operations += mine;
    return NULL;
}

int main(int argc, char **argv)
{
    static struct thread threads[64];
    seed = argc > 1 ? strtoul(argv[1], NULL, 10) : 1;
    steps = argc > 2 ? atol(argv[2]) : 1000;
    int n = argc > 3 ? atoi(argv[3]) : 4;
    disk = open("/dev/stress", O_RDWR);
    CHECK(disk >= 0 && n > 0 && n <= 64);
    for (unsigned s = 0; s < SEGMENTS; s++) {
        pthread_rwlock_init(&segments[s].lock, NULL);
        segments[s].words = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, disk, (off_t)s * PAGES * PAGE);
        CHECK(segments[s].words != MAP_FAILED);
    }
    for (int i = 0; i < n; i++) {
        threads[i].state = (seed + 77u) * 6364136223846793005u + (uint64_t)i * 1442695040888963407u;
        CHECK(pthread_create(&threads[i].id, NULL, run, &threads[i]) == 0);
    }
    for (int i = 0; i < n; i++)
        CHECK(pthread_join(threads[i].id, NULL) == 0);
    for (unsigned s = 0; s < SEGMENTS; s++) {
        sync_segment(s);
        for (unsigned page = 0; page < PAGES; page++)
            check_file(s, page);
        CHECK(munmap((void *)segments[s].words, PAGES * PAGE) == 0);
    }
    printf("seed %lu: %ld steps of %d threads, %lu operations\n", seed, steps, n, operations);
    return done();
}
