// run: --mem 128M
// Too many files, too much memory, names too long, a full table of descriptors given back: errors, then all is well again.
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "check.h"

static void descriptors(void)
{
    int fds[300], n = 0;

    for (int round = 0; round < 3; round++) {
        for (n = 0; n < 300; n++) {
            fds[n] = open("f", O_RDWR | O_CREAT, 0600);
            if (fds[n] < 0)
                break;
        }
        CHECK(n == 253 && errno == EMFILE);
        CHECK_ERRNO(dup(0), EMFILE);
        CHECK(fopen("f", "r") == NULL && errno == EMFILE);
        while (n > 0)
            CHECK(close(fds[--n]) == 0);
    }
}

static void memory(void)
{
    static char *blocks[1000];
    int n = 0, again = 0;

    while (n < 1000 && (blocks[n] = malloc(1 << 20)) != NULL)
        memset(blocks[n], n, 1 << 20), n++;
    CHECK(n > 40 && n < 128 && errno == ENOMEM);
    for (int i = 0; i < n; i++) {
        CHECK(blocks[i][(1 << 20) - 1] == (char)i);
        free(blocks[i]);
    }
    while (again < 1000 && (blocks[again] = malloc(1 << 20)) != NULL)
        again++;
    CHECK(again >= n - 2);
    while (again > 0)
        free(blocks[--again]);
}

static void names(void)
{
    static char path[5000];

    memset(path, 'x', 300);
    CHECK_ERRNO(open(path, O_RDWR | O_CREAT, 0600), ENAMETOOLONG);
    memset(path, '/', sizeof(path) - 1);
    CHECK_ERRNO(open(path, O_RDONLY), ENAMETOOLONG);
    CHECK_ERRNO(mkdir("", 0700), ENOENT);
    CHECK_ERRNO(rename("", "y"), ENOENT);
}

int main(void)
{
    descriptors();
    memory();
    names();
    return done();
}
