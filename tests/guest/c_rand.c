// run:
// setup: $ROOT/tests/guest/native.sh c_rand
// check: cmp want stdout
// A seed gives the same numbers as on Linux.
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    static const unsigned seeds[] = { 1, 0, 42, 12345, 2147483647u, 2147483648u, 4294967295u };
    unsigned state = 7;

    for (int i = 0; i < 100; i++)
        printf("%d ", rand());
    for (int s = 0; s < 7; s++) {
        srand(seeds[s]);
        for (int i = 0; i < 50; i++)
            printf("%d ", rand());
        srandom(seeds[s]);
        printf("%ld\n", random());
        for (int i = 0; i < 10; i++)
            printf("%d ", rand_r(&state));
    }
    srand48(5);
    printf("%ld ", lrand48());
    printf("%.17g ", drand48());
    printf("%ld ", mrand48());
    printf("%ld\n", jrand48((unsigned short[3]){ 1, 2, 3 }));
    printf("%d\n", RAND_MAX);
    return 0;
}
