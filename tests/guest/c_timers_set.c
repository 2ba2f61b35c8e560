// run:
// setup: $ROOT/tests/guest/native.sh c_timers_set -pthread
// check: cmp want stdout
// run: --harts 1
// setup: $ROOT/tests/guest/native.sh c_timers_set -pthread
// check: cmp want stdout
// run: --icount
// setup: $ROOT/tests/guest/native.sh c_timers_set -pthread
// check: cmp want stdout
// run: -- leave
// exit: 134
// stderr~: cannot leave a computation by pthread_exit
// timer_settime while the timer's signal waits or its handler runs, on times that have passed, and on those that never come.
#define _GNU_SOURCE
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000L

static timer_t doomed;
static volatile sig_atomic_t begun;
static atomic_int done;

static void says(const char *what, int result)
{
    printf("%s: %s\n", what, result ? strerror(errno) : "0");
}

/* sigval_t and sigevent_t: some programs use these names. */
static timer_t make(clockid_t clock, int how, int signal)
{
    sigval_t none = { .sival_ptr = NULL };
    sigevent_t event = { .sigev_notify = how, .sigev_signo = signal, .sigev_value = none };
    timer_t timer = NULL;

    if (timer_create(clock, &event, &timer))
        says("create", -1);
    return timer;
}

static int set(timer_t timer, long first_ns, long interval_ns)
{
    return timer_settime(timer, 0, &(struct itimerspec){ { 0, interval_ns }, { 0, first_ns } }, NULL);
}

static void sleep_ms(long ms)
{
    struct timespec left = { 0, ms * MS };

    while (nanosleep(&left, &left))
        ;
}

/* Makes no call of a runtime that could run a handler in it. */
static void compute_ms(long ms)
{
#ifdef __riscv
    unsigned long start, now;

    __asm__ volatile("rdtime %0"
                     : "=r"(start));
    do
        __asm__ volatile("rdtime %0"
                         : "=r"(now));
    while (now - start < 10000ul * (unsigned long)ms);
#else
    struct timespec start, now;

    clock_gettime(CLOCK_MONOTONIC, &start);
    do
        clock_gettime(CLOCK_MONOTONIC, &now);
    while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / MS < ms);
#endif
}

static void delete_it(int number)
{
    (void)number;
    begun = 1;
    compute_ms(60);
    timer_delete(doomed);
}

/* The handler runs in timer_settime, which it interrupts, or beside the program, which waits for it there. */
static void deleted_by_handler(void)
{
    signal(SIGUSR1, delete_it);
    doomed = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
    set(doomed, MS, 0);
    compute_ms(8);
    says("deleted before", set(doomed, 20 * MS, 10 * MS));
    doomed = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
    begun = 0;
    set(doomed, MS, 0);
    while (!begun)
        ;
    says("deleted beside", set(doomed, 20 * MS, 10 * MS));
    says("again", timer_delete(doomed));
    sleep_ms(30);
    signal(SIGUSR1, SIG_DFL);
}

static void *delete_others(void *unused)
{
    for (int i = 0; i < 2000; i++) {
        timer_t timer = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);

        __atomic_store_n(&doomed, timer, __ATOMIC_SEQ_CST);
        timer_delete(timer);
    }
    done = 1;
    return unused;
}

static void deleted_by_others(void)
{
    int wrong = 0;
    pthread_t thread;

    pthread_create(&thread, NULL, delete_others, NULL);
    while (!done) {
        timer_t timer = __atomic_load_n(&doomed, __ATOMIC_SEQ_CST);
        struct itimerspec spec;

        wrong += set(timer, 100 * MS, 0) && errno != EINVAL;
        wrong += timer_gettime(timer, &spec) ? errno != EINVAL : spec.it_value.tv_sec || spec.it_value.tv_nsec > 100 * MS;
        wrong += timer_getoverrun(timer) > 0;
    }
    pthread_join(thread, NULL);
    printf("deleted by others: %d wrong\n", wrong);
}

/* How often SIGUSR1 waits; *overrun: of the last. */
static int drain(int *overrun)
{
    sigset_t mask;
    siginfo_t info;
    int count = 0;

    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    for (*overrun = 0; sigtimedwait(&mask, &info, &(struct timespec){ 0, 0 }) > 0; count++)
        *overrun = info.si_overrun;
    return count;
}

/* A signal that waits is that of what was set last. */
static void set_while_it_waits(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1), other = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1);
    int overrun;

    for (int i = 0; i < 5; i++) {
        set(timer, MS, 0);
        sleep_ms(20);
    }
    set(other, MS, 0);
    sleep_ms(20);
    printf("set 5 times, and another: %d signals", drain(&overrun));
    printf(", overrun %d\n", overrun);
    set(timer, MS, 0);
    sleep_ms(20);
    set(timer, 0, 0);
    printf("stopped: %d signals\n", drain(&overrun));
    set(timer, MS, MS);
    sleep_ms(20);
    timer_delete(timer);
    printf("deleted: %d signals\n", drain(&overrun));
    timer_delete(other);
}

static void late(void)
{
    timer_t timer = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGUSR1), silent = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    struct itimerspec spec = { .it_interval = { 1000, 0 } }, now;
    struct timespec shown;
    long phase;
    int overrun;

    clock_gettime(CLOCK_REALTIME, &spec.it_value);
    spec.it_value.tv_sec -= 1000 * 1000 + 500;
    says("late", timer_settime(timer, TIMER_ABSTIME, &spec, NULL));
    sleep_ms(20);
    printf("%d signal", drain(&overrun));
    timer_gettime(timer, &now);
    printf(", overrun %d %d, left %d\n", overrun, timer_getoverrun(timer), now.it_value.tv_sec == 499);
    timer_delete(timer);
    spec = (struct itimerspec){ { 0, 500 * MS }, { 0, 1 } };
    says("phase", timer_settime(silent, TIMER_ABSTIME, &spec, NULL));
    clock_gettime(CLOCK_MONOTONIC, &shown);
    timer_gettime(silent, &now);
    phase = (shown.tv_nsec + now.it_value.tv_nsec) % (500 * MS);
    printf("kept %d\n", phase < 100 * MS || phase > 400 * MS);
    timer_delete(silent);
}

/* Nobody is told, but what is left counts on. */
static void silent(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    struct itimerspec spec;

    set(timer, 0, 7);
    timer_gettime(timer, &spec);
    printf("off: %ld %ld\n", spec.it_value.tv_nsec, spec.it_interval.tv_nsec);
    set(timer, 1, 0);
    timer_gettime(timer, &spec);
    printf("passed: %ld\n", spec.it_value.tv_nsec);
    set(timer, 1, 500 * MS);
    timer_gettime(timer, &spec);
    printf("again: %d %ld\n", spec.it_value.tv_nsec > 0 && spec.it_value.tv_nsec <= 500 * MS, spec.it_interval.tv_nsec);
    timer_delete(timer);
}

static void far(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGEV_NONE, 0);
    struct itimerspec spec = { { LONG_MAX, 0 }, { LONG_MAX, 999999999 } }, old;
    struct itimerval value = { { 7, 0 }, { 0, 0 } };

    for (int flags = 0; flags <= TIMER_ABSTIME; flags++) {
        says("far", timer_settime(timer, flags, &spec, NULL));
        timer_gettime(timer, &old);
        printf("%d %d\n", old.it_value.tv_sec > 9000000000l && old.it_value.tv_sec <= LONG_MAX / 1000000000,
               old.it_interval.tv_sec == LONG_MAX / 1000000000);
    }
    says("nothing", timer_settime(timer, 0, NULL, NULL));
    timer_delete(timer);
    setitimer(ITIMER_REAL, &value, NULL);
    getitimer(ITIMER_REAL, &value);
    printf("off: %ld\n", (long)value.it_interval.tv_sec);
    value = (struct itimerval){ { LONG_MAX, 0 }, { LONG_MAX, 0 } };
    says("far", setitimer(ITIMER_REAL, &value, NULL));
    getitimer(ITIMER_REAL, &value);
    printf("%d %d\n", value.it_value.tv_sec > 9000000000l, value.it_interval.tv_sec == LONG_MAX / 1000000000);
    alarm(0);
}

static void limits(void)
{
    errno = 0;
    printf("limits %ld %d", sysconf(_SC_DELAYTIMER_MAX), sysconf(_SC_SIGQUEUE_MAX) != 0);
    printf(" %ld, %d\n", sysconf(_SC_TIMER_MAX), errno);
}

static void leave(int number)
{
    (void)number;
    pthread_exit(NULL);
}

/* The alarm's signal is its own, although it came while one of a timer waited that is deleted. SIGALRM is blocked. */
static void beside_another(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGALRM);
    sigset_t waiting;

    says("set", set(timer, MS, 0));
    sleep_ms(20);
    ualarm(1000, 0);
    sleep_ms(20);
    says("delete", timer_delete(timer));
    sigpending(&waiting);
    printf("still there: %d\n", sigismember(&waiting, SIGALRM));
    ualarm(1000, (useconds_t)-1); /* an interval that has no end */
    sleep_ms(20);
    alarm(0);
    printf("it ends\n");
}

int main(int argc, char **argv)
{
    sigset_t mask;

    (void)argv;
    setvbuf(stdout, NULL, _IOLBF, 0);
    if (argc > 1) {
        signal(SIGALRM, leave);
        ualarm(1000, 0);
        for (;;)
            __asm__ volatile("");
    }
    deleted_by_handler();
    deleted_by_others();
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigaddset(&mask, SIGALRM);
    sigprocmask(SIG_BLOCK, &mask, NULL);
    set_while_it_waits();
    late();
    silent();
    far();
    limits();
    beside_another();
    return 0;
}
