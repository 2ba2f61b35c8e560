// setup: $ROOT/tests/guest/native.sh thread_signals
// check: cmp want stdout
// run:
// run: --harts 4
// Handlers are the program's, masks and what is raised are a thread's own; what is sent to the program while its sender blocks it
// reaches a thread that sleeps in sigsuspend or pause. A sleep for ever does not end.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_t handled_by;
static int handled;

static void on_signal(int signal)
{
    (void)signal;
    handled++;
    handled_by = pthread_self();
}

static void *work(void *argument)
{
    sigset_t set, old, pending;

    (void)argument;
    pthread_sigmask(SIG_BLOCK, NULL, &old);
    printf("inherited %d\n", sigismember(&old, SIGUSR2));
    raise(SIGUSR1);
    printf("mine %d, %d\n", handled, pthread_equal(handled_by, pthread_self()) != 0);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    pthread_sigmask(SIG_BLOCK, &set, &old);
    pthread_kill(pthread_self(), SIGUSR1);
    sigpending(&pending);
    printf("blocked %d, pending %d\n", handled, sigismember(&pending, SIGUSR1));
    pthread_sigmask(SIG_SETMASK, &old, NULL);
    printf("delivered %d\n", handled);
    printf("bad how: %s\n", strerror(pthread_sigmask(77, &set, NULL)));
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    return NULL;
}

static void *suspended(void *argument)
{
    sigset_t none;
    int result;

    sigemptyset(&none);
    result = argument ? pause() : sigsuspend(&none);
    printf("%s: %d, handled by me %d\n", argument ? "pause" : "sigsuspend", result,
           handled > 0 && pthread_equal(handled_by, pthread_self()) != 0);
    return NULL;
}

static void *sleeper(void *argument)
{
    struct timespec ever = { (time_t)(~0ul >> 1), 0 };

    if (argument)
        clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ever, NULL);
    else
        nanosleep(&ever, NULL);
    return NULL;
}

static void others(void)
{
    struct timespec a_moment = { 0, 20000000 };
    pthread_t thread;
    sigset_t set;
    void *result;

    for (int i = 0; i < 2; i++) {
        sigemptyset(&set);
        sigaddset(&set, SIGUSR1);
        pthread_sigmask(i ? SIG_UNBLOCK : SIG_BLOCK, &set, NULL); /* as the thread will begin */
        pthread_create(&thread, NULL, suspended, i ? "pause" : NULL);
        pthread_sigmask(SIG_BLOCK, &set, NULL);
        do { /* until one comes while it is in pause */
            kill(getpid(), SIGUSR1);
            nanosleep(&a_moment, NULL);
        } while (pthread_tryjoin_np(thread, NULL) != 0);
    }
    for (int i = 0; i < 2; i++) {
        pthread_create(&thread, NULL, sleeper, i ? "until" : NULL);
        nanosleep(&a_moment, NULL);
        pthread_cancel(thread);
        pthread_join(thread, &result);
        printf("slept until cancelled: %d\n", result == PTHREAD_CANCELED);
    }
}

int main(void)
{
    pthread_t thread;
    sigset_t set, now;

    signal(SIGUSR1, on_signal);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    sigprocmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, work, NULL);
    pthread_join(thread, NULL);
    pthread_sigmask(SIG_BLOCK, NULL, &now);
    printf("still open %d\n", !sigismember(&now, SIGUSR1));
    raise(SIGUSR1);
    printf("mine %d, %d\n", handled, pthread_equal(handled_by, pthread_self()) != 0);
    handled = 0;
    others();
    return 0;
}
