// setup: python3 -c "open('weights', 'wb').write(b''.join(i.to_bytes(4, 'little') + bytes([i % 251]) * 4092 for i in range(600)))"
// stats: frames_leaked == 0 and frames_peak <= frames and prefetch_used + prefetch_wasted == prefetched
// run: --icount --model {dir}/weights --frames 64 --policy auto
// run: --model {dir}/weights --frames 64
// run: --model {dir}/weights --frames 24
// run: --model {dir}/weights --frames 24 --policy none -- other
// run: --model {dir}/weights --frames 24 --evict lru -- other
// run: --model {dir}/weights --frames 5 -- small
// stats: frames_leaked == 0 and plan_pages == 0
// run: --model {dir}/weights --trace {dir}/trace -- traced
// stats: plan_pages == 0
// Plans that cannot be, plans that are wrong, and mappings that go while they are planned: an errno or slowness, never wrong bytes.
// `traced`: so it is where a plan is only written down.
#include <bower.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>

#include "check.h"
#include "weights.h"

#define PAGES 600

static unsigned char *m;

static void check_page(size_t page)
{
    if (is_wrong(m, page, page)) {
        printf("page %zu is wrong\n", page);
        check_failures++;
    }
}

static void refused(int fd)
{
    static int plain;
    void *own = mmap(NULL, 4 * PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LLM, -1, 0);
    struct bower_extent good = { m, PAGES * PAGE, 0 }, beyond = { m + PAGE, PAGES * PAGE, 0 }, empty = { m, 0, 0 };
    struct bower_extent huge = { m, (size_t)-PAGE, 0 }, elsewhere = { &plain, sizeof plain, 0 }, zeros = { own, PAGE, 0 };
    struct bower_extent some = { m, PAGES * PAGE, 1 }, two[] = { good, beyond };
    (void)fd;
    CHECK_ERRNO(bower_plan(NULL, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&good, 0, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&good, 1, 64, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&beyond, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(two, 2, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&empty, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&huge, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&elsewhere, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&zeros, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan(&some, 1, 0, 0), EINVAL);
    CHECK_ERRNO(bower_plan_at(&plain), EINVAL);
    CHECK_ERRNO(bower_plan_choose(m, (size_t)-1), EINVAL);
    CHECK_ERRNO(bower_plan_choose(&plain, 1), EINVAL);
    CHECK_ERRNO(bower_plan_end(), ENOENT);
    munmap(own, 4 * PAGE);
}

/* Declared forwards, walked backwards; then at random; then never touched at all. */
static void wrong_order(void)
{
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    struct bower_counters was, now;
    bower_counters(&was);
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    CHECK_ERRNO(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0), EBUSY);
    for (size_t page = PAGES; page-- > 0;)
        check_page(page);
    for (unsigned i = 0, page = 1; i < 4 * PAGES; i++, page = (page * 1103515245u + 12345) % 100003)
        check_page(page % PAGES);
    bower_counters(&now);
    CHECK(now.plan_missed > was.plan_missed);
    bower_plan_end(); /* it may have been dropped by now */
    CHECK(bower_plan(&all, 1, 0, 0) == 0 && bower_plan_end() == 0);
}

/* Out of order now and then, as a row that the program only knows late: announced or not. */
static void odd_pages(void)
{
    struct bower_extent parts[] = { { m, 200 * PAGE, 0 }, { m + 200 * PAGE, 100 * PAGE, 1 }, { m + 300 * PAGE, 300 * PAGE, 0 } };
    CHECK(bower_plan(parts, 3, BOWER_PLAN_CYCLIC, 3) == 0);
    for (unsigned i = 0; i < 6; i++) {
        size_t chosen = 200 + i * 17 % 100, odd = 300 + i * 31;
        CHECK(bower_plan_choose(m + chosen * PAGE, 2 * PAGE) == 0);
        for (size_t page = 0; page < 200; page++)
            check_page(page);
        check_page(chosen);
        check_page(odd);
        for (size_t page = 300; page < PAGES; page++)
            check_page(page);
    }
    CHECK(bower_plan_end() == 0);
}

/* Parts of the mapping go, are dropped, get another permission, and come back, in the middle of a plan. */
static void goes_away(int fd)
{
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    for (size_t page = 0; page < 300; page++)
        check_page(page);
    CHECK(madvise(m + 100 * PAGE, 400 * PAGE, MADV_DONTNEED) == 0);
    CHECK(mprotect(m + 250 * PAGE, 200 * PAGE, PROT_NONE) == 0);
    CHECK(mprotect(m + 250 * PAGE, 200 * PAGE, PROT_READ) == 0);
    for (size_t page = 200; page < PAGES; page++)
        check_page(page);
    CHECK(munmap(m + 500 * PAGE, 100 * PAGE) == 0);
    for (size_t page = 0; page < 500; page++)
        check_page(page);
    bower_plan_end();
    CHECK(munmap(m, 500 * PAGE) == 0);
    m = mmap(m, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM | MAP_FIXED, fd, 0);
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    for (size_t page = 0; page < 50; page++)
        check_page(page);
    CHECK(munmap(m, PAGES * PAGE) == 0);
    CHECK_ERRNO(bower_plan_end(), ENOENT);
}

static void traced(void)
{
    struct bower_extent all = { m, PAGES * PAGE, 0 };
    CHECK_ERRNO(bower_plan_end(), ENOENT);
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    CHECK_ERRNO(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0), EBUSY);
    CHECK(bower_plan_end() == 0);
    CHECK_ERRNO(bower_plan_end(), ENOENT);
    CHECK(bower_plan(&all, 1, 0, 0) == 0);
    for (size_t page = 0; page < PAGES; page++)
        check_page(page);
    CHECK(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0) == 0);
    CHECK(munmap(m, PAGES * PAGE) == 0);
    CHECK_ERRNO(bower_plan_end(), ENOENT);
}

int main(int argc, char **argv)
{
    int fd = open("/dev/model", O_RDONLY);
    m = mmap(NULL, PAGES * PAGE, PROT_READ, MAP_PRIVATE | MAP_LLM, fd, 0);
    CHECK(m != MAP_FAILED);
    if (argc > 1 && strcmp(argv[1], "small") == 0) {
        struct bower_extent all = { m, PAGES * PAGE, 0 };
        CHECK_ERRNO(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0), ENOMEM);
        for (size_t page = 0; page < PAGES; page++)
            check_page(page);
        return done();
    }
    if (argc > 1 && strcmp(argv[1], "other") == 0) {
        struct bower_extent all = { m, PAGES * PAGE, 0 };
        CHECK_ERRNO(bower_plan(&all, 1, BOWER_PLAN_CYCLIC, 0), ENOTSUP);
        return done();
    }
    if (argc > 1 && strcmp(argv[1], "traced") == 0) {
        traced();
        return done();
    }
    refused(fd);
    wrong_order();
    odd_pages();
    goes_away(fd);
    return done();
}
