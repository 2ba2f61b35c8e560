/* Parallel regions in several POSIX threads at once, each the initial thread of its own.
 * setup: OMP_NUM_THREADS=3 bash $ROOT/tests/guest/native.sh omp_threads -fopenmp
 * env: OMP_NUM_THREADS=3
 * check: cmp stdout want
 * run: --harts 2 --cflags "-fopenmp -pthread"
 * run: --harts 2 --cflags "-O3 -flto -fopenmp -flto=auto" --ldflags "-lgomp -latomic"
 */
#include <omp.h>
#include <pthread.h>
#include <stdio.h>

/* It would break pragmas at every colon. */
/* clang-format off */

#define THREADS 4
#define ROUNDS 8

static int fib(int n)
{
    int a, b;

    if (n < 2)
        return n;
#pragma omp task shared(a)
    a = fib(n - 1);
#pragma omp task shared(b)
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

static void *run(void *wrong)
{
    int result = 0, size = 0;
    long sum = 0;

    omp_set_num_threads(2 + (wrong != NULL)); /* of this thread alone */
#pragma omp parallel
    {
#pragma omp single
        {
            result = fib(10);
            size = omp_get_num_threads();
        }
#pragma omp for schedule(dynamic) reduction(+ : sum)
        for (int i = 0; i < 50; i++)
            sum += i;
    }
    if (wrong && (result != 55 || sum != 1225 || size != 3 || omp_get_level() != 0))
#pragma omp critical
        ++*(int *)wrong;
    return wrong;
}

int main(void)
{
    pthread_t threads[THREADS];
    int wrong = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (int i = 0; i < THREADS; i++)
            if (pthread_create(&threads[i], NULL, run, &wrong) != 0)
                printf("no thread\n");
        run(NULL);
        for (int i = 0; i < THREADS; i++)
            pthread_join(threads[i], NULL);
    }
    printf("%d wrong, here %d threads\n", wrong, omp_get_max_threads());
    return 0;
}
