/* Synchronisation: critical, atomic, single, copyprivate, master, barrier, locks, ordered, doacross.
 * setup: OMP_NUM_THREADS=4 bash $ROOT/tests/guest/native.sh omp_sync -fopenmp
 * env: OMP_NUM_THREADS=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 * run: --harts 2 --cflags "-fopenmp"
 */
#include <omp.h>
#include <stdio.h>
#include <string.h>

/* It would break pragmas at every colon. */
/* clang-format off */

#define ROUNDS 500

static void exclusion(void)
{
    long plain = 0, named = 0, other = 0, locked = 0, nested = 0, tested = 0;
    omp_lock_t lock;
    omp_nest_lock_t nest;

    omp_init_lock(&lock);
    omp_init_nest_lock(&nest);
#pragma omp parallel num_threads(4)
    for (int i = 0; i < ROUNDS; i++) {
#pragma omp critical
        plain++;
#pragma omp critical(one)
        named++;
#pragma omp critical(two)
        other++;
        omp_set_lock(&lock);
        locked++;
        omp_unset_lock(&lock);
        omp_set_nest_lock(&nest);
        omp_set_nest_lock(&nest);
        nested += omp_test_nest_lock(&nest);
        omp_unset_nest_lock(&nest);
        omp_unset_nest_lock(&nest);
        omp_unset_nest_lock(&nest);
        while (!omp_test_lock(&lock))
            ;
        tested++;
        omp_unset_lock(&lock);
    }
    omp_set_lock(&lock);
    printf("%ld %ld %ld %ld %ld %ld, held: %d\n", plain, named, other, locked, nested, tested, omp_test_lock(&lock));
    omp_unset_lock(&lock);
    omp_destroy_lock(&lock);
    omp_destroy_nest_lock(&nest);
}

static void atomics(void)
{
    int i = 0, captured = 0, x = 0, swapped = 0;
    double d = 0;
    float f = 1e6f;
    long double l = 0;
    unsigned char c = 0;
    unsigned short s = 0;
    long long bits = 0, most = 0;
    _Complex double z = 0;

#pragma omp parallel for num_threads(4) schedule(static, 1)
    for (int k = 1; k <= 400; k++) {
        int before, own;

#pragma omp atomic
        i += k;
#pragma omp atomic
        d += k * 0.5;
#pragma omp atomic
        f -= 1;
#pragma omp atomic
        l += k;
#pragma omp critical
        z += k;
#pragma omp atomic update
        c = (unsigned char)(c + k);
#pragma omp atomic
        s ^= (unsigned short)k;
#pragma omp atomic
        bits |= 1LL << k % 50;
#pragma omp atomic capture
        {
            before = x;
            x += 3;
        }
#pragma omp atomic
        captured += before % 3;
#pragma omp atomic capture seq_cst
        own = ++swapped;
#pragma omp atomic read
        before = swapped;
        if (before < own)
            printf("went back\n");
        own = k * 7 % 401;
#pragma omp atomic compare
        most = most < own ? own : most;
    }
#pragma omp atomic write
    captured = captured + 1;
    printf("%d %g %g %Lg %g %d %d %llx", i, d, (double)f, l, __real__ z, c, s, (unsigned long long)bits);
    printf(" %d %d %d %lld\n", captured, x, swapped, most);
}

static int copied;
#pragma omp threadprivate(copied)

static void singles(void)
{
    int executed = 0, masters = 0, got[4] = { 0 }, before[4], sum = 0;

#pragma omp parallel num_threads(4) reduction(+ : sum)
    {
        int value = -1, *pointer = NULL;

        for (int round = 0; round < 100; round++) {
#pragma omp single nowait
#pragma omp atomic
            executed++;
        }
#pragma omp single copyprivate(value, pointer, copied)
        {
            value = 42;
            pointer = &executed;
            copied = 7;
        }
#pragma omp critical
        got[omp_get_thread_num()] = value + (pointer == &executed) + copied;
#pragma omp barrier
#pragma omp master
        {
#pragma omp atomic
            masters += omp_get_thread_num() + 1;
        }
#pragma omp masked filter(2)
        {
#pragma omp atomic
            masters += 10 * omp_get_thread_num();
        }
        for (int round = 0; round < 200; round++) { /* everybody sees what everybody wrote before the barrier */
            before[omp_get_thread_num()] = round;
#pragma omp barrier
            for (int i = 0; i < 4; i++)
                sum += before[i] == round;
#pragma omp barrier
        }
    }
    printf("single: %d, copyprivate: %d %d %d %d, masters: %d, barriers: %d\n", executed, got[0], got[1], got[2], got[3], masters, sum);
}

static void ordered(void)
{
    char text[200] = "";
    int sum = 0;

#pragma omp parallel for ordered schedule(dynamic, 2) num_threads(4)
    for (int i = 0; i < 20; i++) {
#pragma omp ordered
        sprintf(text + strlen(text), "%d ", i);
    }
    printf("ordered dynamic: %s\n", text);
    text[0] = 0;
#pragma omp parallel num_threads(4)
    {
#pragma omp for ordered schedule(static)
        for (int i = 20; i > 0; i -= 3) {
#pragma omp ordered
            sprintf(text + strlen(text), "%d ", i);
        }
#pragma omp for ordered schedule(static, 2)
        for (unsigned long i = 0; i < 9; i++)
            if (i % 3 != 1) { /* not every iteration has an ordered region */
#pragma omp ordered
                sprintf(text + strlen(text), "%lu ", i);
            }
#pragma omp for ordered schedule(guided) collapse(2)
        for (int i = 0; i < 3; i++)
            for (int j = 0; j < 3; j++) {
#pragma omp ordered
                sprintf(text + strlen(text), "%d%d ", i, j);
            }
    }
    printf("ordered: %s\n", text);
    omp_set_schedule(omp_sched_guided, 2);
#pragma omp parallel for ordered schedule(runtime) reduction(+ : sum)
    for (int i = 0; i < 100; i++) {
#pragma omp ordered
        sum += i;
    }
    printf("ordered runtime: %d\n", sum);
}

static void doacross(void)
{
    enum { N = 60 };
    static long line[N], grid[N][N], cube[8][8][8];

#pragma omp parallel for ordered(1) schedule(dynamic, 1)
    for (int i = 0; i < N; i++) {
#pragma omp ordered depend(sink : i - 2)
        line[i] = i < 2 ? 1 : (line[i - 2] * 3 + i) % 1009;
#pragma omp ordered depend(source)
    }
#pragma omp parallel for ordered(2) schedule(static, 3)
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
#pragma omp ordered depend(sink : i - 1, j) depend(sink : i, j - 1)
            grid[i][j] = ((i ? grid[i - 1][j] : 1) + (j ? grid[i][j - 1] : 1)) % 1000003;
#pragma omp ordered depend(source)
        }
#pragma omp parallel num_threads(3)
    {
#pragma omp for ordered(3) schedule(guided)
        for (int i = 0; i < 8; i++)
            for (int j = 7; j >= 0; j--)
                for (int k = 1; k < 8; k += 2) {
#pragma omp ordered depend(sink : i - 1, j + 1, k)
                    cube[i][j][k] = i && j < 7 ? cube[i - 1][j + 1][k] + k : 1;
#pragma omp ordered depend(source)
                }
    }
    printf("doacross: %ld %ld %ld\n", line[N - 1], grid[N - 1][N - 1], cube[7][0][7]);
}

int main(void)
{
    exclusion();
    atomics();
    singles();
    ordered();
    doacross();
    return 0;
}
