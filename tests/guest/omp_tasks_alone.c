/* Tasks of a region that has one thread: they wait as with several, so that a chain of them is no recursion, and their order is
 * libgomp's.
 * setup: bash $ROOT/tests/guest/native.sh omp_tasks_alone -fopenmp
 * check: cmp stdout want
 * run: --harts 1 --cflags "-fopenmp"
 * run: --harts 2 --cflags "-fopenmp"
 */
#include <stdio.h>

/* It would break pragmas at every colon. */
/* clang-format off */

static long visited;

static void visit(long left)
{
    visited++;
    if (left > 0) {
#pragma omp task
        visit(left - 1);
    }
}

static void show(int i)
{
    printf(" %d", i);
}

static void make_tasks(int n)
{
    for (int i = 0; i < n; i++) {
#pragma omp task if (i != 3)
        show(i);
    }
    printf(" made\n");
}

int main(void)
{
#pragma omp parallel num_threads(1)
#pragma omp single
    visit(200000);
    printf("%ld\n", visited);

#pragma omp parallel num_threads(1)
    {
        make_tasks(100);
#pragma omp barrier
        make_tasks(10);
#pragma omp taskwait
        printf(" waited\n");
#pragma omp taskgroup
        make_tasks(10);
#pragma omp taskloop grainsize(1)
        for (int i = 0; i < 10; i++)
            show(i);
#pragma omp taskloop num_tasks(80)
        for (int i = 0; i < 80; i++)
            show(i);
#pragma omp parallel num_threads(1)
        make_tasks(5);
    }
    printf("\n");
    make_tasks(5);
    return 0;
}
