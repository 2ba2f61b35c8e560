// exit: 134
// stderr~: ^fault: nothing is mapped there: store page fault at pc 0x[0-9a-f]+ on hart [0-3] in thread 1 'report_alone'$
// stderr~: ^#0 0x[0-9a-f]+ main at tests/guest/report_alone.c
// stderr!~: ^(?!threads talk [0-9]+$)threads
// stderr!~: ^fault:[^$]*threads talk
// run: --harts 4
// A report is in one piece, and the last that is heard, while other harts write all the time; their lines are whole, too.
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define TALKERS 3

static void *talk(void *argument)
{
    char line[32];

    for (unsigned long i = 0;; i++) {
        snprintf(line, sizeof line, "threads talk %lu\n", i);
        write(STDERR_FILENO, line, strlen(line));
    }
    return argument;
}

int main(int argc, char **argv)
{
    (void)argv;
    pthread_t thread;

    for (int i = 0; i < TALKERS; i++)
        pthread_create(&thread, NULL, talk, NULL);
    usleep(100000);
    *(volatile int *)argc = 1; /* a page that is never there */
    return 0;
}
