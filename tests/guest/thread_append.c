// run: --harts 4
// Threads that have opened one file with O_APPEND each lose none of each other's lines.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tests/guest/check.h"

#define THREADS 4
#define LINES 60
#define LENGTH 32

static void *write_lines(void *letter)
{
    char line[LENGTH];
    int fd = open("log", O_WRONLY | O_APPEND | O_CREAT, 0644);

    memset(line, *(char *)letter, LENGTH - 1);
    line[LENGTH - 1] = '\n';
    for (int i = 0; i < LINES; i++)
        CHECK(write(fd, line, LENGTH) == LENGTH);
    close(fd);
    return NULL;
}

int main(void)
{
    pthread_t threads[THREADS];
    char letters[] = "abcd", line[LENGTH + 2];
    int found[THREADS] = { 0 };
    FILE *log;

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, write_lines, &letters[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
    log = fopen("log", "r");
    while (fgets(line, sizeof(line), log)) {
        CHECK(strlen(line) == LENGTH && strspn(line, (char[]){ line[0], '\0' }) == LENGTH - 1);
        found[line[0] - 'a']++;
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(found[i] == LINES);
    return done();
}
