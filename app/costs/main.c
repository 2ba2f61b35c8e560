/*
 * costs: what a fault costs in instructions, on this pool (--frames) and this device. Run it with --icount; scripts/bench does.
 *
 * Every figure is everything that is retired from the access to the instruction after it: trap, policy, victims, driver,
 * interrupt, page table, return. Only sleep is left out: bower_counters knows how long that was, the CSR does not (while a hart
 * sleeps under --icount, QEMU's clock runs on).
 */
#include <bower.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define PAGE 4096ul

static volatile unsigned char *map;
static size_t npages, nframes;

static uint64_t instret(void)
{
    struct bower_counters c;
    bower_counters(&c);
    return c.instret;
}

static uint64_t reading; /* what two readings one after the other are apart */

/* Touches pages first, first + stride, ... below end; returns the instructions that it took. */
static uint64_t walk(size_t first, size_t end, size_t stride)
{
    uint64_t begin = instret();
    for (size_t page = first; page < end; page += stride)
        (void)map[page * PAGE];
    return instret() - begin - reading;
}

struct cost {
    double instructions;  /* of the faults alone */
    double faults, pages; /* pages: brought in, by faults or ahead of them */
};

/*
 * One walk over absent pages with this policy, in which every page that is read is used in the end: its first part fills the pool
 * with clean pages and the policy with experience, the rest is measured.
 */
static struct cost measure(const char *policy, size_t stride)
{
    struct bower_counters before, after;
    size_t filled = nframes * stride;
    if (bower_set_policy((const void *)map, policy) != 0) {
        fprintf(stderr, "costs: policy %s: %s\n", policy, strerror(errno));
        exit(1);
    }
    walk(0, filled, stride);
    bower_region_counters((const void *)map, &before);
    uint64_t cold = walk(filled, npages, stride);
    bower_region_counters((const void *)map, &after);
    double touched = (double)((npages - filled + stride - 1) / stride);
    /* The loop's own share, from a walk over as many resident pages. */
    walk(0, nframes / 2, 1);
    double loop = (double)walk(0, nframes / 2, 1) / (double)(nframes / 2);
    return (struct cost){ (double)cold - loop * touched, (double)(after.faults - before.faults),
                          (double)(after.bytes_read - before.bytes_read) / PAGE };
}

/* Pages that hold a frame but have lost their PTE: the shortest way through the fault path. */
static double soft_fault(void)
{
    size_t n = nframes / 2;
    walk(0, n, 1);
    walk(0, n, 1);
    uint64_t warm = walk(0, n, 1);
    if (mprotect((void *)map, n * PAGE, PROT_NONE) != 0 || mprotect((void *)map, n * PAGE, PROT_READ) != 0) {
        fprintf(stderr, "costs: mprotect: %s\n", strerror(errno));
        exit(1);
    }
    return (double)(walk(0, n, 1) - warm) / (double)n;
}

/* With one window onto the file: mprotect of a part splits a mapping. */
static void map_file(int fd)
{
    if (map)
        munmap((void *)map, npages * PAGE);
    map = mmap(NULL, npages * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    if (map == MAP_FAILED) {
        fprintf(stderr, "costs: mmap: %s\n", strerror(errno));
        exit(1);
    }
}

static void further_page(const char *name, const char *policy, size_t stride, double one_fault)
{
    struct cost c = measure(policy, stride);
    if (c.pages > c.faults)
        printf("%s %.0f\n", name, (c.instructions - c.faults * one_fault) / (c.pages - c.faults));
}

int main(int argc, char **argv)
{
    const char *file = argc > 1 ? argv[1] : "/dev/model";
    struct bower_counters pool;
    bower_counters(&pool);
    nframes = (size_t)pool.frames;
    int fd = open(file, O_RDONLY);
    struct stat st;
    if (fd < 0 || fstat(fd, &st) != 0) {
        fprintf(stderr, "costs: %s: %s\nusage: costs [FILE]: a file of at least 8 pages for each frame of the pool\n", file,
                strerror(errno));
        return 2;
    }
    npages = (size_t)st.st_size / PAGE;
    if (npages < 8 * nframes) {
        fprintf(stderr, "costs: %s has %zu pages; 8 for each of %zu frames are needed\n", file, npages, nframes);
        return 2;
    }
    map_file(fd);
    bower_set_policy((const void *)map, "none");
    reading = instret();
    reading = instret() - reading;
    printf("soft_fault %.0f\n", soft_fault());
    map_file(fd);
    struct cost none = measure("none", 1);
    double one_fault = none.instructions / none.faults;
    printf("device_fault %.0f\n", one_fault);
    further_page("further_page_neighbour", "readahead", 1, one_fault);
    further_page("further_page_scattered", "stride", 7, one_fault);
    return 0;
}
