/* Adds up numbers 14 calls deep, and waits for nothing: what sampling costs (docs/profiling.md). */
#include <stdio.h>

static __attribute__((noinline)) unsigned long down(unsigned depth, unsigned long n)
{
    volatile unsigned long sum = 0;
    if (depth > 0)
        sum = down(depth - 1, n) + 1;
    else
        for (unsigned long i = 0; i < n; i++)
            sum += i;
    return sum;
}

int main(void)
{
    printf("%lu\n", down(12, 200000000));
    return 0;
}
