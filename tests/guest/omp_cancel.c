/* Cancellation, if OMP_CANCELLATION says so, of each construct; without it nothing is cancelled.
 * setup: OMP_NUM_THREADS=4 OMP_CANCELLATION=true bash $ROOT/tests/guest/native.sh omp_cancel -fopenmp
 * env: OMP_NUM_THREADS=4 OMP_CANCELLATION=true
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 */
#include <omp.h>
#include <stdio.h>

/* It would break pragmas at every colon. */
/* clang-format off */

/* Once a thread has cancelled, everybody leaves at the next point; what is counted is what must not happen afterwards. */
static void parallel(void)
{
    int after = 0, cancelled = 0, tasks = 0;

#pragma omp parallel num_threads(4)
    {
        if (omp_get_thread_num() == 2) {
#pragma omp atomic
            cancelled++;
#pragma omp cancel parallel
        }
#pragma omp barrier
#pragma omp atomic
        after++;
    }
    printf("parallel: %d cancelled, %d behind the barrier\n", cancelled, after);
    after = 0;
#pragma omp parallel num_threads(4)
    {
#pragma omp cancel parallel if (omp_get_thread_num() == 7)
#pragma omp barrier
#pragma omp atomic
        after++;
    }
    printf("parallel, not cancelled: %d behind the barrier\n", after);
#pragma omp parallel num_threads(4)
    {
#pragma omp barrier
#pragma omp cancel parallel
        for (int i = 0; i < 100; i++) {
#pragma omp task
#pragma omp atomic
            tasks++;
        }
    }
    printf("tasks of a cancelled region: %d\n", tasks);
}

static void loop(int n)
{
    int behind = 0, again = 0, wrong = 0;

#pragma omp parallel num_threads(4)
    {
        int passed = 0;

#pragma omp for schedule(dynamic, 1)
        for (int i = 0; i < n; i++) {
#pragma omp cancel for if (i == 3)
#pragma omp cancellation point for
            passed++;
        }
        if (passed >= n)
#pragma omp atomic
            wrong++;
#pragma omp atomic
        behind++;
#pragma omp for schedule(static)
        for (int i = 0; i < 40; i++) {
#pragma omp cancellation point for
#pragma omp atomic
            again++;
        }
    }
    printf("for: %d behind it, %d ran all, the next one %d\n", behind, wrong, again);
}

static void sections(void)
{
    int first = 0, behind = 0;

#pragma omp parallel num_threads(4)
    {
#pragma omp sections
        {
#pragma omp section
            {
#pragma omp cancel sections
                first = 1;
            }
#pragma omp section
            {
#pragma omp cancellation point sections
            }
        }
#pragma omp atomic
        behind++;
    }
    printf("sections: %d after the cancel, %d behind\n", first, behind);
}

static void taskgroup(void)
{
    int ran = 0, outside = 0, never = 0;

#pragma omp parallel num_threads(4)
#pragma omp master
    {
#pragma omp task shared(outside)
#pragma omp atomic
        outside++;
#pragma omp taskgroup
        {
#pragma omp task shared(never) if (0)
            {
#pragma omp cancel taskgroup
                never++;
            }
            for (int i = 0; i < 50; i++) { /* behind the cancellation: none of them begins */
#pragma omp task shared(ran)
#pragma omp atomic
                ran++;
            }
        }
#pragma omp taskwait
    }
    printf("taskgroup: %d ran, %d outside, %d after the cancel\n", ran, outside, never);
}

int main(void)
{
    printf("cancellation %d\n", omp_get_cancellation());
    parallel();
    loop(10000);
    sections();
    taskgroup();
    return 0;
}
