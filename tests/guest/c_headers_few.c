// run:
// setup: $ROOT/tests/guest/native.sh c_headers_few
// check: cmp want stdout
// Names that <stdio.h>, <setjmp.h>, <pthread.h>, <time.h> and <unistd.h> leave to a program with neither <stdlib.h> nor <string.h>.
#include <stdio.h>
#include <setjmp.h>
#include <pthread.h>
#include <time.h>
#include <unistd.h>

#ifdef BIG_ENDIAN
#error "only <endian.h> says so"
#endif
enum order { LITTLE_ENDIAN,
             BIG_ENDIAN };
enum { MAX_INPUT = 5 };
static double signal[4] = { 1, 2, 3, 4 }; /* what is measured */
static int index;                         /* where a producer stores next */
static jmp_buf handler;

static void raise(const char *what)
{
    printf("exception: %s\n", what);
    longjmp(handler, 1);
}

/* The k-th smallest of n numbers. */
static int select(int *v, int n, int k)
{
    for (int i = 0; i < n; i++) {
        int less = 0;

        for (int j = 0; j < n; j++)
            less += v[j] < v[i];
        if (less == k)
            return v[i];
    }
    return -1;
}

static unsigned htobe32(unsigned x)
{
    return x << 24 | (x & 0xff00) << 8 | (x >> 8 & 0xff00) | x >> 24;
}

static void *produce(void *buffer)
{
    for (; index < MAX_INPUT; index++)
        ((int *)buffer)[index] = 7 * index % 5;
    return NULL;
}

int main(void)
{
    int buffer[MAX_INPUT];
    pthread_t producer;

    pthread_create(&producer, NULL, produce, buffer);
    pthread_join(producer, NULL);
    printf("%d %d %g %x %d\n", index, select(buffer, MAX_INPUT, 2), signal[2], htobe32(0x01020304), BIG_ENDIAN);
    if (!setjmp(handler))
        raise("empty");
    return 0;
}
