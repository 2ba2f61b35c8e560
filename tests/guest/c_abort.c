// stderr~: ^bower-stats .*"status": 134
// exit: 134
// run: -- abort
// stderr~: ^bower: ended by SIGABRT$
// stdout!~: lost
// run: -- assert
// stderr~: ^c_abort: .*c_abort\.c:34: main: Assertion `argc < 0' failed\.$
// stderr~: ^bower: ended by SIGABRT$
// run: -- caught
// stdout~: ^caught 1$
// stderr~: ^bower: ended by SIGABRT$
// run: -- blocked
// stderr~: ^bower: ended by SIGABRT$
// The ways to end badly: each says so and exits with what a shell shows for SIGABRT.
#include <assert.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void on_abort(int signal)
{
    printf("caught %d\n", signal == SIGABRT);
    fflush(stdout);
}

int main(int argc, char **argv)
{
    sigset_t set;

    (void)argv;
    printf("lost: abort flushes nothing");
    if (strcmp(argv[1], "assert") == 0)
        assert(argc < 0);
    if (strcmp(argv[1], "caught") == 0) {
        printf("\n");
        signal(SIGABRT, on_abort);
    }
    if (strcmp(argv[1], "blocked") == 0) {
        sigemptyset(&set);
        sigaddset(&set, SIGABRT);
        sigprocmask(SIG_BLOCK, &set, NULL);
    }
    abort();
}
