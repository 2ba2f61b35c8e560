// run:
// stdout~: ^constructed 1 tls 5 7 0 errno 2 aligned 1$
// Constructors run before main, thread-local variables start as initialised, statics are where they belong.
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>

static _Thread_local int initialised = 5;
static _Thread_local long other = 7;
static _Thread_local char zeros[1000];
static _Alignas(4096) char page[4096];
static int constructed;

__attribute__((constructor)) static void construct(void)
{
    constructed++;
}

int main(void)
{
    int sum = 0;

    for (size_t i = 0; i < sizeof(zeros); i++)
        sum += zeros[i];
    open("does-not-exist", O_RDONLY);
    printf("constructed %d tls %d %ld %d errno %d aligned %d\n", constructed, initialised, other, sum, errno,
           (uintptr_t)page % 4096 == 0);
    return 0;
}
