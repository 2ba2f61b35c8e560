// run: --harts 4
// Threads that have opened one file with O_APPEND each lose none of each other's lines; what one writev or readv moves through a
// descriptor that they share stays together.
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/uio.h>
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

static int shared; /* a descriptor */

static void *write_pieces(void *letter)
{
    char first[LENGTH], second[LENGTH];
    struct iovec pieces[] = { { first, LENGTH }, { NULL, 0 }, { second, LENGTH } };

    memset(first, *(char *)letter, LENGTH);
    memset(second, *(char *)letter - 'a' + 'A', LENGTH);
    for (int i = 0; i < LINES; i++)
        CHECK(writev(shared, pieces, 3) == 2 * LENGTH);
    return NULL;
}

static void *read_pieces(void *letter)
{
    char first[LENGTH], second[LENGTH + 2] = { 0 };
    struct iovec pieces[] = { { first, LENGTH }, { second, LENGTH } };

    for (int i = 0; i < LINES; i++) {
        CHECK(readv(shared, pieces, 2) == 2 * LENGTH);
        second[LENGTH] = *first - 'a' + 'A';
        CHECK(*first >= 'a' && strspn(second, second + LENGTH) == LENGTH + 1);
    }
    return letter;
}

static void run(void *(*work)(void *letter))
{
    pthread_t threads[THREADS];
    char letters[] = "abcd";

    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_create(&threads[i], NULL, work, &letters[i]) == 0);
    for (int i = 0; i < THREADS; i++)
        CHECK(pthread_join(threads[i], NULL) == 0);
}

int main(void)
{
    char line[LENGTH + 2], rest[8];
    struct iovec short_ends[] = { { line, 3 }, { rest, 8 } };
    int found[THREADS] = { 0 };
    FILE *log;

    run(write_lines);
    log = fopen("log", "r");
    while (fgets(line, sizeof(line), log)) {
        CHECK(strlen(line) == LENGTH && strspn(line, (char[]){ line[0], '\0' }) == LENGTH - 1);
        found[line[0] - 'a']++;
    }
    for (int i = 0; i < THREADS; i++)
        CHECK(found[i] == LINES);
    shared = open("pieces", O_RDWR | O_CREAT, 0644);
    run(write_pieces);
    CHECK(lseek(shared, 0, SEEK_CUR) == 2 * LENGTH * LINES * THREADS && lseek(shared, 0, SEEK_SET) == 0);
    run(read_pieces);
    CHECK(preadv(shared, short_ends, 2, 2 * LENGTH * LINES * THREADS - 5) == 5 && rest[1] == line[0]);
    CHECK(readv(shared, short_ends, 2) == 0);
    return done();
}
