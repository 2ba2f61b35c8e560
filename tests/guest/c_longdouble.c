// run:
// stdout~: ^3ffb999999999999 999999999999999a\n4000921fb54442d1 8469898cc51701b8\n
// stdout~: ^7ffeffffffffffff ffffffffffffffff\n0000000000000000 0000000000000001\n7fff000000000000 0000000000000000\n
// stdout~: ^bfff000000000000 0000000000000000\n2.5 7 rest\n3.14159265358979323846264338327950280$
// stdout~: ^0x1.921fb54442d18469898cc51701b8p\+1 -0x1.23456789abcdp\+15851 0x0.0000000000000000000000000001p-16382$
// long double is IEEE binary128: strtold, scanf and printf are right to its last bit.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void show(const char *text)
{
    long double value = strtold(text, NULL);
    uint64_t half[2];

    memcpy(half, &value, sizeof(half));
    printf("%016lx %016lx\n", (unsigned long)half[1], (unsigned long)half[0]);
}

int main(void)
{
    long double value = 0;
    int n = 0;
    char word[8] = "";

    show("0.1");
    show("3.14159265358979323846264338327950288419716939937510");
    show("1.18973149535723176508575932662800701619646905264169e4932");
    show("6.4751751194380251109244389582276465524996e-4966");
    show("1e5000");
    show("-0x1p0");
    sscanf("2.5 7 rest", "%Lf %d %7s", &value, &n, word);
    printf("%.1Lf %d %s\n", value, n, word);
    printf("%.35Lf\n", strtold("3.14159265358979323846264338327950288419716939937510", NULL));
    printf("%La %La %La\n", strtold("3.14159265358979323846264338327950288", NULL), -0x1.23456789abcdp15851L, 0x1p-16494L);
    return 0;
}
