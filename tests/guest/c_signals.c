// run:
// setup: $ROOT/tests/guest/native.sh c_signals
// check: cmp want stdout
// Signals that a program raises in itself.
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t count, depth, deepest;

static void on_signal(int signal)
{
    count++;
    if (++depth > deepest)
        deepest = depth;
    if (count < 3)
        raise(signal); /* blocked while its handler runs: comes afterwards */
    depth--;
}

static void with_info(int signal, siginfo_t *info, void *context)
{
    (void)context;
    printf("info %d\n", info->si_signo == signal);
}

static void show_mask(int signal)
{
    sigset_t now;

    sigprocmask(SIG_BLOCK, NULL, &now);
    printf("in the handler of %d: kill %d, stop %d, hup %d\n", signal, sigismember(&now, SIGKILL), sigismember(&now, SIGSTOP),
           sigismember(&now, SIGHUP));
}

/* SIGKILL and SIGSTOP cannot be blocked, two numbers are the library's. */
static void full_sets(void)
{
    struct sigaction action = { .sa_handler = show_mask }, old;
    sigset_t set;
    int bad[4];

    sigfillset(&action.sa_mask);
    sigaction(SIGUSR1, &action, NULL);
    raise(SIGUSR1);
    sigaction(SIGUSR1, NULL, &old);
    sigfillset(&set);
    for (int i = 30; i < 36; i++)
        printf("%d: %d %d\n", i, sigismember(&set, i), sigismember(&old.sa_mask, i));
    bad[0] = sigaddset(&set, 32);
    bad[1] = sigdelset(&set, 33);
    bad[2] = sigaction(32, NULL, &old);
    bad[3] = signal(SIGUSR1, SIG_ERR) == SIG_ERR;
    printf("%d %d %d %d, kill %d\n", bad[0], bad[1], bad[2], bad[3], sigismember(&old.sa_mask, SIGKILL));
    signal(SIGUSR1, SIG_DFL);
}

int main(void)
{
    struct sigaction action, old;
    sigset_t set, pending;
    int raised;

    full_sets();
    printf("first %d\n", signal(SIGUSR1, on_signal) == SIG_DFL);
    printf("raise %d\n", raise(SIGUSR1));
    printf("count %d, deepest %d\n", (int)count, (int)deepest);
    printf("second %d\n", signal(SIGUSR1, SIG_IGN) == on_signal);
    printf("ignored %d %d\n", raise(SIGUSR1), (int)count);
    signal(SIGTSTP, show_mask);
    printf("stop, handled %d", raise(SIGTSTP));
    signal(SIGTSTP, SIG_IGN);
    printf(", ignored %d\n", raise(SIGTSTP));
    memset(&action, 0, sizeof(action));
    sigemptyset(&action.sa_mask);
    action.sa_sigaction = with_info;
    action.sa_flags = SA_SIGINFO | SA_RESETHAND;
    printf("sigaction %d\n", sigaction(SIGUSR2, &action, &old));
    kill(getpid(), SIGUSR2);
    sigaction(SIGUSR2, NULL, &old);
    printf("reset %d\n", old.sa_handler == SIG_DFL);
    signal(SIGTERM, on_signal);
    sigemptyset(&set);
    sigaddset(&set, SIGTERM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGTERM);
    sigpending(&pending);
    printf("pending %d %d\n", sigismember(&pending, SIGTERM), (int)count);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("delivered %d\n", (int)count);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGTERM);
    signal(SIGTERM, SIG_IGN);
    signal(SIGTERM, on_signal);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("forgotten %d\n", (int)count);
    printf("harmless %d\n", raise(SIGCHLD));
    raised = raise(1000);
    printf("bad %d %d\n", raised, errno == EINVAL);
    raised = kill(99999999, 0);
    printf("kill nobody %d %d\n", raised, errno == ESRCH);
    printf("kill stop %d\n", signal(SIGKILL, on_signal) == SIG_ERR);
    return 0;
}
