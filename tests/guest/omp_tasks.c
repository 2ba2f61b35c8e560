/* Explicit tasks: recursion, dependences, groups, taskloops, detached ones, final and undeferred ones.
 * setup: OMP_NUM_THREADS=4 bash $ROOT/tests/guest/native.sh omp_tasks -fopenmp
 * env: OMP_NUM_THREADS=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 * run: --harts 2 --cflags "-fopenmp"
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It would break pragmas at every colon. */
/* clang-format off */

static int fib(int n)
{
    int a, b;

    if (n < 2)
        return n;
#pragma omp task shared(a) if (n > 5)
    a = fib(n - 1);
#pragma omp task shared(b) final(n < 4) mergeable
    b = fib(n - 2);
#pragma omp taskwait
    return a + b;
}

static int fib_depend(int n)
{
    int a, b, sum;

    if (n < 2)
        return n;
#pragma omp task shared(a) depend(out : a)
    a = fib_depend(n - 1);
#pragma omp task shared(b) depend(out : b) untied
    b = fib_depend(n - 2);
#pragma omp task shared(a, b, sum) depend(in : a, b) depend(out : sum)
    sum = a + b;
#pragma omp taskwait depend(in : sum)
    return sum;
}

/* A wave over a grid: each cell from its upper and left neighbour, in any order that the dependences allow. */
static void wavefront(void)
{
    enum { SIZE = 24 };
    static long grid[SIZE][SIZE];
    long sum = 0;

#pragma omp parallel
#pragma omp single
    for (int i = 0; i < SIZE; i++)
        for (int j = 0; j < SIZE; j++) {
            long *up = i ? &grid[i - 1][j] : NULL, *left = j ? &grid[i][j - 1] : NULL;

#pragma omp task depend(in : up[0], left[0]) depend(out : grid[i][j])
            grid[i][j] = ((up ? *up : 1) + (left ? *left : 1)) % 1000003;
        }
    for (int i = 0; i < SIZE; i++)
        sum += grid[i][i];
    printf("wavefront: %ld, corner %ld\n", sum, grid[SIZE - 1][SIZE - 1]);
}

/* Writers one after another, readers in between see what the writer before them left. */
static void readers_and_writers(void)
{
    int value = 0, wrong = 0, order[20], n = 0, sum = 0;

#pragma omp parallel
#pragma omp single
    for (int i = 0; i < 20; i++) {
#pragma omp task depend(inout : value) shared(value, order, n)
        {
            value = i;
            order[n++] = i;
        }
        for (int k = 0; k < 5; k++) {
#pragma omp task depend(in : value) shared(value, wrong)
            if (value != i)
#pragma omp atomic
                wrong++;
        }
#pragma omp task depend(mutexinoutset : sum) shared(sum)
        sum += i;
    }
    printf("readers and writers: %d wrong, sum %d, order", wrong, sum);
    for (int i = 0; i < 20; i++)
        printf(" %d", order[i]);
    printf("\n");
}

static void objects(void)
{
    int a = 0, b = 0;
    omp_depend_t writes_a, reads_b;

#pragma omp depobj(writes_a) depend(inout : a)
#pragma omp depobj(reads_b) depend(in : b)
#pragma omp parallel num_threads(3)
#pragma omp single
    {
#pragma omp task depend(depobj : writes_a) shared(a)
        a = 1;
#pragma omp task depend(depobj : writes_a) depend(out : b) shared(a, b)
        b = a + 1;
#pragma omp task depend(depobj : reads_b) depend(in : a) shared(a, b)
        printf("objects: %d %d\n", a, b);
#pragma omp task depend(inout : b) shared(b) if (0)
        b += 10;
    }
#pragma omp depobj(writes_a) destroy
#pragma omp depobj(reads_b) destroy
    printf("objects: %d %d\n", a, b);
}

static void chain(int *count, int depth)
{
#pragma omp task
    {
#pragma omp atomic
        ++*count;
        if (depth > 0) {
            chain(count, depth - 1);
            chain(count, depth - 1);
        }
    }
}

static void groups(void)
{
    int inside = 0, after = 0, waited = 0, direct = 0;

#pragma omp parallel
#pragma omp single
    {
#pragma omp taskgroup
        chain(&inside, 8);
        after = inside; /* the group waits for grandchildren */
        for (int i = 0; i < 50; i++) {
#pragma omp task shared(direct)
#pragma omp atomic
            direct++;
        }
#pragma omp taskwait
        waited = direct;
#pragma omp taskgroup
        {
#pragma omp task shared(inside)
            {
#pragma omp taskgroup
                chain(&inside, 3);
#pragma omp atomic
                inside += 1000;
            }
        }
    }
    printf("groups: %d, taskwait: %d, nested: %d\n", after, waited, inside);
}

static void loops(void)
{
    enum { N = 500 };
    static int seen[N];
    unsigned long long big = 0;
    int last = -1, wrong = 0, tasks = 0;

#pragma omp parallel
#pragma omp single
    {
#pragma omp taskloop
        for (int i = 0; i < N; i++)
            seen[i]++;
#pragma omp taskloop grainsize(17) lastprivate(last)
        for (int i = N - 1; i >= 0; i -= 3) {
            seen[i]++;
            last = i;
        }
#pragma omp taskloop num_tasks(9) collapse(2)
        for (int i = 0; i < 20; i++)
            for (int j = 0; j < 25; j++)
                seen[i * 25 + j] += 10;
#pragma omp taskloop nogroup
        for (unsigned long long i = 1; i < 1000000000000000000ULL; i += 100000000000000000ULL)
#pragma omp atomic
            big += i;
#pragma omp taskloop grainsize(strict : 7) shared(tasks)
        for (int i = 0; i < 30; i++)
#pragma omp atomic
            tasks += i % 7 == 0;
#pragma omp taskloop num_tasks(3) if (0) firstprivate(last)
        for (int i = 0; i < 10; i++)
            seen[i] += last;
    }
    for (int i = 0; i < N; i++)
        wrong += seen[i] != 11 + ((N - 1 - i) % 3 == 0) + (i < 10 ? last : 0);
    printf("taskloop: %d wrong, last %d, big %llu, %d\n", wrong, last, big, tasks);
}

static void data(void)
{
    int n = 33, sum = 0, finals = 0, shared_by_child = 0;
    char text[80];

    snprintf(text, sizeof text, "as it was");
#pragma omp parallel num_threads(4)
#pragma omp single
    {
        int list[n]; /* copied whole into each task */
        struct {
            char bytes[700];
        } large;

        memset(&large, 1, sizeof large);
        for (int i = 0; i < n; i++)
            list[i] = i;
        for (int i = 0; i < n; i++) {
#pragma omp task firstprivate(list, text, large) shared(sum)
            {
                int own = 0;

                for (int k = 0; k <= i; k++)
                    own += list[k] + large.bytes[k];
                if (strcmp(text, "as it was") != 0)
                    own = -1000;
#pragma omp atomic
                sum += own;
            }
            list[i] = 0; /* too late for that one, seen by the next */
        }
        strcpy(text, "changed");
#pragma omp task final(1) shared(finals)
        {
            finals += omp_in_final();
#pragma omp task shared(finals)
            finals += omp_in_final() * 10;
        }
#pragma omp task shared(shared_by_child)
        {
            int local = 5;
#pragma omp task shared(local, shared_by_child)
            shared_by_child = local + 1;
#pragma omp taskwait
            shared_by_child *= 2;
        }
#pragma omp taskyield
    }
    printf("data: %d, final: %d, %d\n", sum, finals, shared_by_child);
}

static void detached(void)
{
    omp_event_handle_t early, late;
    int done = 0, order = 0, also = 0;

#pragma omp parallel num_threads(2)
#pragma omp single
    {
#pragma omp task detach(early) shared(done)
        {
            omp_fulfill_event(early);
#pragma omp atomic
            done++;
        }
#pragma omp task detach(late) depend(out : order) shared(done)
        {
#pragma omp atomic
            done++;
        }
#pragma omp task depend(in : order) shared(order, done)
        order = 1;
#pragma omp task firstprivate(late)
        omp_fulfill_event(late);
#pragma omp taskwait
        also = order;
    }
    printf("detached: %d %d\n", done, also);
}

/* Who waits for a group may be the only one that can run what the group's tasks depend on. */
static void groups_of_dependents(int threads)
{
    int sum = 0;

#pragma omp parallel num_threads(threads) reduction(+ : sum)
    for (int i = 0; i < 20; i++) {
        int a = 0, b = 0;
#pragma omp task depend(out : a) shared(a)
        a = 1;
#pragma omp task depend(in : a) depend(out : b) shared(a, b)
        b = a + 1;
#pragma omp taskgroup
        {
#pragma omp task depend(inout : b) shared(b)
            b *= 10;
        }
        sum += b;
#pragma omp taskwait
    }
    printf("groups of dependents: %d\n", sum);
}

int main(void)
{
    int a = 0, b = 0, many = 0;

#pragma omp parallel
#pragma omp single
    {
        a = fib(15);
        b = fib_depend(12);
    }
    printf("fib: %d %d, alone: %d\n", a, b, fib(10));
    wavefront();
    readers_and_writers();
    objects();
    groups();
    loops();
    data();
    detached();
    groups_of_dependents(1);
    groups_of_dependents(4);
#pragma omp parallel
    for (int i = 0; i < 2000; i++) { /* every thread makes them, the barrier at the end waits */
#pragma omp task shared(many) priority(i % 3)
#pragma omp atomic
        many++;
    }
    printf("many: %d\n", many % 2000);
    return 0;
}
