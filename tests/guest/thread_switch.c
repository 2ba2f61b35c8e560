// run: --icount --harts 1
// stdout~: ^context switch: [0-9]+ instructions$
// What it costs to give a hart from one thread to another: at most 200 instructions, call and loop left out.
#include <pthread.h>
#include <sched.h>

#include "check.h"

#define TIMES 1000
#define AROUND 12 /* instructions of the loop (3) and of sched_yield around thread_yield (9) */

static long instret(void)
{
    long n;

    __asm__ volatile("csrr %0, instret"
                     : "=r"(n));
    return n;
}

static void *yields(void *unused)
{
    (void)unused;
    for (int i = 0; i < TIMES + TIMES / 10; i++) {
        sched_yield();
    }
    return NULL;
}

int main(void)
{
    pthread_t other;
    long before, each;

    CHECK(pthread_create(&other, NULL, yields, NULL) == 0);
    sched_yield(); /* it has begun */
    before = instret();
    for (int i = 0; i < TIMES; i++) {
        sched_yield(); /* to the other, and back */
    }
    each = (instret() - before) / (2 * TIMES) - AROUND;
    CHECK(pthread_join(other, NULL) == 0);
    printf("context switch: %ld instructions\n", each);
    CHECK(each <= 200);
    return done();
}
