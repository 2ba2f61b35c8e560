// setup: $ROOT/tests/guest/native.sh thread_small
// check: cmp want stdout
// run:
// Threads with the smallest stack: what a program may put there on Linux it may here, though the kernel works on the same stack.
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static __attribute__((noinline)) long use(int n)
{
    volatile char here[n];
    long sum = 0;
    FILE *file = fopen("small.txt", "w+");

    memset((char *)here, n & 63, (size_t)n);
    fprintf(file, "%d %.3f\n", n, n / 3.0);
    rewind(file);
    printf("%d bytes", n);
    fflush(stdout);
    fclose(file);
    for (int i = 0; i < n; i++)
        sum += here[i];
    return sum;
}

static void *work(void *n)
{
    return (void *)use((int)(long)n);
}

int main(void)
{
    pthread_attr_t attr;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, PTHREAD_STACK_MIN);
    for (long n = 1000; n <= 8000; n += 1000) {
        pthread_t thread;
        void *result;

        pthread_create(&thread, &attr, work, (void *)n);
        pthread_join(thread, &result);
        printf(": %ld\n", (long)result);
    }
    return 0;
}
