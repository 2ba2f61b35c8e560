// setup: python3 -c "f = open('files/large', 'wb'); [f.write(i.to_bytes(4, 'little') + bytes(4092)) for i in range(20000)]"
// stderr~: ^bower: mmap: 20000 pages of large are more than the memory has room for \([0-9]+\): they go through the pool of [0-9]+ frames
// stats: frames_peak <= frames and frames_leaked == 0 and evicted > 30000 and written_back > 0
// run: --mem 72M --frames 64
// run: --mem 72M --frames 2000 --harts 2
// A program that knows nothing of MAP_LLM maps a file that is larger than the memory, as on Linux.
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define PAGES 20000
#define PAGE 4096
#define SMALL 8192

static char *map(const char *name, size_t size, int prot)
{
    int fd = open(name, O_RDONLY);
    char *at = mmap(NULL, size, prot, MAP_PRIVATE, fd, 0);

    CHECK(at != MAP_FAILED);
    close(fd);
    return at;
}

int main(void)
{
    char *large = map("large", (size_t)PAGES * PAGE, PROT_READ | PROT_WRITE), *small, *heap = malloc(1 << 20);
    int fd = open("small", O_RDWR | O_CREAT | O_TRUNC, 0644);

    CHECK(heap != NULL && ftruncate(fd, SMALL) == 0);
    for (int pass = 0; pass < 2; pass++) {
        for (uint32_t i = 0; i < PAGES; i++) {
            uint32_t *page = (uint32_t *)(large + (size_t)i * PAGE);

            CHECK(page[0] == i && page[1] == (i % 100 == 0 ? (uint32_t)pass : 0));
            if (i % 100 == 0) {
                page[1]++;
            }
        }
    }
    small = map("small", SMALL, PROT_READ);
    CHECK(small[SMALL - 1] == 0 && mlock(small, SMALL) == 0); /* which only memory that stays allows */
    free(heap);
    return done();
}
