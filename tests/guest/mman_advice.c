// stats: frames_leaked == 0
// run: --frames 32 --policy none
// stdout~: ^before 0, after 10, faults 0, dropped 0, faults 3, kept 1, out 0 5, populated 10, huge 1, lock 1 1 1 1 1 1 1$
// WILLNEED brings pages in so that no fault is left, DONTNEED lets them go without losing a byte, mincore tells; mlock refuses
// what the cap may evict.
#include <bower.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/mman.h>
#include <unistd.h>

static int resident(char *p)
{
    unsigned char vec[10];
    int n = 0;

    mincore(p, 10 * 4096, vec);
    for (int i = 0; i < 10; i++)
        n += vec[i] & 1;
    return n;
}

static unsigned long faults(void)
{
    struct bower_counters c;

    bower_counters(&c);
    return c.faults;
}

int main(void)
{
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), sum = 0;
    char *p, *q;

    ftruncate(fd, 10 * 4096);
    p = mmap(NULL, 10 * 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_LLM, fd, 0);
    printf("before %d", resident(p));
    madvise(p, 10 * 4096, MADV_WILLNEED);
    for (int i = 0; i < 10; i++)
        sum += ((volatile char *)p)[i * 4096];
    printf(", after %d, faults %lu", resident(p), faults());
    p[4096] = 1;
    madvise(p, 10 * 4096, MADV_DONTNEED);
    printf(", dropped %d", resident(p));
    for (int i = 0; i < 3; i++)
        sum += ((volatile char *)p)[i * 4096];
    printf(", faults %lu, kept %d", faults(), sum);
    p[0] = 5;
    madvise(p, 10 * 4096, MADV_COLD);
    madvise(p, 10 * 4096, MADV_PAGEOUT);
    printf(", out %d", resident(p));
    printf(" %d", p[0]);
    madvise(p, 10 * 4096, MADV_POPULATE_READ);
    printf(", populated %d", resident(p));
    q = mmap(NULL, 1 << 21, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS | MAP_HUGETLB, -1, 0);
    printf(", huge %d", q == MAP_FAILED && errno == ENOMEM);
    q = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    q[0] = 6;
    if (madvise(q, 4096, MADV_PAGEOUT) != 0 || q[0] != 6)
        puts("private page lost");
    printf(", lock %d %d", mlock(p, 4096) == -1 && errno == EAGAIN, mlock(q, 4096) == 0);
    mprotect(q, 4096, PROT_NONE);
    printf(" %d", mlock(q, 4096) == 0); /* nobody may look, but it is there */
    munmap(q, 4096);
    printf(" %d", mlock(q, 4096) == -1 && errno == ENOMEM);
    q = mmap(NULL, 2 * 4096, PROT_READ, MAP_PRIVATE, fd, 9 * 4096); /* the second page lies beyond the end */
    printf(" %d", mlock(q, 2 * 4096) == -1 && errno == ENOMEM);
    printf(" %d %d\n", mlockall(MCL_CURRENT | MCL_FUTURE) == 0, mlockall(0) == -1 && errno == EINVAL);
    return 0;
}
