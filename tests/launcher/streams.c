/* streams.c: what tests/launcher/test_streams.py runs. The first argument says what to do. */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static int copy(void)
{
    char buffer[5000];
    ssize_t n;
    while ((n = read(0, buffer, sizeof(buffer))) > 0)
        if (write(1, buffer, (size_t)n) != n)
            return 1;
    return n < 0;
}

static volatile sig_atomic_t interrupts;

static void on_interrupt(int number)
{
    interrupts += number == SIGINT;
}

static void on_alarm(int number)
{
    (void)number;
}

/* The first read ends with EINTR though signal has set SA_RESTART, the second begins again. */
static int read_in_time(void)
{
    char buffer[10];

    signal(SIGALRM, on_alarm);
    siginterrupt(SIGALRM, 1);
    ualarm(50000, 50000);
    printf("%zd", read(0, buffer, sizeof(buffer)));
    printf(" %d\n", errno == EINTR);
    fflush(stdout);
    siginterrupt(SIGALRM, 0);
    printf("%zd\n", read(0, buffer, sizeof(buffer)));
    return 0;
}

/* Waits for SIGINT in a call of this kind. */
static int interrupted(const char *where)
{
    struct sigaction action = { .sa_handler = on_interrupt };
    char byte;

    sigaction(SIGINT, &action, NULL);
    for (int i = 0; i < 2; i++) {
        fprintf(stderr, "waiting\n");
        if (!strcmp(where, "read"))
            printf("read %d", read(0, &byte, 1) < 0 ? errno : 0);
        else if (!strcmp(where, "sleep"))
            printf("sleep %d", sleep(1000) > 900 ? errno : 0);
        else if (!strcmp(where, "pause"))
            printf("pause %d", pause() < 0 ? errno : 0);
        else {
            for (int before = interrupts; interrupts == before;)
                time(NULL);
            printf("loop");
        }
        printf("\n");
    }
    signal(SIGINT, SIG_DFL);
    fflush(stdout);
    fprintf(stderr, "default\n");
    pause();
    return 9;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "copy"))
        return copy();
    if (!strcmp(what, "yes"))
        for (;;)
            puts("yes");
    if (!strcmp(what, "hang")) {
        fprintf(stderr, "hanging\n");
        for (;;)
            ;
    }
    if (!strcmp(what, "deaf")) {
        signal(SIGINT, on_interrupt);
        fprintf(stderr, "deaf\n");
        for (;;)
            ;
    }
    if (!strcmp(what, "interrupted"))
        return interrupted(argc > 2 ? argv[2] : "");
    if (!strcmp(what, "read in time"))
        return read_in_time();
    if (!strcmp(what, "args")) {
        for (int i = 2; i < argc; i++)
            printf("[%s]\n", argv[i]);
        printf("TZ=%s\n", getenv("TZ") ? getenv("TZ") : "none");
        return 0;
    }
    if (!strcmp(what, "both")) {
        for (int i = 0; i < 1000; i++) {
            printf("out %d\n", i);
            fprintf(stderr, "err %d\n", i);
        }
        return 0;
    }
    if (!strcmp(what, "binary")) {
        for (int i = 0; i < 256; i++)
            putchar(i);
        return 0;
    }
    if (!strcmp(what, "abort"))
        abort();
    if (!strcmp(what, "fault"))
        *(volatile int *)8 = 1;
    if (!strcmp(what, "frames")) { /* looks like a backtrace, and is none */
        fprintf(stderr, "#1 0x80200000 here\n#2 of 3\n#");
        fflush(stderr);
        fprintf(stderr, "3\n");
        return 0;
    }
    if (!strcmp(what, "exit"))
        return atoi(argv[2]);
    fprintf(stderr, "streams: no such thing: %s\n", what);
    return 99;
}
