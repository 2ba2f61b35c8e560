// run:
// setup: $ROOT/tests/guest/native.sh c_headers
// check: cmp want stdout
// What glibc's headers bring along, and programs take from them: types of <sys/types.h> with <stdlib.h> alone, the width of a word
// and the order of bytes in whichever; and names that they leave to programs.
#include <stdlib.h>
#include <stdio.h>

enum { SCHED_FIFO,
       SCHED_RR,
       SCHED_OTHER }; /* a scheduler's own */

#if __WORDSIZE != 64 || __BYTE_ORDER != __LITTLE_ENDIAN || __BYTE_ORDER == __BIG_ENDIAN
#error "64 bits, little-endian"
#endif

#include <dirent.h>
static char path[PATH_MAX];

#include <math.h>
static const double M_TWOPI = 2 * M_PI;

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
enum { FOPEN = 10,
       FREAD,
       FWRITE };       /* an interpreter's statements */
static unsigned clock; /* of a cache's ways */

static struct timespec timespecsub(struct timespec a, struct timespec b)
{
    return (struct timespec){ a.tv_sec - b.tv_sec, a.tv_nsec - b.tv_nsec };
}

int main(void)
{
    struct timeval now = { 1, 2 };
    struct timespec then = { 3, 4 };
    ssize_t n = -1;
    pid_t pid = 1;
    uint word = ~0u;
    u_int32_t same = word;
    fd_set set;
    char *block = alloca(10);

    FD_ZERO(&set);
    FD_SET(3, &set);
    block[9] = 1;
    printf("%ld %ld %zd %d %u %u %d %d\n", (long)now.tv_usec, then.tv_nsec, n, pid, word, same, FD_ISSET(3, &set) != 0, block[9]);
    then = timespecsub(then, (struct timespec){ 1, 1 });
    printf("%g %u %d %d %ld %ld\n", M_TWOPI, ++clock, FREAD, FWRITE, then.tv_sec, then.tv_nsec);
    printf("%d %d %x %zu\n", SCHED_RR, SCHED_OTHER, htobe32(0x01020304), sizeof(path));
    return 0;
}
