/* linux.c: runtime/gomp/platform.h on Linux, so that OpenMP programs of the host's gcc run on Bower's library. */
#define _GNU_SOURCE
#include "runtime/gomp/platform.h"

#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

struct start {
    void (*entry)(void *);
    void *arg;
};

static void *begin(void *arg)
{
    struct start start = *(struct start *)arg;

    free(arg);
    start.entry(start.arg);
    return NULL;
}

/* OMP_TEST_MOST: how many threads can be had, to see what happens without. */
int platform_start(void (*entry)(void *), void *arg, uint64_t stack_size)
{
    static int started;
    const char *most = getenv("OMP_TEST_MOST");
    struct start *start = malloc(sizeof *start);
    pthread_attr_t attributes;
    pthread_t thread;
    int error;

    if (most && __atomic_fetch_add(&started, 1, __ATOMIC_RELAXED) >= atoi(most)) {
        free(start);
        return -EAGAIN;
    }
    *start = (struct start){ entry, arg };
    pthread_attr_init(&attributes);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    if (stack_size)
        pthread_attr_setstacksize(&attributes, stack_size);
    error = pthread_create(&thread, &attributes, begin, start);
    pthread_attr_destroy(&attributes);
    if (error)
        free(start);
    return -error;
}

void platform_wait(const uint32_t *word, uint32_t expected)
{
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, expected, NULL, NULL, 0);
}

void platform_wake(const uint32_t *word, unsigned n)
{
    syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, n > INT32_MAX ? INT32_MAX : (int)n, NULL, NULL, 0);
}

void platform_yield(void) { sched_yield(); }
unsigned platform_harts(void) { return (unsigned)sysconf(_SC_NPROCESSORS_ONLN); }
unsigned platform_processors(void) { return platform_harts(); }
const char *platform_environment(const char *name) { return getenv(name); }
const char *platform_host(void) { return "localhost"; }
unsigned long platform_process(void) { return (unsigned long)getpid(); }
unsigned long platform_thread(void) { return (unsigned long)pthread_self(); }
void *platform_alloc(size_t size) { return calloc(1, size); }
void platform_free(void *memory) { free(memory); }

uint64_t platform_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

void platform_print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
}

void platform_report(const char *format, ...)
{
    char line[512];
    va_list args;

    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    fprintf(stderr, "bower: %s\n", line);
}
