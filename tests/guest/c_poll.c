// run:
// setup: $ROOT/tests/guest/native.sh c_poll
// check: cmp want stdout
// poll and select on files, on stdin at its end, and as a way to sleep.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <sys/select.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

static void polls(int file)
{
    struct pollfd fds[] = {
        { .fd = file, .events = POLLIN | POLLOUT },
        { .fd = -1, .events = POLLIN, .revents = 7 },
        { .fd = 99, .events = POLLIN },
        { .fd = 1, .events = POLLOUT },
        { .fd = 0, .events = POLLIN },
    };
    struct timespec tenth = { 0, 20000000 };
    long before;
    char byte;

    printf("%d", poll(fds, 5, -1));
    for (int i = 0; i < 5; i++)
        printf(" %x", (unsigned)fds[i].revents);
    printf("\n%zd\n", read(0, &byte, 1));
    before = now_ms();
    printf("%d", poll(&fds[1], 1, 20));
    printf(" %d\n", now_ms() - before >= 20);
    before = now_ms();
    printf("%d", ppoll(NULL, 0, &tenth, NULL));
    printf(" %d\n", now_ms() - before >= 20);
    fds[0].events = POLLPRI;
    printf("%d\n", poll(fds, 1, 0));
}

static void selects(int file)
{
    struct timeval none = { 0, 0 }, some = { 0, 20000 }, large = { 1000, 0 };
    fd_set readable, writable;
    long before = now_ms();
    int result;

    printf("%d", select(0, NULL, NULL, NULL, &some));
    printf(" %d %ld.%06ld\n", now_ms() - before >= 20, (long)some.tv_sec, (long)some.tv_usec);
    FD_ZERO(&readable);
    FD_ZERO(&writable);
    FD_SET(file, &readable);
    FD_SET(0, &readable);
    FD_SET(1, &writable);
    printf("%d", select(file + 1, &readable, &writable, NULL, &large));
    printf(" %d %d %d %d\n", FD_ISSET(file, &readable), FD_ISSET(0, &readable), FD_ISSET(1, &writable), large.tv_sec > 900);
    FD_ZERO(&readable);
    FD_SET(99, &readable);
    result = select(100, &readable, NULL, NULL, &none);
    printf("%d %d %d\n", result, errno == EBADF, FD_SETSIZE);
}

static void handler(int signal)
{
    printf("(%d)", signal);
}

/* A signal that waits behind the mask ends a wait whose mask lets it through, and only if nothing is ready before. */
static void masked(void)
{
    struct timespec long_time = { 5, 0 }, none = { 0, 0 };
    struct pollfd out = { .fd = 1, .events = POLLOUT };
    sigset_t all, empty;
    fd_set writable;
    int result;

    signal(SIGUSR1, handler);
    sigfillset(&all);
    sigemptyset(&empty);
    sigprocmask(SIG_SETMASK, &all, NULL);
    raise(SIGUSR1);
    printf("%d", ppoll(&out, 1, &long_time, &empty));
    FD_ZERO(&writable);
    FD_SET(1, &writable);
    printf(" %d", pselect(2, NULL, &writable, NULL, &long_time, &empty));
    result = pselect(0, NULL, NULL, NULL, &long_time, &empty);
    printf(" %d %d\n", result, errno == EINTR);
    kill(getpid(), SIGUSR1);
    result = ppoll(NULL, 0, &none, &empty);
    printf("%d %d", result, errno == EINTR);
    printf(" %d\n", ppoll(NULL, 0, &none, &empty));
    sigprocmask(SIG_SETMASK, &empty, NULL);
}

int main(void)
{
    int file = open("polled", O_RDWR | O_CREAT, 0644);

    polls(file);
    selects(file);
    masked();
    return 0;
}
