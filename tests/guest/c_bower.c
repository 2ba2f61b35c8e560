// run: --frames 8 --policy none
// stats: faults == 20 and frames_leaked == 0
// <bower.h>: counters of the program and of one mapping, another policy for it, and the errors of each call.
#include <bower.h>
#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

int main(void)
{
    struct bower_counters all, one;
    int fd = open("f", O_RDWR | O_CREAT | O_TRUNC, 0644), local;
    volatile char *p, *q;

    ftruncate(fd, 64 * 4096);
    p = mmap(NULL, 64 * 4096, PROT_READ, MAP_SHARED | MAP_LLM, fd, 0);
    q = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    for (int i = 0; i < 20; i++)
        (void)p[(i * 37 % 64) * 4096];
    (void)*q;
    CHECK(bower_counters(&all) == 0);
    CHECK(bower_region_counters((const void *)(p + 5000), &one) == 0);
    CHECK(all.faults == 20 && one.faults == 20 && one.faults_major == 20 && one.bytes_read == 20 * 4096);
    CHECK(all.frames == 8 && all.frames_peak == 8 && one.frames == 8 && one.evicted == 12);
    CHECK(all.instret > 0 && all.time_ns > 0);
    CHECK(bower_set_policy((const void *)p, "readahead") == 0);
    CHECK_ERRNO(bower_set_policy((const void *)p, "no-such-policy"), EINVAL);
    CHECK_ERRNO(bower_set_policy((const void *)p, NULL), EINVAL);
    CHECK_ERRNO(bower_set_policy((const void *)q, "none"), ENOMEM);
    CHECK_ERRNO(bower_set_policy(&local, "none"), ENOMEM);
    CHECK_ERRNO(bower_region_counters(&local, &one), ENOMEM);
    CHECK_ERRNO(bower_region_counters((const void *)q, &one), ENOMEM);
    return done();
}
