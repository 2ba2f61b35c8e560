// setup: $ROOT/tests/guest/native.sh thread_small
// check: cmp want stdout
// run:
// Threads with the smallest stack: what a program may put there on Linux it may here, though the kernel works on the same stack.
#define _GNU_SOURCE
#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <ucontext.h>
#include <unistd.h>

#define GUARD 65536

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

static void *sleeps(void *unused)
{
    char text[8] = "";
    int fd = open("own.txt", O_RDWR | O_CREAT, 0644), entries = 0;
    DIR *here = opendir(".");

    usleep(1000);
    if (write(fd, "on its own", 10) != 10 || pread(fd, text, 3, 7) != 3)
        perror("own.txt");
    while (readdir(here))
        entries++;
    printf("%s, %s\n", text, entries > 2 ? "a directory" : "nothing");
    fflush(stdout);
    closedir(here);
    close(fd);
    return unused;
}

static void sleeps_in_context(void)
{
    sleeps(NULL);
}

/* A stack of the program's own, above a guard: what waits or asks for files there is not looked at below it. */
static void wait_on_own_stacks(void)
{
    char *stack = (char *)mmap(NULL, GUARD + PTHREAD_STACK_MIN, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) + GUARD;
    pthread_attr_t attr;
    pthread_t thread;
    ucontext_t main_context, coroutine;

    mprotect(stack - GUARD, GUARD, PROT_NONE);
    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, stack, PTHREAD_STACK_MIN);
    pthread_create(&thread, &attr, sleeps, NULL);
    pthread_join(thread, NULL);
    getcontext(&coroutine);
    coroutine.uc_stack.ss_sp = stack;
    coroutine.uc_stack.ss_size = PTHREAD_STACK_MIN;
    coroutine.uc_link = &main_context;
    makecontext(&coroutine, sleeps_in_context, 0);
    swapcontext(&main_context, &coroutine);
    puts("waited");
}

int main(void)
{
    pthread_attr_t attr;

    wait_on_own_stacks();
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
