// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted <= prefetched
// run: --frames 4 --policy none --evict fifo
// run: --frames 4 --policy readahead --evict clock
// run: --frames 7 --policy stride --evict lru
// run: --frames 16 --policy markov --evict mru
// run: --frames 16 --policy fit --evict random
// run: --frames 33 --policy replay --evict auto
// run: --frames 200 --policy auto --evict auto
// run: --frames 8 -- 77
// Reads, writes, msync, madvise, munmap and mmap anew of MAP_LLM mappings, all at random, against a model of every byte; at
// the end the file must hold what the model says. The argument is the seed.
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define PAGE 4096
#define PAGES 96
#define STEPS 20000

static unsigned char model[PAGES * PAGE];
static volatile unsigned char *p;
static unsigned long state;
static long wrong;
static int fd;

static unsigned long next(unsigned long n)
{
    state ^= state << 13;
    state ^= state >> 7;
    state ^= state << 17;
    return state / 7 % n;
}

/* Mostly a walk, sometimes a jump, so that policies have something to predict. */
static long some_page(void)
{
    static long page;

    page = next(4) ? (page + 1 + (long)next(2)) % PAGES : (long)next(PAGES);
    return page;
}

static void step(void)
{
    long at = some_page() * PAGE + (long)next(PAGE), n = (long)next(6000), first = at / PAGE;

    if (at + n > PAGES * PAGE)
        n = PAGES * PAGE - at;
    switch (next(40)) {
    case 0: wrong += msync((void *)(p + first * PAGE), PAGE, MS_SYNC) != 0; break;
    case 1: wrong += madvise((void *)(p + first * PAGE), (size_t)(PAGES - first) * PAGE / 4, MADV_WILLNEED) != 0; break;
    case 2: wrong += madvise((void *)(p + first * PAGE), PAGE, MADV_DONTNEED) != 0; break;
    case 3: /* written through the file */
        for (long i = 0; i < n; i++)
            model[at + i] = (unsigned char)(n + i);
        wrong += pwrite(fd, model + at, (size_t)n, at) != n;
        break;
    case 4: { /* a part is mapped anew */
        size_t pages = 1 + next(5);

        if (first + (long)pages > PAGES)
            pages = 1;
        wrong += mmap((void *)(p + first * PAGE), pages * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED | MAP_LLM, fd,
                      first * PAGE) == MAP_FAILED;
        break;
    }
    case 5: { /* a word across two pages */
        long edge = (first + 1) % PAGES * PAGE;
        unsigned long word;

        if (edge == 0)
            break;
        word = *(volatile unsigned long *)(p + edge - 3);
        wrong += memcmp(&word, model + edge - 3, sizeof(word)) != 0;
        *(volatile unsigned long *)(p + edge - 3) = state;
        memcpy(model + edge - 3, &state, sizeof(state));
        break;
    }
    default:
        if (next(3) == 0)
            p[at] = model[at] = (unsigned char)state;
        wrong += p[at] != model[at];
    }
}

int main(int argc, char **argv)
{
    static unsigned char file[PAGES * PAGE];

    state = argc > 1 ? strtoul(argv[1], NULL, 0) : 12345;
    fd = open("model", O_RDWR | O_CREAT | O_TRUNC, 0644);
    for (long i = 0; i < PAGES * PAGE; i++)
        model[i] = (unsigned char)(i * 13 + i / PAGE);
    if (write(fd, model, sizeof(model)) != sizeof(model))
        return 2;
    p = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    for (int i = 0; i < STEPS; i++)
        step();
    for (long i = 0; i < PAGES * PAGE; i++)
        wrong += p[i] != model[i];
    if (munmap((void *)p, PAGES * PAGE) != 0 || pread(fd, file, sizeof(file), 0) != sizeof(file))
        return 3;
    for (long i = 0; i < PAGES * PAGE; i++)
        wrong += file[i] != model[i];
    printf("wrong %ld\n", wrong);
    return wrong != 0;
}
