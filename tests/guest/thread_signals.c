// setup: $ROOT/tests/guest/native.sh thread_signals
// check: cmp want stdout
// run:
// run: --harts 4
// Handlers are the program's, masks and what is raised are a thread's own.
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

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
    return 0;
}
