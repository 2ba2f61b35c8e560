// run: --icount --mem 72M
// stats: instret <= 200000000
// setup: $ROOT/tests/guest/native.sh c_realloc -pthread
// check: cmp want stdout
// A buffer that grows a little at a time costs what it adds, and needs no second one of its size; a size that is refused leaves
// the heap to other threads.
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#define STEP 4096
#define STEPS 9000
#define BYTES 300000

static int grow_by_pages(void)
{
    unsigned char *p = NULL;
    int bad = 0;

    for (size_t i = 0; i < STEPS; i++) {
        p = realloc(p, (i + 1) * STEP);
        if (!p)
            return 1;
        p[i * STEP] = (unsigned char)i;
        p[i * STEP + STEP - 1] = (unsigned char)~i;
    }
    for (size_t i = 0; i < STEPS; i++)
        bad |= p[i * STEP] != (unsigned char)i || p[i * STEP + STEP - 1] != (unsigned char)~i;
    free(p);
    return bad;
}

static int grow_by_bytes(void)
{
    unsigned char *p = NULL;
    int bad = 0;

    for (size_t n = 0; n < BYTES; n++) {
        p = realloc(p, n + 1);
        p[n] = (unsigned char)(n * 7);
    }
    for (size_t n = 0; n < BYTES; n++)
        bad |= p[n] != (unsigned char)(n * 7);
    free(p);
    return bad;
}

/* Just below the greatest difference of pointers, too: what malloc adds to a size must not make a small one of it. */
static int refuses_all(void)
{
    void *p = malloc(10), *got = NULL;

    for (size_t i = 0; i < 200 && !got; i++) {
        volatile size_t size = PTRDIFF_MAX - i;
        got = realloc(p, size);
    }
    if (!got)
        free(p);
    return !got;
}

static void *allocate(void *unused)
{
    void *volatile p = malloc(100);

    printf("another thread: %d\n", p != NULL);
    free(p);
    return unused;
}

int main(void)
{
    volatile size_t most = SIZE_MAX - 5;
    void *p = malloc(10);
    pthread_t thread;

    printf("%d %d\n", realloc(p, most) == NULL, refuses_all());
    pthread_create(&thread, NULL, allocate, NULL);
    pthread_join(thread, NULL);
    printf("by pages %d, by bytes %d\n", grow_by_pages(), grow_by_bytes());
    free(p);
    return 0;
}
