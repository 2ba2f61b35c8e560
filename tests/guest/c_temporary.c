// run: --cflags -Wno-deprecated-declarations
// setup: $ROOT/tests/guest/native.sh c_temporary
// check: cmp want stdout
// check: test ! -e {files}/tmp
// mkstemp and its like: what is a template, what is left of it, modes and flags, names that differ from call to call; /tmp, which the
// share has not.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static void file(const char *template, int suffix, int flags)
{
    char name[64];
    struct stat st;
    int fd, error, mode;

    strcpy(name, template);
    errno = 0;
    fd = suffix ? mkostemps(name, suffix, flags) : mkostemp(name, flags);
    error = errno;
    printf("%s %d: %d %s, %d %zu", template, suffix, fd >= 0, strerror(error), strcmp(name, template) == 0, strlen(name));
    if (fd >= 0) {
        fstat(fd, &st);
        mode = fcntl(fd, F_GETFL);
        printf(", %o, %d %d %d", st.st_mode, (mode & O_ACCMODE) == O_RDWR, (mode & O_APPEND) != 0, fcntl(fd, F_GETFD));
        printf(", %d %d", close(fd), unlink(name));
    }
    printf("\n");
}

static void folder(const char *template, char *make(char *))
{
    char name[64], *result;

    strcpy(name, template);
    errno = 0;
    result = make(name);
    printf("%s: %d %s", template, result == name, strerror(errno));
    printf(", %zu, %d\n", strlen(name), rmdir(name));
}

/* Of 64 names, most would have the same character at one place if they came in sequence. */
static void distribution(void)
{
    static char names[64][8];
    int most = 0;

    for (int i = 0; i < 64; i++) {
        strcpy(names[i], "XXXXXX");
        close(mkstemp(names[i]));
        unlink(names[i]);
    }
    for (int place = 0; place < 6; place++) {
        int seen[256] = { 0 };

        for (int i = 0; i < 64; i++) {
            unsigned char c = (unsigned char)names[i][place];

            if (++seen[c] > most)
                most = seen[c];
        }
    }
    printf("%d\n", most < 32);
}

int main(void)
{
    close(open("plain", O_CREAT | O_RDWR, 0600));
    file("XXXXXX", 0, 0);
    file("aXXXXXX", 0, O_APPEND | O_CLOEXEC);
    file("aXXXXXXXX", 0, O_WRONLY | O_EXCL);
    file("aXXXXX", 0, 0);
    file("", 0, 0);
    file("none/XXXXXX", 0, 0);
    file("plain/XXXXXX", 0, 0);
    file("/tmp/aXXXXXX", 0, 0);
    folder("/tmp/aXXXXXX", mkdtemp);
    file("aXXXXXX.c", 0, 0);
    file("aXXXXXX.c", 2, 0);
    file("aXXXXXX.c", 3, 0);
    file("aXXXXXX.c", -2, 0);
    file("ab", 20, 0);
    folder("XXXXXX", mkdtemp);
    folder("XXXXX", mkdtemp);
    folder("none/XXXXXX", mkdtemp);
    folder("none/XXXXXX", mktemp);
    folder("plain/XXXXXX", mktemp);
    folder("XXXXX", mktemp);
    distribution();
    unlink("plain");
    return 0;
}
