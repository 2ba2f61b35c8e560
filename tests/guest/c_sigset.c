// run:
// setup: $ROOT/tests/guest/native.sh c_sigset
// check: cmp want stdout
// sigset, sighold and their kin; siginterrupt before and behind signal.
#define _GNU_SOURCE
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

static volatile sig_atomic_t count;

static void on_signal(int number)
{
    count += number == SIGUSR1;
}

static const char *name(__sighandler_t handler)
{
    return handler == SIG_DFL ? "default" : handler == SIG_IGN ? "ignored"
                                        : handler == SIG_HOLD  ? "held"
                                        : handler == SIG_ERR   ? "error"
                                                               : "own";
}

static int restarts(void)
{
    struct sigaction now;

    sigaction(SIGUSR1, NULL, &now);
    return (now.sa_flags & SA_RESTART) != 0;
}

static void says(const char *what, int result)
{
    printf("%s: %s, count %d\n", what, result ? strerror(errno) : "0", count);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    printf("%s\n", name(sigset(SIGUSR1, on_signal)));
    says("raise", raise(SIGUSR1));
    says("hold", sighold(SIGUSR1));
    says("raise", raise(SIGUSR1));
    says("release", sigrelse(SIGUSR1));
    printf("%s\n", name(sigset(SIGUSR1, SIG_HOLD)));
    says("raise", raise(SIGUSR1));
    says("pause", sigpause(SIGUSR1));
    says("raise", raise(SIGUSR1));
    printf("%s\n", name(sigset(SIGUSR1, on_signal)));
    says("released", 0);
    says("ignore", sigignore(SIGUSR1));
    says("raise", raise(SIGUSR1));
    printf("%s\n", name(sigset(SIGUSR1, SIG_DFL)));
    printf("%s\n", name(sigset(SIGKILL, SIG_IGN)));
    says("invalid", sighold(1000));
    says("invalid", sigignore(SIGSTOP));
    signal(SIGUSR1, on_signal);
    printf("restarts %d", restarts());
    siginterrupt(SIGUSR1, 1);
    printf(" %d", restarts());
    signal(SIGUSR1, on_signal);
    printf(" %d", restarts());
    siginterrupt(SIGUSR1, 0);
    printf(" %d\n", restarts());
    return 0;
}
