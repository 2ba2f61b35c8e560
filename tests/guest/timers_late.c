// run: --harts 2
// run: --harts 1
// stdout~: ^0 lost$
// What has expired before a timer is set anew has happened, also where the thread that keeps the time has not come to it yet.
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>

#define MS 1000000

static volatile sig_atomic_t came;

static void note(int signal)
{
    (void)signal;
    came++;
}

/* No call: one would look for signals. */
static unsigned long ticks(void)
{
    unsigned long now;

    __asm__ volatile("rdtime %0"
                     : "=r"(now));
    return now;
}

int main(void)
{
    unsigned long ticks_per_us = 10; /* of QEMU's machine "virt" */
    struct itimerspec once = { { 0, 0 }, { 0, MS } }, none;
    timer_t timer;
    int lost = 0;

    memset(&none, 0, sizeof(none));
    signal(SIGALRM, note);
    timer_create(CLOCK_MONOTONIC, NULL, &timer);
    for (unsigned long i = 0; i < 100; i++) {
        unsigned long end;

        came = 0;
        timer_settime(timer, 0, &once, NULL);
        end = ticks() + (1000 + i) * ticks_per_us;
        while (ticks() < end)
            ;
        timer_settime(timer, 0, &none, NULL);
        lost += came != 1;
    }
    printf("%d lost\n", lost);
    return 0;
}
