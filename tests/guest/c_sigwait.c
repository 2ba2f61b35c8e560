// run: --harts 2
// setup: $ROOT/tests/guest/native.sh c_sigwait -pthread
// check: cmp want stdout
// Signals that wait until a thread asks for them, with what came along, and those of another thread for the whole program.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static sigset_t set_of(int first, int second, int third)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, first);
    sigaddset(&set, second);
    sigaddset(&set, third);
    return set;
}

static void on_signal(int signal, siginfo_t *info, void *context)
{
    (void)context;
    printf("handler %d, code %d, value %d, own %d\n", signal == SIGRTMIN ? 1 : signal, info->si_code,
           info->si_code == SI_QUEUE ? info->si_value.sival_int : 0, info->si_pid == getpid());
}

static void by_hand(void)
{
    sigset_t set = set_of(SIGUSR1, SIGUSR2, SIGRTMIN), pending;
    struct timespec none = { 0, 0 }, wrong = { 0, -1 };
    siginfo_t info;
    int signal = 0, result;

    pthread_sigmask(SIG_BLOCK, &set, NULL);
    errno = 0;
    result = sigtimedwait(&set, &info, &none);
    printf("nothing: %d %d\n", result, errno == EAGAIN);
    result = sigtimedwait(&set, &info, &wrong);
    printf("wrong: %d %d\n", result, errno == EINVAL);
    raise(SIGUSR2);
    kill(getpid(), SIGUSR1);
    raise(SIGUSR2); /* waits already */
    sigpending(&pending);
    printf("pending %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGUSR2), sigismember(&pending, SIGRTMIN));
    for (int i = 0; i < 2; i++) { /* which first is Linux's own matter: its thread's, then the program's */
        result = sigwait(&set, &signal);
        printf("sigwait %d %d\n", result, signal == SIGUSR1 || signal == SIGUSR2);
    }
    printf("and no more %d\n", sigtimedwait(&set, NULL, &none));
    for (int i = 0; i < 3; i++)
        result = sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 10 + i });
    for (int i = 0; i < 2; i++) {
        result = sigwaitinfo(&set, &info);
        printf("queued %d: %d %d %d\n", result == SIGRTMIN, info.si_signo == SIGRTMIN, info.si_code, info.si_value.sival_int);
    }
    raise(SIGUSR1);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    printf("unblocked\n");
    result = sigqueue(getpid(), SIGUSR2, (union sigval){ .sival_int = 7 });
    printf("sent %d\n", result);
}

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int received[4];

static void *wait_for_end(void *argument)
{
    sigset_t set = set_of(SIGHUP, SIGTERM, SIGINT);
    int signal;

    do {
        sigwait(&set, &signal);
        pthread_mutex_lock(&lock);
        received[signal == SIGHUP ? 0 : signal == SIGINT ? 1
                                                         : 2]++;
        pthread_mutex_unlock(&lock);
    } while (signal != SIGTERM);
    return argument;
}

/* Every thread blocks the signals, and one takes them. */
static void between_threads(void)
{
    sigset_t set = set_of(SIGHUP, SIGTERM, SIGINT);
    pthread_t thread;

    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&thread, NULL, wait_for_end, NULL);
    for (int i = 0, n = 0; i < 3; i++) {
        kill(getpid(), i == 1 ? SIGINT : SIGHUP);
        do {
            usleep(1000);
            pthread_mutex_lock(&lock);
            n = received[0] + received[1];
            pthread_mutex_unlock(&lock);
        } while (n <= i);
    }
    kill(getpid(), SIGTERM);
    pthread_join(thread, NULL);
    printf("received %d %d %d\n", received[0], received[1], received[2]);
    pthread_create(&thread, NULL, wait_for_end, NULL);
    usleep(2000);
    pthread_cancel(thread);
    pthread_join(thread, NULL);
    printf("cancelled\n");
}

int main(void)
{
    struct sigaction action;

    memset(&action, 0, sizeof(action));
    action.sa_sigaction = on_signal;
    action.sa_flags = SA_SIGINFO;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGUSR2, &action, NULL);
    sigaction(SIGRTMIN, &action, NULL);
    by_hand();
    between_threads();
    return 0;
}
