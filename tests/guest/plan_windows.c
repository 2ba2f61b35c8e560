// setup: python3 -c "open('disk', 'wb').write(b''.join(bytes(4092) + page.to_bytes(4, 'little') for page in range(2000)))"
// run: --icount --frames 200 --disk {dir}/disk,name=numbers
// stats: faults <= 8 and plan_pages > 9000 and sfence_local < plan_pages / 8
/* Two windows show the pages of a plan, the second one half of them: a run leaves both with a fence or two, not with one for each page. */
#include <bower.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 2000
#define TURNS 5

static uint32_t number(const volatile uint32_t *window, size_t page)
{
    return window[page * (PAGE / 4) + PAGE / 4 - 1];
}

int main(void)
{
    int fd = open("/dev/numbers", O_RDONLY);
    CHECK(fd >= 0);
    volatile uint32_t *all = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    volatile uint32_t *half = mmap(NULL, PAGES / 2 * PAGE, PROT_READ, MAP_SHARED | MAP_LLM, fd, PAGES / 2 * PAGE);
    CHECK(all != MAP_FAILED && half != MAP_FAILED);
    struct bower_extent extent = { (void *)all, PAGES * PAGE, 0 };
    CHECK(bower_plan(&extent, 1, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, 0) == 0);
    size_t wrong = 0;
    for (int turn = 0; turn < TURNS; turn++)
        for (size_t page = 0; page < PAGES; page++) {
            bower_plan_at((const void *)&all[page * (PAGE / 4)]);
            wrong += number(all, page) != page;
            wrong += page >= PAGES / 2 && number(half, page - PAGES / 2) != page;
        }
    CHECK(wrong == 0);
    return done();
}
