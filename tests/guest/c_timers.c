// run:
// setup: $ROOT/tests/guest/native.sh c_timers -pthread
// check: cmp want stdout
// run: --harts 1
// setup: $ROOT/tests/guest/native.sh c_timers -pthread
// check: cmp want stdout
// run: --icount
// setup: $ROOT/tests/guest/native.sh c_timers -pthread
// check: cmp want stdout
// run: -- default
// exit: 142
// stderr~: ended by SIGALRM
// run: -- processor
// exit: 38
// stderr~: timer_create on a clock of processor time is not implemented
// timer_create and its kin: signals and threads, what is left, overruns, and what is refused.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define MS 1000000L

static volatile sig_atomic_t ticks, codes_right, value, overrun, in_main;
static pthread_t main_thread;
static sem_t notified;
static size_t notified_stack;
static sigset_t notified_mask;

static void tick(int number, siginfo_t *info, void *context)
{
    (void)context;
    ticks++;
    codes_right = info->si_code == SI_TIMER && info->si_signo == number;
    value = info->si_value.sival_int;
    overrun = info->si_overrun;
    in_main = pthread_equal(pthread_self(), main_thread);
}

static void notify(union sigval v)
{
    pthread_attr_t attr;

    value = v.sival_int;
    pthread_getattr_np(pthread_self(), &attr);
    pthread_attr_getstacksize(&attr, &notified_stack);
    pthread_sigmask(SIG_BLOCK, NULL, &notified_mask);
    in_main = pthread_equal(pthread_self(), main_thread);
    sem_post(&notified);
}

static void says(const char *what, int result)
{
    printf("%s: %s\n", what, result ? strerror(errno) : "0");
}

static timer_t make(clockid_t clock, int how, int signal, int v)
{
    struct sigevent event = { .sigev_notify = how, .sigev_signo = signal, .sigev_value.sival_int = v };
    timer_t timer = NULL;

    event.sigev_notify_function = notify;
    says("create", timer_create(clock, &event, &timer));
    return timer;
}

static int set(timer_t timer, int flags, long first_ns, long interval_ns)
{
    struct itimerspec spec = { { 0, interval_ns }, { 0, first_ns } };

    if (flags & TIMER_ABSTIME) {
        clock_gettime(CLOCK_REALTIME, &spec.it_value);
        spec.it_value.tv_nsec += first_ns;
        if (spec.it_value.tv_nsec < 0 || spec.it_value.tv_nsec >= 1000 * MS) {
            spec.it_value.tv_sec += first_ns < 0 ? -1 : 1;
            spec.it_value.tv_nsec += first_ns < 0 ? 1000 * MS : -1000 * MS;
        }
    }
    return timer_settime(timer, flags, &spec, NULL);
}

static void sleep_ms(long ms)
{
    struct timespec left = { ms / 1000, ms % 1000 * MS };

    while (nanosleep(&left, &left))
        ;
}

static void compute_ms(long ms)
{
    struct timespec start, now;
    volatile unsigned work;
    long passed;

    clock_gettime(CLOCK_MONOTONIC, &start);
    do {
        for (work = 0; work < 1000000; work++)
            ;
        clock_gettime(CLOCK_MONOTONIC, &now);
        passed = (now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / MS;
    } while (passed < ms);
}

static void signals(void)
{
    timer_t once = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 7), again = make(CLOCK_REALTIME, SIGEV_SIGNAL, SIGRTMIN, 8);
    sigset_t none, mask;

    sigemptyset(&none);
    sigfillset(&mask);
    sigprocmask(SIG_SETMASK, &mask, NULL);
    says("set", set(once, 0, 20 * MS, 0));
    sigsuspend(&none);
    sigprocmask(SIG_SETMASK, &none, NULL);
    printf("once: %d tick, %d, value %d, overrun %d %d, main %d\n", ticks, codes_right, value, overrun, timer_getoverrun(once), in_main);
    ticks = 0;
    says("set", set(again, TIMER_ABSTIME, 20 * MS, 20 * MS));
    while (ticks < 5)
        pause();
    printf("again: %d, value %d\n", codes_right, value);
    says("stop", set(again, 0, 0, 20 * MS));
    ticks = 0;
    sleep_ms(60);
    printf("stopped: %d ticks\n", ticks);
    says("set", set(once, 0, 10 * MS, 0));
    compute_ms(100);
    printf("computing: %d tick, value %d\n", ticks, value);
    says("past", set(once, TIMER_ABSTIME, -500 * MS, 0));
    sleep_ms(1);
    printf("at once: %d ticks\n", ticks);
    says("delete", timer_delete(once));
    says("delete", timer_delete(again));
    says("gone", timer_delete(once));
}

/* A signal that waits stands for all expiries until it is taken, and two timers of one signal for two. */
static void blocked(void)
{
    timer_t fast = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 1), other = make(CLOCK_MONOTONIC, SIGEV_SIGNAL, SIGUSR1, 2);
    struct itimerspec spec;
    sigset_t set_of_one;
    siginfo_t info;

    sigemptyset(&set_of_one);
    sigaddset(&set_of_one, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set_of_one, NULL);
    ticks = 0;
    set(fast, 0, 10 * MS, 10 * MS);
    set(other, 0, 55 * MS, 0);
    sleep_ms(150);
    timer_gettime(fast, &spec);
    printf("runs on: %d\n", spec.it_value.tv_nsec > 0 && spec.it_value.tv_nsec <= 10 * MS);
    sigwaitinfo(&set_of_one, &info);
    printf("waited: value %d, timer %d, many %d, same %d\n", info.si_value.sival_int, info.si_code == SI_TIMER, info.si_overrun >= 12,
           info.si_overrun == timer_getoverrun(fast));
    set(fast, 0, 0, 0);
    sigprocmask(SIG_UNBLOCK, &set_of_one, NULL);
    printf("other: %d, value %d, overrun %d\n", ticks > 0, value == 2 || ticks > 1, timer_getoverrun(other));
    signal(SIGUSR1, SIG_IGN);
    set(fast, 0, MS, MS);
    sleep_ms(20);
    set(fast, 0, 0, 0);
    timer_delete(fast);
    timer_delete(other);
}

static void threads(void)
{
    timer_t timer = make(CLOCK_MONOTONIC, SIGEV_THREAD, 0, 21), small;
    struct sigevent event = { .sigev_notify = SIGEV_THREAD, .sigev_value.sival_int = 22, .sigev_notify_function = notify };
    pthread_attr_t attr;
    sigset_t mask;

    sigfillset(&mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
    sem_init(&notified, 0, 0);
    set(timer, 0, 10 * MS, 10 * MS);
    for (int i = 0; i < 3; i++)
        sem_wait(&notified);
    timer_delete(timer);
    printf("thread: value %d, main %d, blocks %d\n", value, in_main, sigismember(&notified_mask, SIGUSR1));
    while (sleep_ms(20), sem_trywait(&notified) == 0)
        ;
    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, 256 * 1024);
    event.sigev_notify_attributes = &attr;
    says("create", timer_create(CLOCK_REALTIME, &event, &small));
    pthread_attr_destroy(&attr);
    set(small, 0, MS, 0);
    sem_wait(&notified);
    printf("small: value %d, stack %d\n", value, notified_stack >= 256 * 1024 && notified_stack < 1024 * 1024);
    timer_delete(small);
    sigemptyset(&mask);
    pthread_sigmask(SIG_SETMASK, &mask, NULL);
}

static void left(void)
{
    timer_t timer = make(CLOCK_BOOTTIME, SIGEV_NONE, 0, 0);
    struct itimerspec spec = { { 5, 6 }, { 100, 0 } }, old;

    says("set", timer_settime(timer, 0, &spec, NULL));
    says("get", timer_gettime(timer, &old));
    printf("99 or 100 %d, %ld %ld\n", old.it_value.tv_sec >= 99, (long)old.it_interval.tv_sec,
           old.it_interval.tv_nsec);
    spec.it_value = (struct timespec){ 0, MS };
    spec.it_interval = (struct timespec){ 0, 0 };
    says("set", timer_settime(timer, 0, &spec, &old));
    printf("old %d %ld\n", old.it_value.tv_sec >= 99, (long)old.it_interval.tv_sec);
    sleep_ms(30);
    timer_gettime(timer, &old);
    printf("expired %ld %ld, overrun %d\n", (long)old.it_value.tv_sec, old.it_value.tv_nsec, timer_getoverrun(timer));
    spec.it_value.tv_nsec = 1000 * MS;
    says("invalid", timer_settime(timer, 0, &spec, NULL));
    spec.it_value = (struct timespec){ -1, 0 };
    says("invalid", timer_settime(timer, TIMER_ABSTIME, &spec, NULL));
    timer_delete(timer);
    says("gone", timer_gettime(timer, &old));
}

static void refused(void)
{
    struct sigevent event = { .sigev_notify = SIGEV_SIGNAL, .sigev_signo = 100 };
    timer_t timer;

    says("signal", timer_create(CLOCK_REALTIME, &event, &timer));
    event = (struct sigevent){ .sigev_notify = 77, .sigev_signo = SIGUSR1 };
    says("how", timer_create(CLOCK_REALTIME, &event, &timer));
    says("clock", timer_create((clockid_t)99, NULL, &timer));
    says("raw", timer_create(CLOCK_MONOTONIC_RAW, NULL, &timer));
}

/* The program's own: timer_create does not ask it. */
int clock_getres(clockid_t clock, struct timespec *out)
{
    (void)clock;
    (void)out;
    return -1;
}

int main(int argc, char **argv)
{
    struct sigaction action = { .sa_flags = SA_SIGINFO };
    timer_t timer;

    setvbuf(stdout, NULL, _IOLBF, 0);
    main_thread = pthread_self();
    if (argc > 1 && strcmp(argv[1], "processor") == 0)
        return timer_create(CLOCK_PROCESS_CPUTIME_ID, NULL, &timer) ? errno : 0;
    if (argc > 1) {
        says("create", timer_create(CLOCK_MONOTONIC, NULL, &timer));
        set(timer, 0, MS, 0);
        sleep_ms(10000);
        return 0;
    }
    action.sa_sigaction = tick;
    sigaction(SIGUSR1, &action, NULL);
    sigaction(SIGRTMIN, &action, NULL);
    signals();
    blocked();
    threads();
    left();
    refused();
    printf("real-time signals %d\n", _POSIX_REALTIME_SIGNALS == sysconf(_SC_REALTIME_SIGNALS));
    return 0;
}
