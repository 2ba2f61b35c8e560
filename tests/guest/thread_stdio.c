// check: ! paste -d' ' - - < files/lines | grep -vE '^begin ([0-9]+ [0-9]+) end \1$'
// check: test $(wc -l < files/lines) = 3200
// check: test $(sort -u files/whole | wc -l) = 3200 && ! grep -vE '^thread [0-7] line [0-9]+ [0-9.e+-]+ end$' files/whole
// stdout~: ^done 0$
// run:
// run: --harts 4
// Streams, the heap and what a thread has of its own, used by many threads at once.
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define THREADS 8
#define LINES 400

static FILE *whole, *lines;

/* Whole lines of one call each, and pairs of lines held together by flockfile. */
static long print(long me)
{
    for (int i = 0; i < LINES; i++) {
        fprintf(whole, "thread %ld line %d %.10g end\n", me, i, 1e10 / (i + 1));
        if (i % 2)
            continue;
        flockfile(lines);
        fprintf(lines, "begin %ld %d\n", me, i);
        fprintf(lines, "end %ld %d\n", me, i);
        funlockfile(lines);
    }
    return 0;
}

static long use_heap(long me)
{
    unsigned char *blocks[32] = { NULL };
    size_t sizes[32] = { 0 };
    unsigned seed = (unsigned)me + 1;
    long bad = 0;

    for (int i = 0; i < 3000; i++) {
        int at = rand_r(&seed) % 32;
        size_t size = (size_t)(rand_r(&seed) % 2000) + 1;

        for (size_t k = 0; k < sizes[at]; k++)
            bad += blocks[at][k] != (unsigned char)(me * 32 + at);
        blocks[at] = realloc(blocks[at], size);
        sizes[at] = size;
        memset(blocks[at], (int)(me * 32 + at), size);
    }
    for (int i = 0; i < 32; i++)
        free(blocks[i]);
    return bad;
}

static long use_own(long me)
{
    long bad = 0;

    for (int i = 0; i < 100; i++) {
        char text[32], name[32], *save;
        time_t when = me * 86400;
        struct tm own, *tm = localtime_r(&when, &own);

        snprintf(text, sizeof(text), "a%ld b%ld c%ld", me, me, me);
        bad += strcmp(strtok(text, " "), text) != 0;
        bad += tm->tm_mday != me + 1;
        errno = (int)me + 1;
        bad += open("/does/not/exist", O_RDONLY) != -1 || errno != ENOENT;
        save = strtok(NULL, " ");
        snprintf(name, sizeof(name), "b%ld", me);
        bad += strcmp(save, name) != 0;
        setenv(name, "x", 1);
        bad += getenv(name) == NULL;
    }
    return bad;
}

static void *work(void *argument)
{
    long me = (long)argument;

    return (void *)(print(me) + use_heap(me) + use_own(me));
}

int main(void)
{
    pthread_t threads[THREADS];
    long bad = 0;

    whole = fopen("whole", "w");
    lines = fopen("lines", "w");
    for (long i = 0; i < THREADS; i++)
        pthread_create(&threads[i], NULL, work, (void *)i);
    for (int i = 0; i < THREADS; i++) {
        void *result;

        pthread_join(threads[i], &result);
        bad += (long)result;
    }
    fclose(lines);
    printf("done %ld\n", bad); /* the other file is flushed by exit */
    return 0;
}
