// setup: truncate -s 8M weights
// stats: frames_leaked == 0
// run: --icount --frames 300 --model {dir}/weights
// What mprotect cuts into pieces and gives the same rights again is one mapping as before: faults cost no more, and a plan may name all of
// it; while it is in pieces, too.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>

#include "check.h"

#define PAGE 4096
#define PAGES 2048u
#define USES 2000u
#define STEP 769u /* to the next page: no order that a policy knows */

static char *m;

static unsigned long instructions_a_fault(void)
{
    struct bower_counters before, now;
    bower_counters(&before);
    for (unsigned i = 0; i < USES; i++)
        (void)*(volatile char *)&m[(size_t)(i * STEP % PAGES) * PAGE];
    bower_counters(&now);
    CHECK(now.faults > before.faults);
    return (unsigned long)((now.instret - before.instret) / (now.faults - before.faults + 1));
}

static int plan_all(void)
{
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    return bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0 && bower_plan_end() == 0;
}

int main(void)
{
    int fd = open("/dev/model", O_RDONLY);
    m = mmap(NULL, PAGES * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    unsigned long whole = instructions_a_fault();
    for (size_t page = 0; page < PAGES; page += 2)
        CHECK(mprotect(m + page * PAGE, PAGE, PROT_READ) == 0);
    CHECK(plan_all());
    CHECK(mprotect(m, PAGES * PAGE, PROT_READ | PROT_WRITE) == 0);
    unsigned long joined = instructions_a_fault();
    printf("%lu instructions a fault, %lu afterwards\n", whole, joined);
    CHECK(joined < 2 * whole);
    CHECK(plan_all());
    m[0] = m[PAGES * PAGE - 1] = 1;
    return done();
}
