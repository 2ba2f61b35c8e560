// run:
// setup: $ROOT/tests/guest/native.sh c_rand_r
// check: cmp want stdout
// Generators with a state of the program's: initstate of every size, setstate, random_r and drand48_r with their kin.
#define _GNU_SOURCE
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void sizes(void)
{
    static const size_t list[] = { 8, 31, 32, 63, 64, 100, 128, 200, 256, 1000 };
    static int memory[10][250];
    char *start = initstate(5, (char *)memory[0], 8), *before;

    for (int i = 1; i < 10; i++) {
        before = initstate(5, (char *)memory[i], list[i]);
        printf("%zu: was the one before %d:", list[i], before == (char *)memory[i - 1]);
        for (int k = 0; k < 100; k++)
            printf(k < 5 || k > 95 ? " %ld" : "", random());
        printf("\n");
    }
    for (int i = 0; i < 10; i++) {
        setstate((char *)memory[i]);
        printf("%zu goes on: %ld", list[i], random());
        printf(" %d\n", rand());
        srandom(77);
        printf("seeded: %ld\n", random());
    }
    errno = 0;
    before = initstate(1, (char *)memory[0], 7);
    printf("too small %d %d\n", before == NULL, errno == EINVAL);
    setstate(start);
    printf("the first again: %ld\n", random());
}

static void own(void)
{
    static char memory[2][64];
    struct random_data data[2];
    int32_t a, b;

    memset(data, 0, sizeof(data));
    printf("init %d %d\n", initstate_r(42, memory[0], 64, &data[0]), initstate_r(42, memory[1], 64, &data[1]));
    for (int i = 0; i < 50; i++) {
        random_r(&data[0], &a);
        random_r(&data[1], &b);
        printf("%d%s", a == b ? a : -1, i % 10 == 9 ? "\n" : " ");
    }
    srandom_r(43, &data[0]);
    random_r(&data[0], &a);
    printf("%d %d\n", a, setstate_r(memory[1], &data[0]));
}

static void congruential(void)
{
    unsigned short words[3] = { 1, 2, 3 }, parameters[7] = { 1, 2, 3, 4, 5, 6, 7 };
    struct drand48_data data, zero;
    double d;
    long l;

    memset(&zero, 0, sizeof(zero));
    memset(&data, 0, sizeof(data));
    drand48_r(&zero, &d);
    printf("%.17g\n", d);
    srand48_r(123456789, &data);
    drand48_r(&data, &d);
    lrand48_r(&data, &l);
    printf("%.17g %ld", d, l);
    mrand48_r(&data, &l);
    printf(" %ld", l);
    erand48_r(words, &data, &d);
    nrand48_r(words, &data, &l);
    printf(" %.17g %ld", d, l);
    jrand48_r(words, &data, &l);
    printf(" %ld\n", l);
    seed48_r(words, &data);
    mrand48_r(&data, &l);
    printf("%ld", l);
    lcong48_r(parameters, &data);
    lrand48_r(&data, &l);
    printf(" %ld", l);
    srand48(123456789);
    printf(" %.17g", drand48());
    printf(" %ld\n", lrand48());
}

int main(void)
{
    sizes();
    own();
    congruential();
    return 0;
}
