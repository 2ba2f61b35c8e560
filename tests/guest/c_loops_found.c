/* Loops that GCC itself finds to be parallel: no pragma, but calls of the same library.
 * setup: bash $ROOT/tests/guest/native.sh c_loops_found -O2 -ftree-parallelize-loops=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-O2 -ftree-parallelize-loops=4"
 * run: --harts 2 --cflags "-O2 -flto -fopenmp -ftree-parallelize-loops=2" --ldflags "-fopenmp -ftree-parallelize-loops=2"
 */
#include <stdio.h>

#define N 100000

extern void GOMP_parallel(void) __attribute__((weak)); /* linked only if the compiler has called it */

static unsigned squares[N];

int main(void)
{
    unsigned sum = 0;

    for (unsigned i = 0; i < N; i++)
        squares[i] = i * i;
    for (unsigned i = 0; i < N; i++)
        sum += squares[i] ^ i;
    printf("%u, %s\n", sum, GOMP_parallel ? "in parallel" : "by one thread");
    return 0;
}
