// run: --icount
// stdout~: ^fits$
// A byte from a stream or into one is a matter of a few instructions while there is one thread.
#include <bower.h>
#include <stdio.h>

#define N 10000
#define MOST 40

static unsigned long long instructions(void)
{
    struct bower_counters now;

    bower_counters(&now);
    return now.instret;
}

int main(void)
{
    FILE *file = tmpfile();
    unsigned long long begin = instructions(), written, read;

    for (int i = 0; i < N; i++)
        fputc('a', file);
    written = (instructions() - begin) / N;
    rewind(file);
    getc(file);
    begin = instructions();
    for (int i = 1; i < N; i++)
        fgetc(file);
    read = (instructions() - begin) / N;
    printf("%s\n", written <= MOST && read <= MOST ? "fits" : "too dear");
    printf("fputc %llu, fgetc %llu\n", written, read);
    return 0;
}
