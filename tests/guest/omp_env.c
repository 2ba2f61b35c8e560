/* OMP_* variables, errors in them, the error directive.
 * env: OMP_NUM_THREADS=3,2 OMP_SCHEDULE=guided,7 OMP_DYNAMIC=no OMP_THREAD_LIMIT=4 OMP_MAX_TASK_PRIORITY=5 OMP_STACKSIZE=1M
 * run: --harts 2 --cflags "-fopenmp"
 * stdout~: ^threads 3, levels 255, schedule 3 7, dynamic 0, limit 4, priority 5$
 * stdout~: ^region 3, inside 2, at once at most 4: 1$
 * stderr~: ^bower: OpenMP: OMP_DYNAMIC=no makes no sense and is ignored$
 * stderr~: ^bower: OpenMP: error directive: on purpose$
 * stderr!~: unreachable
 * exit: 1
 */
#include <omp.h>
#include <stdio.h>
#include <stdlib.h>

int main(void)
{
    omp_sched_t kind;
    int chunk, outer = 0, inner = 0, now = 0, most = 0;

    setenv("OMP_NUM_THREADS", "17,17,17", 1); /* too late, whatever the library has read so far */
    omp_get_schedule(&kind, &chunk);
    printf("threads %d, levels %d, schedule %d %d, dynamic %d, limit %d, priority %d\n", omp_get_max_threads(),
           omp_get_max_active_levels(), kind, chunk, omp_get_dynamic(), omp_get_thread_limit(), omp_get_max_task_priority());
#pragma omp parallel
    {
        char stack[300000]; /* of the 1 MiB that was asked for */

        stack[0] = stack[sizeof stack - 1] = 1;
#pragma omp single
        outer = omp_get_num_threads() + stack[0] - stack[sizeof stack - 1];
        if (omp_get_thread_num() == 0)
            inner = omp_get_max_threads();
#pragma omp barrier
#pragma omp parallel
        {
#pragma omp critical
            {
                now++;
                most = now > most ? now : most;
            }
#pragma omp barrier
#pragma omp atomic
            now--;
        }
    }
    printf("region %d, inside %d, at once at most 4: %d\n", outer, inner, most >= 1 && most <= 4);
    fflush(stdout);
#pragma omp error at(execution) severity(warning) message("on purpose")
#pragma omp error at(execution) severity(fatal) message("for good")
    fprintf(stderr, "unreachable\n");
    return 0;
}
