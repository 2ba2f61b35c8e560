/* Reductions: every operator and type, arrays, declared ones, scan, conditional lastprivate, reductions over tasks.
 * setup: OMP_NUM_THREADS=4 bash $ROOT/tests/guest/native.sh omp_reduce -fopenmp
 * env: OMP_NUM_THREADS=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 */
#include <complex.h>
#include <omp.h>
#include <stdbool.h>
#include <stdio.h>

/* It would break pragmas at every colon. */
/* clang-format off */

#define N 200

static void operators(void)
{
    int sum = 3, minus = 100, product = 1, min = 1000, max = -1000, both = -1, either = 0, differ = 0;
    bool all = true, any = false;
    double dsum = 0.5, dproduct = 1, dmin = 1e9, dmax = -1e9;
    float fsum = 0;
    long double lsum = 0;
    double complex csum = 0;
    unsigned char small = 0;
    unsigned long wide = 1;

#pragma omp parallel for reduction(+ : sum, dsum, fsum, lsum, csum, small) reduction(- : minus) reduction(* : product, dproduct, wide) \
    reduction(min : min, dmin) reduction(max : max, dmax) reduction(& : both) reduction(| : either) reduction(^ : differ) \
        reduction(&& : all) reduction(|| : any) schedule(dynamic, 3)
    for (int i = 1; i <= N; i++) {
        sum += i;
        minus -= i;
        product *= i % 50 == 0 ? 2 : 1;
        wide *= 2 * (unsigned long)i + 1;
        min = (i * 37) % 199 < min ? (i * 37) % 199 : min;
        max = (i * 37) % 199 > max ? (i * 37) % 199 : max;
        both &= ~(1 << i % 20) | 0xf0000;
        either |= 1 << i % 11;
        differ ^= i * 12345;
        all = all && i > 0;
        any = any || i == 150;
        dsum += i;
        dproduct *= i % 40 == 0 ? 1.5 : 1;
        dmin = i * 0.25 < dmin ? i * 0.25 : dmin;
        dmax = i * 0.25 > dmax ? i * 0.25 : dmax;
        fsum += (float)i;
        lsum += i;
        csum += i + 2 * i * I;
        small += (unsigned char)i;
    }
    printf("%d %d %d %d %d %x %x %x %d %d\n", sum, minus, product, min, max, (unsigned)both, (unsigned)either, (unsigned)differ, all, any);
    printf("%g %g %g %g %g %Lg %g%+gi %d %lu\n", dsum, dproduct, dmin, dmax, (double)fsum, lsum, creal(csum), cimag(csum), small, wide);
}

struct extent {
    int least, most, n;
};

static void join(struct extent *to, const struct extent *from)
{
    to->least = from->least < to->least ? from->least : to->least;
    to->most = from->most > to->most ? from->most : to->most;
    to->n += from->n;
}

#pragma omp declare reduction(extend : struct extent : join(&omp_out, &omp_in)) initializer(omp_priv = { 1000000, -1000000, 0 })

static void declared(void)
{
    struct extent extent = { 1000000, -1000000, 0 };
    int histogram[10] = { 0 }, *part = histogram + 2, matrix[3][4] = { { 0 } };

#pragma omp parallel for reduction(extend : extent) reduction(+ : histogram)
    for (int i = 0; i < N; i++) {
        join(&extent, &(struct extent){ i * 31 % 211, i * 31 % 211, 1 });
        histogram[i % 10] += i;
    }
    printf("%d to %d of %d:", extent.least, extent.most, extent.n);
#pragma omp parallel for reduction(+ : part[:5]) reduction(+ : matrix [1:2])
    for (int i = 0; i < N; i++) {
        part[i % 5] -= i;
        matrix[1 + i % 2][i % 4] += 1;
    }
    for (int i = 0; i < 10; i++)
        printf(" %d", histogram[i]);
    for (int i = 0; i < 12; i++)
        printf(" %d", matrix[i / 4][i % 4]);
    printf("\n");
}

static void scans(void)
{
    int in[N], inclusive[N], exclusive[N], a = 0, b = 7, last = -1, x = 0;

    for (int i = 0; i < N; i++)
        in[i] = i % 7;
#pragma omp parallel for reduction(inscan, + : a)
    for (int i = 0; i < N; i++) {
        a += in[i];
#pragma omp scan inclusive(a)
        inclusive[i] = a;
    }
#pragma omp parallel for simd reduction(inscan, + : b)
    for (int i = 0; i < N; i++) {
        exclusive[i] = b;
#pragma omp scan exclusive(b)
        b += in[i];
    }
    printf("scan: %d %d %d %d %d %d\n", inclusive[0], inclusive[99], inclusive[N - 1], exclusive[0], exclusive[99], exclusive[N - 1]);
#pragma omp parallel for lastprivate(conditional : last) schedule(dynamic, 2)
    for (int i = 0; i < N; i++)
        if (i % 17 == 3)
            last = i;
#pragma omp parallel for schedule(static, 3) lastprivate(conditional : x)
    for (int i = 0; i < N; i++)
        if (in[i] == 5 && i < 100)
            x = i;
    printf("conditional: %d %d\n", last, x);
}

static int tree(int n)
{
    int sum = 0;

    if (n < 2)
        return n;
#pragma omp taskgroup task_reduction(+ : sum)
    {
#pragma omp task in_reduction(+ : sum)
        sum += tree(n - 1);
#pragma omp task in_reduction(+ : sum)
        sum += tree(n - 2);
    }
    return sum;
}

static void nested_use(int *sum, int depth)
{
#pragma omp task in_reduction(+ : sum[0])
    {
        sum[0] += depth;
        if (depth > 0)
            nested_use(sum, depth - 1);
    }
}

static void over_tasks(void)
{
    int sum = 0, product = 1, fib = 0, looped = 5, deep = 0, first = 0;

#pragma omp parallel reduction(task, + : sum) reduction(task, * : product)
    {
#pragma omp master
        for (int i = 1; i <= 60; i++) {
#pragma omp task in_reduction(+ : sum) in_reduction(* : product)
            {
                sum += i;
                product *= i % 20 == 0 ? 3 : 1;
            }
        }
    }
#pragma omp parallel
#pragma omp single
    fib = tree(12);
#pragma omp parallel
#pragma omp master
    {
#pragma omp taskloop reduction(+ : looped) grainsize(7)
        for (int i = 0; i < N; i++)
            looped += i;
#pragma omp taskloop reduction(+ : first) num_tasks(3)
        for (int i = 0; i < 0; i++)
            first += i;
#pragma omp taskgroup task_reduction(+ : deep)
        nested_use(&deep, 20);
    }
    printf("tasks: %d %d %d %d %d %d\n", sum, product, fib, looped, first, deep);
}

static void over_loops(void)
{
    int sum = 0, looped = 5, section_sum = 0, deep = 0;

#pragma omp parallel
    {
#pragma omp for reduction(task, + : sum) schedule(dynamic, 2)
        for (int i = 0; i < N; i++) {
#pragma omp task in_reduction(+ : sum)
            sum += i;
        }
#pragma omp for reduction(task, + : looped) schedule(static)
        for (int i = 0; i < N; i++) {
            looped += 1;
#pragma omp task in_reduction(+ : looped)
            looped += 1;
        }
#pragma omp sections reduction(task, + : section_sum)
        {
#pragma omp section
            {
#pragma omp task in_reduction(+ : section_sum)
                section_sum += 40;
            }
#pragma omp section
            section_sum += 2;
        }
#pragma omp scope reduction(task, + : deep)
        {
#pragma omp task in_reduction(+ : deep)
            deep += 1;
        }
    }
    printf("tasks of loops: %d %d %d %d\n", sum, looped, section_sum, deep);
}

int main(void)
{
    operators();
    declared();
    scans();
    over_tasks();
    over_loops();
    return 0;
}
