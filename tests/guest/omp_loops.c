/* Worksharing loops and sections: every schedule, step and bound runs each iteration once; prints who ran what where that is fixed.
 * setup: OMP_NUM_THREADS=4 bash $ROOT/tests/guest/native.sh omp_loops -fopenmp
 * env: OMP_NUM_THREADS=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 * run: --harts 1 --cflags "-fopenmp"
 */
#include <limits.h>
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It would break pragmas at every colon. */
/* clang-format off */

#define N 1000

static int seen[N];

static void check(const char *what, int n)
{
    int wrong = 0;

    for (int i = 0; i < N; i++)
        wrong += seen[i] != (i < n);
    printf("%s: %s\n", what, wrong ? "WRONG" : "each once");
    memset(seen, 0, sizeof seen);
}

/* The bodies count by hand: `seen` is shared, each element is touched by one iteration only. */
#define EACH(schedule_clause, what) \
    do { \
        _Pragma("omp parallel") \
        { \
            FOR(schedule_clause) \
            for (int i = 0; i < 997; i++) \
                seen[i]++; \
        } \
        check(what, 997); \
    } while (0)
#define PRAGMA(text) _Pragma(#text)
#define FOR(clause) PRAGMA(omp for clause)

static void schedules(void)
{
    EACH(schedule(static), "static");
    EACH(schedule(static, 1), "static,1");
    EACH(schedule(static, 7), "static,7");
    EACH(schedule(static, 5000), "static,5000");
    EACH(schedule(dynamic), "dynamic");
    EACH(schedule(dynamic, 13), "dynamic,13");
    EACH(schedule(dynamic, 2000), "dynamic,2000");
    EACH(schedule(guided), "guided");
    EACH(schedule(guided, 9), "guided,9");
    EACH(schedule(auto), "auto");
    EACH(schedule(monotonic
                  : dynamic, 3),
         "monotonic dynamic");
    EACH(schedule(nonmonotonic
                  : guided, 3),
         "nonmonotonic guided");
    EACH(schedule(runtime), "runtime, as the environment says");
    for (int kind = omp_sched_static; kind <= omp_sched_auto; kind++)
        for (int chunk = 0; chunk < 40; chunk += 13) {
            omp_set_schedule((omp_sched_t)kind, chunk);
            EACH(schedule(runtime), "runtime");
            EACH(schedule(monotonic
                          : runtime),
                 "monotonic runtime");
            EACH(schedule(nonmonotonic
                          : runtime),
                 "nonmonotonic runtime");
        }
}

/* With every kind of variable; how often the body ran, and the sum of its values. */
#define COUNT(type, start, condition, step, clause) \
    do { \
        unsigned long sum = 0, n = 0; \
        type last = 0; \
        PRAGMA(omp parallel for reduction(+ : sum, n) lastprivate(last) clause) \
        for (type i = start; i condition; i += step) { \
            sum += (unsigned long)i; \
            n++; \
            last = i; \
        } \
        printf(#type " " #start " " #condition " " #step " " #clause ": %lu times, sum %lu, last %lu\n", n, sum, (unsigned long)last); \
    } while (0)

#define ALL(type, start, condition, step) \
    COUNT(type, start, condition, step, schedule(static)); \
    COUNT(type, start, condition, step, schedule(static, 3)); \
    COUNT(type, start, condition, step, schedule(dynamic, 2)); \
    COUNT(type, start, condition, step, schedule(guided)); \
    COUNT(type, start, condition, step, schedule(runtime))

static void bounds(void)
{
    omp_set_schedule(omp_sched_dynamic, 3);
    ALL(int, 0, < 1, 1);
    ALL(int, 0, < 3, 1);
    ALL(int, -50, <= 50, 7);
    ALL(int, 100, > -17, -9);
    ALL(long, LONG_MAX - 20, < LONG_MAX, 4);
    ALL(long, LONG_MIN + 30, > LONG_MIN, -6);
    ALL(unsigned, 3, < 3000000000u, 400000000);
    ALL(unsigned long, 0, < ULONG_MAX / 2, ULONG_MAX / 10);
    ALL(unsigned long, ULONG_MAX - 9, < ULONG_MAX, 3);
    ALL(unsigned long long, 90, > 10, -7);
    ALL(unsigned char, 200, < 255, 5);
    ALL(short, -300, < 300, 11);
}

/* Static schedules give the same iterations to the same thread, by the specification or as GCC does it. */
static void who(void)
{
    static int owner[3][40];

#pragma omp parallel num_threads(4)
    {
#pragma omp for schedule(static) nowait
        for (int i = 0; i < 39; i++)
            owner[0][i] = omp_get_thread_num();
#pragma omp for schedule(static, 3) nowait
        for (int i = 0; i < 39; i++)
            owner[1][i] = omp_get_thread_num();
#pragma omp single
        omp_set_schedule(omp_sched_static, 0);
        omp_set_schedule(omp_sched_static, 0);
#pragma omp for schedule(runtime)
        for (int i = 0; i < 39; i++)
            owner[2][i] = omp_get_thread_num();
    }
    for (int k = 0; k < 3; k++) {
        for (int i = 0; i < 39; i++)
            printf("%d", owner[k][i]);
        printf("\n");
    }
}

static void orphaned(int n)
{
#pragma omp for schedule(dynamic, 4)
    for (int i = 0; i < n; i++)
        seen[i]++;
}

static void forms(void)
{
    int before = 41, sum = 0;

#pragma omp parallel for schedule(dynamic) reduction(+ : sum)
    for (int i = 5; i < before - 36; i++)
        sum++;
#pragma omp parallel for schedule(guided) reduction(+ : sum)
    for (unsigned long i = 5; i < 3; i++)
        sum++;
    printf("empty: %d\n", sum);
    orphaned(500); /* no region around it: one thread */
    check("orphaned, alone", 500);
#pragma omp parallel
    for (int round = 0; round < 50; round++) /* shares of many constructs in a row */
    {
#pragma omp for schedule(dynamic, 1) nowait
        for (int i = 0; i < 20; i++)
#pragma omp atomic
            seen[i]++;
#pragma omp for schedule(guided, 1) nowait
        for (int i = 20; i < 40; i++)
#pragma omp atomic
            seen[i]++;
#pragma omp sections nowait
        {
#pragma omp section
#pragma omp atomic
            seen[40]++;
#pragma omp section
#pragma omp atomic
            seen[41]++;
        }
    }
    for (int i = 0; i < 42; i++)
        seen[i] /= 50;
    check("nowait, 150 in a row", 42);
#pragma omp parallel
    orphaned(777);
    check("orphaned", 777);
}

static void nests(void)
{
    int last = -1, before = 41, matrix[12][13] = { { 0 } }, sum = 0;
    long k = 100;

#pragma omp parallel for collapse(2) lastprivate(last) firstprivate(before) schedule(dynamic, 5)
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 13; j++) {
            matrix[i][j] += i * 13 + j + before;
            last = i * 100 + j;
        }
    for (int i = 0; i < 12; i++)
        for (int j = 0; j < 13; j++)
            sum += matrix[i][j];
    printf("collapse: %d, last %d\n", sum, last);
#pragma omp parallel for linear(k : 3) schedule(static, 5)
    for (int i = 0; i < 100; i++)
        seen[i] = (int)k == 100 + 3 * i;
    check("linear", 100);
    printf("linear: %ld\n", k);
#pragma omp parallel for collapse(2)
    for (int i = 0; i < 10; i++)
        for (int j = i; j < 10; j++)
#pragma omp atomic
            seen[i]++;
    for (int i = 0; i < 10; i++)
        seen[i] -= 9 - i;
    check("collapse of a triangle", 10);
#pragma omp parallel for simd schedule(simd : static, 8)
    for (int i = 0; i < 900; i++)
        seen[i]++;
    check("for simd", 900);
}

static void sections(void)
{
    int a = 0, b = 0, c = 0, last = 0;

#pragma omp parallel sections lastprivate(last)
    {
#pragma omp section
        {
            a = 1;
            last = 1;
        }
#pragma omp section
        {
            b = 2;
            last = 2;
        }
#pragma omp section
        {
            c = 3;
            last = 3;
        }
    }
    printf("sections: %d %d %d, last %d\n", a, b, c, last);
#pragma omp parallel num_threads(3)
    {
#pragma omp sections reduction(+ : a)
        {
            a += 10;
#pragma omp section
            a += 100;
#pragma omp section
            a += 1000;
#pragma omp section
            a += 10000;
        }
    }
    printf("sections: %d\n", a);
}

int main(void)
{
    schedules();
    bounds();
    who();
    forms();
    nests();
    sections();
    return 0;
}
