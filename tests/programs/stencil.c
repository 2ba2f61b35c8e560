/* stencil [-n SIZE] [-s STEPS]: heat on a plate, a matrix product, primes and a recursion, all in parallel with OpenMP. */
#include <getopt.h>
#include <math.h>
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static double *plate(int n)
{
    double *p = calloc((size_t)n * (size_t)n, sizeof(*p));

    if (!p) {
        perror("calloc");
        exit(1);
    }
    for (int i = 0; i < n; i++)
        p[i] = 100; /* the upper edge is hot */
    return p;
}

/* Each step computes every point from the step before, so the threads' number changes nothing. */
static void heat(int n, int steps)
{
    double *now = plate(n), *next = plate(n), largest = 0;

    for (int s = 0; s < steps; s++) {
        largest = 0;
#pragma omp parallel for schedule(static) reduction(max \
                                                    : largest)
        for (int y = 1; y < n - 1; y++) {
            for (int x = 1; x < n - 1; x++) {
                size_t i = (size_t)y * (size_t)n + (size_t)x;
                double change;

                next[i] = 0.25 * (now[i - 1] + now[i + 1] + now[i - (size_t)n] + now[i + (size_t)n]);
                change = fabs(next[i] - now[i]);
                if (change > largest)
                    largest = change;
            }
        }
        double *t = now;

        now = next;
        next = t;
    }
    printf("heat: last change %.6f, middle %.6f, quarter %.6f\n", largest, now[(n / 2) * n + n / 2], now[(n / 4) * n + n / 4]);
    free(now);
    free(next);
}

static void product(int n)
{
    float *a = malloc(sizeof(*a) * (size_t)n * (size_t)n * 3), *b = a + n * n, *c = b + n * n;
    double trace = 0;

#pragma omp parallel for collapse(2) schedule(dynamic, 7)
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            a[i * n + j] = (float)((i + j) % 7);
            b[i * n + j] = (float)(i == j) + (float)(j % 3);
        }
    }
#pragma omp parallel for schedule(guided)
    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            float sum = 0;

            for (int k = 0; k < n; k++)
                sum += a[i * n + k] * b[k * n + j];
            c[i * n + j] = sum;
        }
    }
    for (int i = 0; i < n; i++)
        trace += c[i * n + i];
    printf("product: trace %.1f, corner %.1f\n", trace, c[n * n - 1]);
    free(a);
}

static long primes(int limit)
{
    long count = 0;

#pragma omp parallel for schedule(dynamic, 100) reduction(+ \
                                                          : count)
    for (int n = 2; n < limit; n++) {
        int d = 2;

        while (d * d <= n && n % d)
            d++;
        count += d * d > n;
    }
    return count;
}

static long fibonacci(int n)
{
    long a, b;

    if (n < 2)
        return n;
    if (n < 12)
        return fibonacci(n - 1) + fibonacci(n - 2);
#pragma omp task shared(a)
    a = fibonacci(n - 1);
#pragma omp task shared(b)
    b = fibonacci(n - 2);
#pragma omp taskwait
    return a + b;
}

static void constructs(void)
{
    int histogram[8] = { 0 }, singles = 0, masters = 0, sum = 0, last = -1, order_ok = 1, expected = 0;
    long fib = 0;

#pragma omp parallel num_threads(3)
    {
#pragma omp single
        singles++;
#pragma omp master
        masters++;
#pragma omp for nowait
        for (int i = 0; i < 1000; i++) {
#pragma omp atomic
            histogram[i % 8]++;
        }
#pragma omp critical
        sum += 10;
#pragma omp barrier
#pragma omp for ordered lastprivate(last)
        for (int i = 0; i < 50; i++) {
            last = i * i;
#pragma omp ordered
            {
                order_ok &= i == expected;
                expected++;
            }
        }
#pragma omp sections
        {
#pragma omp section
#pragma omp atomic
            sum += 1;
#pragma omp section
#pragma omp atomic
            sum += 2;
        }
    }
#pragma omp parallel
#pragma omp single
    fib = fibonacci(20);
    printf("histogram %d %d, singles %d, masters %d, sum %d, last %d, ordered %d\n", histogram[0], histogram[7], singles, masters,
           sum, last, order_ok);
    printf("tasks: fibonacci(20) = %ld\n", fib);
}

int main(int argc, char **argv)
{
    int option, size = 64, steps = 100, in_parallel = 0, threads = 0;

    while ((option = getopt(argc, argv, "n:s:")) != -1) {
        if (option == 'n')
            size = atoi(optarg);
        else if (option == 's')
            steps = atoi(optarg);
        else
            return 2;
    }
    heat(size, steps);
    product(size);
    printf("primes below 20000: %ld\n", primes(20000));
    constructs();
    omp_set_num_threads(3);
#pragma omp parallel reduction(+ \
                               : threads)
    {
        threads += 1;
        if (omp_get_thread_num() == 0)
            in_parallel = omp_in_parallel();
    }
    printf("%d threads, in parallel %d then %d\n", threads, in_parallel, omp_in_parallel());
    return omp_get_max_threads() == 3 ? 0 : 1;
}
