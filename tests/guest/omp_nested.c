/* Nested regions, levels, control variables, threadprivate data.
 * setup: OMP_NUM_THREADS=4 OMP_SCHEDULE=auto bash $ROOT/tests/guest/native.sh omp_nested -fopenmp
 * env: OMP_NUM_THREADS=4 OMP_SCHEDULE=auto
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 * run: --harts 2 --cflags "-fopenmp"
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* It would break pragmas at every colon. */
/* clang-format off */

static int mine = 5, table[6];
static long counter;
#pragma omp threadprivate(mine, table, counter)

/* The threads write their lines into slots, which are printed in order. */
static char lines[100][120];

static void show(void)
{
    for (int i = 0; i < 100; i++)
        if (lines[i][0])
            printf("%s\n", lines[i]);
    memset(lines, 0, sizeof lines);
}

static void where(char *line)
{
    snprintf(line, sizeof lines[0], "thread %d of %d, level %d active %d, ancestors %d %d %d sizes %d %d %d, in parallel %d, max %d",
             omp_get_thread_num(), omp_get_num_threads(), omp_get_level(), omp_get_active_level(), omp_get_ancestor_thread_num(0),
             omp_get_ancestor_thread_num(1), omp_get_ancestor_thread_num(2), omp_get_team_size(0), omp_get_team_size(1),
             omp_get_team_size(2), omp_in_parallel(), omp_get_max_threads());
}

static void levels(void)
{
    where(lines[99]);
#pragma omp parallel num_threads(3)
#pragma omp parallel num_threads(2)
    where(lines[omp_get_ancestor_thread_num(1) * 10 + omp_get_thread_num()]);
    show();
    omp_set_max_active_levels(2);
#pragma omp parallel num_threads(3)
    {
        omp_set_num_threads(2 + omp_get_thread_num());
#pragma omp parallel
        {
            where(lines[omp_get_ancestor_thread_num(1) * 10 + omp_get_thread_num()]);
#pragma omp parallel num_threads(4)
            if (omp_get_num_threads() != 1 || omp_get_level() != 3 || omp_get_active_level() != 2)
                printf("too deep\n");
        }
    }
    show();
#pragma omp parallel num_threads(4) if (mine != 5)
    where(lines[0]);
    show();
    printf("nested %d", omp_get_nested());
    omp_set_nested(0);
    printf(" %d levels %d", omp_get_nested(), omp_get_max_active_levels());
    omp_set_nested(1);
    printf(", %d levels %d of %d\n", omp_get_nested(), omp_get_max_active_levels(), omp_get_supported_active_levels());
    omp_set_max_active_levels(1);
}

/* What a task sets is its own and its children's. */
static void control(void)
{
    omp_sched_t kind;
    int chunk, inside = 0, dynamic = 0;

    omp_get_schedule(&kind, &chunk);
    printf("schedule at first %x %d\n", kind, chunk);
    omp_set_schedule(omp_sched_guided, 5);
    omp_set_dynamic(0);
#pragma omp parallel num_threads(2)
    {
#pragma omp single
        {
            omp_set_num_threads(17);
            omp_set_dynamic(1);
#pragma omp task shared(inside, dynamic)
            {
                inside = omp_get_max_threads();
                dynamic = omp_get_dynamic();
                omp_set_num_threads(3);
            }
#pragma omp taskwait
            inside += 100 * omp_get_max_threads();
        }
    }
    omp_get_schedule(&kind, &chunk);
    printf("control: %d %d, outside %d %d, schedule %x %d\n", inside, dynamic, omp_get_max_threads(), omp_get_dynamic(), kind, chunk);
    omp_set_schedule(omp_sched_static | omp_sched_monotonic, 0);
    omp_get_schedule(&kind, &chunk);
    printf("schedule %x %d", kind, chunk);
    omp_set_schedule((omp_sched_t)99, 3);
    omp_set_schedule(omp_sched_auto, 3);
    omp_get_schedule(&kind, &chunk);
    printf(", %x %d\n", kind, chunk);
    omp_set_num_threads(-3);
    printf("threads %d,", omp_get_max_threads());
    omp_set_num_threads(4);
    printf(" %d, final %d, limit %d, priority %d, cancellation %d, bind %d places %d\n", omp_get_max_threads(), omp_in_final(),
           omp_get_thread_limit(), omp_get_max_task_priority(), omp_get_cancellation(), omp_get_proc_bind(), omp_get_num_places());
    printf("wrong levels: %d %d %d %d\n", omp_get_ancestor_thread_num(-1), omp_get_ancestor_thread_num(1), omp_get_team_size(-5),
           omp_get_team_size(4));
}

static void threadprivate(void)
{
    int initial[4], kept[4], copied = 0, *addresses[4], different = 0;

#pragma omp parallel num_threads(4)
    {
        int id = omp_get_thread_num();

        initial[id] = mine + (id == 0 ? 0 : 0);
        mine = 100 + id;
        table[2] = id * 7;
        counter = id;
        addresses[id] = &mine;
    }
    for (int i = 0; i < 4; i++)
        for (int j = 0; j < i; j++)
            different += addresses[i] != addresses[j];
#pragma omp parallel num_threads(4)
    {
        int id = omp_get_thread_num();

        kept[id] = mine == 100 + id && table[2] == id * 7 && &mine == addresses[id];
#pragma omp parallel num_threads(3) /* another region in between, one level deeper, of one thread */
        counter++;
    }
    mine = 77;
    table[5] = 12;
#pragma omp parallel num_threads(4) copyin(mine, table) reduction(+ : copied)
    copied = mine + table[5] + table[2] + (counter == omp_get_thread_num() + 1);
    printf("threadprivate: initial %d %d %d %d, kept %d %d %d %d, different %d, copyin %d\n", initial[0], initial[1], initial[2],
           initial[3], kept[0], kept[1], kept[2], kept[3], different, copied);
}

/* The rules of the data environment, with regions inside regions. */
static int recursive(int depth)
{
    int sum = 0, copy = depth;

    if (depth == 0)
        return 1;
#pragma omp parallel for reduction(+ : sum) firstprivate(copy) num_threads(2) schedule(dynamic)
    for (int i = 0; i < 2; i++) {
        copy += i;
        sum += copy - copy + recursive(depth - 1);
    }
    return sum;
}

static void environment(void)
{
    int a = 1, b = 2, c = 3, total = 0, last = 0;
    int *heap = malloc(4 * sizeof *heap);

#pragma omp parallel private(a) firstprivate(b) shared(c) num_threads(4)
    {
        a = omp_get_thread_num();
        b += a;
#pragma omp critical
        total += a * 100 + b;
        heap[a] = b;
#pragma omp barrier
#pragma omp for firstprivate(heap) lastprivate(last)
        for (int i = 0; i < 8; i++)
            last = i + (heap != NULL);
#pragma omp atomic
        c += b;
    }
    printf("environment: %d %d %d %d, last %d, heap %d %d %d %d\n", a, b, c, total, last, heap[0], heap[1], heap[2], heap[3]);
    free(heap);
    omp_set_max_active_levels(4);
    printf("recursive: %d\n", recursive(6));
    omp_set_max_active_levels(1);
}

static void many_sizes(void)
{
    long sum = 0;

    for (int n = 1; n <= 12; n++)
#pragma omp parallel num_threads(n) reduction(+ : sum)
        sum += omp_get_num_threads() == n;
    for (int i = 0; i < 300; i++)
#pragma omp parallel num_threads(1 + i % 4) reduction(+ : sum)
        sum++;
    printf("sizes: %ld\n", sum);
}

int main(void)
{
    levels();
    control();
    threadprivate();
    environment();
    many_sizes();
    return 0;
}
