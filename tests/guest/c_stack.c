// run:
// stdout~: ^1000000 6000000$
// The main stack grows to its limit of 8 MiB.
#include <stdio.h>
#include <string.h>

static long deep(int depth)
{
    volatile char frame[1000];

    memset((char *)frame, depth, sizeof(frame));
    return depth ? deep(depth - 1) + (long)sizeof(frame) : 0;
}

static long wide(void)
{
    volatile char frame[6000000];

    for (long i = 0; i < (long)sizeof(frame); i += 4096)
        frame[i] = 1;
    return (long)sizeof(frame);
}

int main(void)
{
    printf("%ld ", deep(1000));
    printf("%ld\n", wide());
    return 0;
}
