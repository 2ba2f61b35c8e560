/* target without a device, teams, distribute, and allocators.
 * setup: OMP_NUM_THREADS=4 bash $ROOT/tests/guest/native.sh omp_target -fopenmp
 * env: OMP_NUM_THREADS=4
 * check: cmp stdout want
 * run: --harts 4 --cflags "-fopenmp"
 */
#include <omp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

/* It would break pragmas at every colon. */
/* clang-format off */

#define N 100

#pragma omp declare target
static int global = 3;
static int twice(int x) { return 2 * x * (global == 3); }
#pragma omp end declare target

static void target(void)
{
    int a[N], sum = 0, private = 5, level = -1, scalar = 9;
    double *heap = omp_target_alloc(N * sizeof *heap, omp_get_default_device());
    int limit = 40000, sizes[2] = { 0 };

    for (int i = 0; i < N; i++)
        a[i] = i;
#pragma omp target map(tofrom : a [0:N], sum) firstprivate(private) map(from : level)
    {
        private += 10;
        level = omp_get_level() * 10 + omp_in_parallel();
        for (int i = 0; i < N; i++)
            a[i] += twice(i) + private + scalar;
#pragma omp parallel for reduction(+ : sum)
        for (int i = 0; i < N; i++)
            sum += a[i];
    }
    printf("target: %d, private %d, level %d\n", sum, private, level);
#pragma omp parallel num_threads(2) /* a region of its own, whatever is around it */
#pragma omp single
    {
#pragma omp target map(from : level)
        level = omp_get_level() * 10 + omp_in_parallel();
    }
    sum = 0;
#pragma omp target data map(to : a) use_device_ptr(heap)
    {
#pragma omp target enter data map(alloc : scalar)
#pragma omp target update to(scalar)
#pragma omp target teams distribute parallel for reduction(+ : sum) is_device_ptr(heap)
        for (int i = 0; i < N; i++) {
            heap[i] = a[i] * 0.5;
            sum += a[i];
        }
#pragma omp target exit data map(delete : scalar)
    }
#pragma omp target nowait depend(out : sum) map(tofrom : sum)
    sum++;
#pragma omp task depend(in : sum) shared(sum)
    sum *= 2;
#pragma omp taskwait
    printf("target: level %d, sum %d, %g %d\n", level, sum, heap[N - 1], omp_target_is_present(heap, omp_get_initial_device()));
    omp_target_free(heap, omp_get_default_device());
#pragma omp target parallel num_threads(4) thread_limit(2) map(from : sizes)
#pragma omp single
    sizes[0] = omp_get_num_threads();
#pragma omp target thread_limit(limit) map(from : sizes[1])
    sizes[1] = omp_get_thread_limit();
    printf("limits: %d threads, at most %d\n", sizes[0], sizes[1]);
    printf("devices: %d, initial %d\n", omp_get_num_devices(), omp_is_initial_device());
}

static void teams(void)
{
    int counts[10] = { 0 }, sizes = 0, sum = 0, seen[N] = { 0 }, wrong = 0;

#pragma omp teams num_teams(4) shared(counts)
    {
#pragma omp parallel
#pragma omp atomic
        counts[omp_get_team_num()] += omp_get_num_teams() * 10 + 1;
    }
#pragma omp teams reduction(+ : sizes)
    sizes++;
#pragma omp teams distribute parallel for num_teams(3) reduction(+ : sum) dist_schedule(static, 7) schedule(dynamic, 2)
    for (int i = 0; i < N; i++) {
        sum += i;
        seen[i]++;
    }
    for (int i = 0; i < N; i++)
        wrong += seen[i] != 1;
    printf("teams: %d %d %d %d %d, by itself %d, distribute %d, %d wrong\n", counts[0], counts[1], counts[2], counts[3], counts[4],
           sizes, sum, wrong);
    omp_set_num_teams(2);
    omp_set_teams_thread_limit(3);
    sizes = 0;
#pragma omp teams reduction(+ : sizes)
    sizes++;
    printf("teams: %d of %d, limit %d, outside %d %d\n", sizes, omp_get_max_teams(), omp_get_teams_thread_limit(),
           omp_get_team_num(), omp_get_num_teams());
}

static void memory(void)
{
    omp_alloctrait_t traits[] = { { omp_atk_alignment, 256 }, { omp_atk_pool_size, 10000 }, { omp_atk_fallback, omp_atv_null_fb } };
    omp_allocator_handle_t small = omp_init_allocator(omp_default_mem_space, 3, traits);
    omp_allocator_handle_t plain = omp_init_allocator(omp_default_mem_space, 2, traits + 1);
    char *a = omp_alloc(4000, small), *b = omp_alloc(9000, small), *c = omp_calloc(10, 30, omp_large_cap_mem_alloc), *d;
    int sum = 0, x = 3;

    printf("memory: %d %d, refused %d, zero %d\n", a != NULL, (int)((uintptr_t)a % 256), b == NULL, c[299]);
    memset(a, 7, 4000);
    d = omp_realloc(a, 5000, small, small);
    printf("realloc: %d %d %d\n", d != NULL, d[3999], (int)((uintptr_t)d % 256));
    omp_free(d, small);
    a = omp_realloc(omp_alloc(5000, plain), 9000, plain, plain);
    printf("realloc in a full pool: %d, refused %d\n", a != NULL, omp_realloc(a, 12000, plain, plain) == NULL);
    omp_free(a, plain);
    omp_destroy_allocator(plain);
    b = omp_alloc(9000, small);
    printf("again: %d", b != NULL);
    omp_free(b, small);
    omp_free(c, omp_null_allocator);
    omp_destroy_allocator(small);
    printf(", null %d, default %d\n", omp_alloc(0, omp_default_mem_alloc) == NULL, (int)omp_get_default_allocator());
#pragma omp parallel num_threads(3) private(x) allocate(x) reduction(+ : sum)
    {
        x = omp_get_thread_num() + 1;
        sum += x;
    }
    printf("allocate: %d\n", sum);
}

int main(void)
{
    teams();
    target();
    memory();
    return 0;
}
