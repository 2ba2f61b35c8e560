// setup: $ROOT/tests/guest/native.sh thread_c11
// check: cmp want stdout
// run:
// run: --harts 4
// The threads of C11.
#include <stdatomic.h>
#include <stdio.h>
#include <threads.h>
#include <time.h>

static mtx_t mutex, recursive, timed;
static cnd_t changed;
static tss_t key;
static once_flag flag = ONCE_FLAG_INIT;
static thread_local int own = 1;
static atomic_int total;
static int count, calls, destroyed;

static void once(void)
{
    calls++;
}

static void destroy(void *value)
{
    (void)value;
    destroyed++;
}

static int work(void *argument)
{
    call_once(&flag, once);
    tss_set(key, &own);
    for (int i = 0; i < 5000; i++) {
        mtx_lock(&mutex);
        count++;
        mtx_unlock(&mutex);
        total++;
        own++;
    }
    thrd_yield();
    if (tss_get(key) == &own && own == 5001)
        thrd_exit(-*(int *)argument);
    return 0;
}

static int wait_for_count(void *argument)
{
    mtx_lock(&mutex);
    while (count != 0)
        cnd_wait(&changed, &mutex);
    mtx_unlock(&mutex);
    return *(int *)argument;
}

static int try_to_lock(void *argument)
{
    struct timespec past = { 1, 0 };

    (void)argument;
    printf("busy %d\n", mtx_trylock(&timed) == thrd_busy);
    printf("timed out %d\n", mtx_timedlock(&timed, &past) == thrd_timedout);
    return 0;
}

int main(void)
{
    thrd_t threads[4];
    int numbers[4] = { 1, 2, 3, 4 }, result, sum = 0;
    struct timespec soon, nothing = { 0, 1000 };

    printf("init %d %d %d\n", mtx_init(&mutex, mtx_plain), mtx_init(&recursive, mtx_plain | mtx_recursive),
           mtx_init(&timed, mtx_timed));
    printf("init %d %d\n", cnd_init(&changed), tss_create(&key, destroy));
    for (int i = 0; i < 4; i++)
        thrd_create(&threads[i], work, &numbers[i]);
    for (int i = 0; i < 4; i++) {
        thrd_join(threads[i], &result);
        sum += result;
    }
    printf("sum %d, count %d, total %d, calls %d, destroyed %d, own %d\n", sum, count, (int)total, calls, destroyed, own);
    for (int i = 0; i < 4; i++)
        thrd_create(&threads[i], wait_for_count, &numbers[i]);
    mtx_lock(&mutex);
    count = 0;
    mtx_unlock(&mutex);
    cnd_broadcast(&changed);
    for (int i = sum = 0; i < 4; i++) {
        thrd_join(threads[i], &result);
        sum += result;
    }
    printf("woken %d\n", sum);
    mtx_lock(&recursive);
    printf("again %d\n", mtx_lock(&recursive) == thrd_success);
    mtx_unlock(&recursive);
    mtx_unlock(&recursive);
    mtx_lock(&timed);
    thrd_create(&threads[0], try_to_lock, NULL);
    thrd_join(threads[0], NULL);
    timespec_get(&soon, TIME_UTC);
    soon.tv_sec--;
    printf("timed out %d\n", cnd_timedwait(&changed, &timed, &soon) == thrd_timedout);
    mtx_unlock(&timed);
    printf("slept %d\n", thrd_sleep(&nothing, NULL));
    printf("me %d\n", thrd_equal(thrd_current(), thrd_current()) != 0);
    thrd_create(&threads[0], work, &numbers[0]);
    printf("detached %d\n", thrd_detach(threads[0]) == thrd_success);
    mtx_destroy(&recursive);
    return 0;
}
