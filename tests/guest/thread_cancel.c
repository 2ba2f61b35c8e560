// setup: $ROOT/tests/guest/native.sh thread_cancel
// check: cmp want stdout
// run:
// run: --harts 4
// Cancellation where a thread waits, and cleanup handlers.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t never = PTHREAD_COND_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static sem_t ready, empty;
static int tries;

static void say(void *text)
{
    printf("cleanup %s\n", (char *)text);
}

static void unlock(void *m)
{
    printf("unlock %s\n", strerror(pthread_mutex_unlock(m)));
}

static void *in_cond(void *argument)
{
    (void)argument;
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, &mutex);
    sem_post(&ready);
    for (;;)
        pthread_cond_wait(&never, &mutex);
    pthread_cleanup_pop(1);
    return NULL;
}

static void *in_timed_cond(void *argument)
{
    struct timespec late = { 4000000000, 0 };

    (void)argument;
    pthread_mutex_lock(&mutex);
    pthread_cleanup_push(unlock, &mutex);
    sem_post(&ready);
    for (;;)
        pthread_cond_timedwait(&never, &mutex, &late);
    pthread_cleanup_pop(1);
    return NULL;
}

static void *in_sem(void *argument)
{
    pthread_cleanup_push(say, "outer");
    pthread_cleanup_push(say, "inner");
    sem_post(&ready);
    sem_wait(&empty);
    pthread_cleanup_pop(0);
    pthread_cleanup_pop(0);
    return argument;
}

static void *in_sleep(void *argument)
{
    sem_post(&ready);
    sleep(100000);
    return argument;
}

static void *in_join(void *argument)
{
    sem_post(&ready);
    pthread_join(*(pthread_t *)argument, NULL);
    return NULL;
}

static void *in_test(void *argument)
{
    (void)argument;
    sem_post(&ready);
    for (;;)
        pthread_testcancel();
}

static void *not_now(void *argument)
{
    int old;

    (void)argument;
    pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &old);
    printf("was enabled %d\n", old == PTHREAD_CANCEL_ENABLE);
    sem_post(&ready);
    sem_wait(&empty); /* cancelled meanwhile */
    printf("still here\n");
    pthread_setcancelstate(PTHREAD_CANCEL_ENABLE, &old);
    pthread_testcancel();
    printf("not here\n");
    return NULL;
}

static void *in_read(void *fd)
{
    char c;

    sem_post(&ready);
    while (read(*(int *)fd, &c, 1) >= 0)
        ;
    return NULL;
}

static void *in_write(void *fd)
{
    sem_post(&ready);
    while (pwrite(*(int *)fd, "x", 1, 0) == 1)
        ;
    return NULL;
}

static void *in_stream(void *stream)
{
    sem_post(&ready);
    while (fprintf(stream, "%d %s\n", 1, "line") > 0)
        ;
    return NULL;
}

static void cancel(const char *name, void *(*run)(void *), void *argument)
{
    pthread_t thread;
    void *result;
    int error;

    pthread_create(&thread, NULL, run, argument);
    sem_wait(&ready);
    error = pthread_cancel(thread);
    if (run == not_now)
        sem_post(&empty);
    pthread_join(thread, &result);
    printf("%s: %s, cancelled %d\n", name, strerror(error), result == PTHREAD_CANCELED);
}

static void files(void)
{
    int fd = open("numbers", O_RDWR | O_CREAT | O_TRUNC, 0600);
    FILE *stream = fdopen(fd, "w");

    cancel("read", in_read, &fd);
    cancel("write", in_write, &fd);
    cancel("stream", in_stream, stream);
    setvbuf(stream, NULL, _IONBF, 0);
    cancel("unbuffered", in_stream, stream);
    printf("stream is free %d\n", fprintf(stream, "end\n"));
    fclose(stream);
}

static void wait_the_first_time(void)
{
    if (++tries == 1) {
        sem_post(&ready);
        sem_wait(&empty);
    }
}

static void *do_once(void *argument)
{
    pthread_once(&once, wait_the_first_time);
    return argument;
}

static void *exit_with_handlers(void *argument)
{
    // clang-format off
    pthread_cleanup_push(say, "popped") /* on Linux it need not have a semicolon */
    pthread_cleanup_pop(1);
    // clang-format on
    pthread_cleanup_push(say, "at exit");
    pthread_exit(argument);
    pthread_cleanup_pop(0);
    return NULL;
}

int main(void)
{
    pthread_t sleeper, thread;
    void *result;

    sem_init(&ready, 0, 0);
    sem_init(&empty, 0, 0);
    cancel("cond", in_cond, NULL);
    cancel("timed cond", in_timed_cond, NULL);
    cancel("sem", in_sem, NULL);
    cancel("sleep", in_sleep, NULL);
    pthread_create(&sleeper, NULL, in_sleep, NULL);
    sem_wait(&ready);
    cancel("join", in_join, &sleeper);
    pthread_cancel(sleeper);
    printf("joined after all: %s\n", strerror(pthread_join(sleeper, NULL)));
    cancel("test", in_test, NULL);
    files();
    cancel("disabled", not_now, NULL);
    cancel("once", do_once, NULL);
    pthread_once(&once, wait_the_first_time);
    printf("tries %d\n", tries);
    pthread_create(&thread, NULL, exit_with_handlers, "result");
    pthread_join(thread, &result);
    printf("%s\n", (char *)result);
    printf("bad: %s", strerror(pthread_setcancelstate(9, NULL)));
    printf(", %s\n", strerror(pthread_setcanceltype(9, NULL)));
    return 0;
}
