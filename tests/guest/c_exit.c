// run: -- return 0
// run: -- return 1
// exit: 1
// run: -- exit 42
// exit: 42
// stdout~: ^handler\nfini\n$
// run: -- _exit 43
// exit: 43
// stdout!~: handler
// run: -- return 255
// exit: 255
// run: -- return 256
// run: -- exit -1
// exit: 255
// run: -- many 3
// exit: 3
// stdout~: ^(100 99 .* 2 1 )handler\nfini\n$
// run: -- quick 9
// exit: 9
// stdout!~: handler
// Every way out, with its status, its handlers, and the counters' line.
// stderr~: ^bower-stats \{"app": "c_exit", "status":
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void handler(void)
{
    printf("handler\n");
}

__attribute__((destructor)) static void fini(void)
{
    printf("fini\n");
}

static int left = 100;

static void count_down(void)
{
    printf("%d ", left--);
}

int main(int argc, char **argv)
{
    int status = argc > 2 ? atoi(argv[2]) : 0;

    atexit(handler);
    for (int i = left; argc > 1 && strcmp(argv[1], "many") == 0 && i > 0; i--)
        atexit(count_down);
    if (argc < 2 || strcmp(argv[1], "return") == 0)
        return status;
    if (strcmp(argv[1], "exit") == 0 || strcmp(argv[1], "many") == 0)
        exit(status);
    if (strcmp(argv[1], "quick") == 0)
        quick_exit(status);
    _exit(status);
}
