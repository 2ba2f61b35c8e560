/*
 * lifecycle MODE: how a process can end, and what runs before: exit handlers, signal handlers, jumps. Modes: exit quick _exit
 * return signals jumps abort handled-abort assert kill segments.
 */
#include <assert.h>
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted, depth;
static sigjmp_buf back;

static void first(void) { puts("registered first"); }
static void second(void) { puts("registered second"); }
static void nested(void)
{
    puts("registered in a handler");
}
static void third(void)
{
    puts("registered third");
    atexit(nested);
}
static void quick(void)
{
    puts("quick");
    fflush(stdout);
}

__attribute__((constructor)) static void before_main(void) { puts("constructor"); }
__attribute__((destructor)) static void after_main(void) { puts("destructor"); }

static void on_interrupt(int number)
{
    interrupted++;
    depth++;
    if (interrupted < 3)
        raise(number); /* blocked until we return */
    depth--;
}

static void describe(int number, siginfo_t *info, void *context)
{
    (void)context;
    printf("%s (%d), from %s\n", strsignal(number), number, info->si_pid == getpid() ? "ourselves" : "elsewhere");
}

static void leave(int number)
{
    siglongjmp(back, number);
}

static void signals(void)
{
    static const int numbers[] = { SIGHUP, SIGINT, SIGTERM, SIGUSR1, SIGUSR2, SIGALRM, SIGCHLD, SIGCONT, SIGWINCH };
    struct sigaction action = { .sa_sigaction = describe, .sa_flags = SA_SIGINFO }, old;
    sigset_t mask, pending, before;

    sigemptyset(&action.sa_mask);
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        sigaction(numbers[i], &action, &old);
        kill(getpid(), numbers[i]);
    }
    signal(SIGINT, on_interrupt);
    raise(SIGINT);
    printf("interrupted %d times, depth %d\n", (int)interrupted, (int)depth);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGTERM);
    sigprocmask(SIG_BLOCK, &mask, &before);
    raise(SIGUSR1);
    raise(SIGUSR1);
    raise(SIGTERM);
    sigpending(&pending);
    printf("pending: %d %d %d\n", sigismember(&pending, SIGUSR1), sigismember(&pending, SIGTERM),
           sigismember(&pending, SIGINT));
    sigprocmask(SIG_SETMASK, &before, NULL);
    signal(SIGPIPE, SIG_IGN);
    printf("ignored: %d\n", raise(SIGPIPE));
    printf("kill 0: %d", kill(getpid(), 0));
    printf(", no such signal: %d", kill(getpid(), 12345));
    printf(" %s\n", strerror(errno));
}

static int recurse(int n)
{
    char frame[200];

    memset(frame, n, sizeof(frame));
    if (n == 0)
        return raise(SIGUSR1); /* does not come back */
    return recurse(n - 1) + frame[n % 200];
}

static void jumps(void)
{
    jmp_buf local;
    volatile int round = 0;
    sigset_t mask;
    int value = setjmp(local);

    printf("setjmp %d\n", value);
    if (value < 3)
        longjmp(local, value + 1);
    signal(SIGUSR1, leave);
    for (round = 0; round < 2; round++) {
        int number = sigsetjmp(back, 1);

        if (number == 0)
            recurse(100);
        sigprocmask(SIG_BLOCK, NULL, &mask);
        printf("back with %d, blocked %d\n", number, sigismember(&mask, SIGUSR1));
    }
}

static void on_abort(int number)
{
    static const char text[] = "handler of abort\n";

    (void)number;
    if (write(STDOUT_FILENO, text, sizeof(text) - 1) < 0)
        _exit(1);
}

int main(int argc, char **argv)
{
    const char *mode = argc > 1 ? argv[1] : "return";

    if (atexit(first) || atexit(second) || atexit(third) || at_quick_exit(quick))
        return 9;
    printf("mode %s\n", mode);
    if (strcmp(mode, "exit") == 0)
        exit(300); /* the low byte */
    if (strcmp(mode, "quick") == 0)
        quick_exit(4);
    if (strcmp(mode, "_exit") == 0) {
        fflush(stdout);
        printf("lost");
        _exit(5);
    }
    if (strcmp(mode, "signals") == 0)
        signals();
    if (strcmp(mode, "jumps") == 0)
        jumps();
    if (strcmp(mode, "handled-abort") == 0)
        signal(SIGABRT, on_abort);
    if (strstr(mode, "abort"))
        abort();
    if (strcmp(mode, "assert") == 0)
        assert(argc == 77);
    if (strcmp(mode, "kill") == 0)
        kill(getpid(), SIGKILL);
    if (strcmp(mode, "segments") == 0) {
        puts("whole line");
        fflush(stdout);
        fputs("part of a line", stdout);
        raise(SIGTERM);
    }
    return 7;
}
