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

#include <pthread.h>
#include <sys/time.h>
#include <time.h>
static double signal[4] = { 1, 2, 3, 4 }; /* what is measured */
static int raise(int n)
{
    return n + 1;
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
    printf("%g %g %d\n", M_TWOPI, signal[2], raise(4));
    printf("%d %d %x %zu\n", SCHED_RR, SCHED_OTHER, htobe32(0x01020304), sizeof(path));
    return 0;
}
