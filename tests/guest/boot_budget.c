/*
 * From the first instruction in S-mode to main: at most a million, and however large .bss is, it starts as zeros.
 *
 * run: --icount
 * stats: boot_instret <= 1000000
 * run: --icount --mem 1G
 * stats: boot_instret <= 1000000
 */
#include "check.h"

static unsigned char zeros[1 << 20];
static _Thread_local int counter = 41, other;

int main(void)
{
    unsigned sum = 0;
    for (size_t i = 0; i < sizeof zeros; i += 509)
        sum += zeros[i];
    counter++;
    CHECK(sum == 0 && counter == 42 && other == 0);
    return done();
}
