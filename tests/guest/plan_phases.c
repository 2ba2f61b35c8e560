// setup: python3 -c "open('data', 'wb').write(b''.join(i.to_bytes(4, 'little') * 1024 for i in range(1600)))"
// stats: plan_pages > 1600 and plan_missed < 2000 and bytes_read < 15000 * 4096
// run: --icount --learn --model {dir}/data --frames 800
// A program walks its pages in one order, then takes them at random: what was learnt is given up after a turn's worth
// of faults outside its order.
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 1600u
#define TURNS 4
#define ANY 20000u /* half of them find their page here, under the plan or the policies */

int main(void)
{
    int fd = open("/dev/model", O_RDONLY);
    const volatile unsigned *m = mmap(NULL, (size_t)PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    unsigned long state = 88172645463325252u, wrong = 0;
    CHECK(m != MAP_FAILED);
    for (unsigned i = 0; i < TURNS * PAGES; i++)
        wrong += m[(size_t)(i % PAGES) * PAGE / sizeof *m] != i % PAGES;
    for (unsigned i = 0; i < ANY; i++) {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        unsigned page = (unsigned)(state >> 20) % PAGES;
        wrong += m[(size_t)page * PAGE / sizeof *m] != page;
    }
    CHECK(wrong == 0);
    return done();
}
