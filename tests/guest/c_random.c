// run:
// getrandom fills everything, differs from call to call, and refuses bad flags.
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

int main(void)
{
    unsigned char a[1000], b[1000];
    int ones = 0;

    if (getrandom(a, sizeof(a), 0) != sizeof(a) || getrandom(b, sizeof(b), GRND_NONBLOCK) != sizeof(b))
        return 1;
    for (size_t i = 0; i < sizeof(a); i++)
        ones += __builtin_popcount(a[i]);
    if (memcmp(a, b, sizeof(a)) == 0 || ones < 3600 || ones > 4400)
        return 2;
    if (getrandom(a, 1, 1000) != -1 || errno != EINVAL)
        return 3;
    return getentropy(a, 257) == -1 && getentropy(a, 256) == 0 ? 0 : 4;
}
