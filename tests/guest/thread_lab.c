// setup: $ROOT/tests/guest/native.sh thread_lab -iquote $ROOT/runtime/include
// check: cmp want stdout
// run:
// run: --harts 4
// The thread library of the parallel programming lab: numbers of threads, mutexes, conditions, semaphores, join at the end.
#include "thread.h"
#include "thread-sync.h"

#define N 3000

static spinlock_t spin = SPIN_INIT();
static mutex_t mutex = MUTEX_INIT();
static cond_t turn_changed = COND_INIT();
static sem_t fish, done;
static long sum, numbers;
static int turn = 4;

static void Tsum(int id)
{
    for (int i = 0; i < N; i++) {
        spin_lock(&spin);
        sum++;
        spin_unlock(&spin);
    }
    mutex_lock(&mutex);
    numbers += id;
    mutex_unlock(&mutex);
}

/* One after the other, the last one first. */
static void Torder(int id)
{
    mutex_lock(&mutex);
    while (turn != id - 4)
        cond_wait(&turn_changed, &mutex);
    printf("thread %d\n", id);
    turn--;
    cond_broadcast(&turn_changed);
    mutex_unlock(&mutex);
}

static void Tproduce(void)
{
    for (int i = 0; i < N; i++)
        V(&fish);
    V(&done);
}

static void Tlate(void)
{
    P(&done);
    usleep(2000);
    printf("waited for at the end\n");
}

int main(void)
{
    int locked = atomic_xchg(&spin, 1);

    atomic_xchg(&spin, locked);
    for (int i = 0; i < 4; i++)
        spawn(Tsum);
    join();
    printf("sum = %ld, numbers = %ld\n", sum, numbers);
    for (int i = 0; i < 4; i++)
        spawn(Torder);
    join();
    SEM_INIT(&fish, 0);
    SEM_INIT(&done, 0);
    spawn(Tproduce);
    for (int i = 0; i < N; i++)
        P(&fish);
    create(Tlate);
    return 0;
}
