// run:
// setup: $ROOT/tests/guest/native.sh c_alarm
// check: cmp want stdout
// run: --harts 1
// setup: $ROOT/tests/guest/native.sh c_alarm
// check: cmp want stdout
// run: --icount
// setup: $ROOT/tests/guest/native.sh c_alarm
// check: cmp want stdout
// run: -- default
// exit: 142
// stderr~: ended by SIGALRM
// run: --harts 1 -- exit
// exit: 3
// stdout~: ^at exit$
// run: -- both
// exit: 4
// stdout~: ^at exit$
// run: -- jump
// exit: 134
// stderr~: cannot leave a computation by longjmp
// run: -- worker
// exit: 0
// stdout~: ^woken$
// run: -- processor
// exit: 38
// stderr~: setitimer of processor time is not implemented
// alarm and setitimer: SIGALRM while the program waits, computes, or blocks it. The timers repeat where the
// program waits: the first may expire before it does.
#define _GNU_SOURCE
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/select.h>
#include <sys/time.h>
#include <unistd.h>

static volatile sig_atomic_t ticks, in_main, stop, users, inside, leaving;
static pthread_t main_thread;
static sigjmp_buf back;
static jmp_buf plain;

static void tick(int number)
{
    ticks += number == SIGALRM;
    in_main |= pthread_equal(pthread_self(), main_thread);
}

static void user(int number)
{
    users += number == SIGUSR1;
}

/* Takes its time. */
static void dawdle(int number)
{
    inside = 1;
    ticks += number == SIGALRM;
    for (volatile int i = 0; i < 3000000; i++)
        ;
    inside = 0;
}

static void jump(int number)
{
    siglongjmp(back, number);
}

static void jump_plainly(int number)
{
    longjmp(plain, number);
}

/* A handler may jump within itself wherever it runs. */
static void jump_inside(int number)
{
    jmp_buf here;

    if (setjmp(here) == 0)
        longjmp(here, 1);
    ticks += number == SIGALRM;
}

static void end(int number)
{
    exit(number == SIGALRM ? 3 : 4);
}

/* While the main thread does so, too. */
static void end_as_well(int number)
{
    inside = 1;
    while (!leaving)
        ;
    exit(number);
}

static void stop_timer(void)
{
    leaving = 1;
    alarm(0);
}

static void at_exit(void)
{
    puts("at exit");
}

static void in_us(long first, long interval)
{
    struct itimerval value = { { 0, interval }, { 0, first } };

    setitimer(ITIMER_REAL, &value, NULL);
}

static void handle(void (*handler)(int), int flags)
{
    struct sigaction action = { .sa_flags = flags };

    action.sa_handler = handler;
    sigaction(SIGALRM, &action, NULL);
}

/* Every kind of waiting ends, in the main thread. */
static void waits(void)
{
    struct timespec long_time = { 1000, 0 }, left;
    fd_set none;
    int result;

    handle(tick, SA_RESTART);
    in_us(30000, 30000);
    result = pause();
    printf("pause %d %d, %d %d\n", result, errno == EINTR, ticks > 0, in_main);
    in_us(30000, 30000);
    printf("sleep %d\n", sleep(1000) > 900);
    ualarm(30000, 30000);
    result = nanosleep(&long_time, &left);
    printf("nanosleep %d %d %d\n", result, errno == EINTR, left.tv_sec > 900);
    in_us(30000, 30000);
    result = poll(NULL, 0, -1);
    printf("poll %d %d\n", result, errno == EINTR);
    FD_ZERO(&none);
    in_us(30000, 30000);
    result = select(0, &none, NULL, NULL, NULL);
    printf("select %d %d, %d %d\n", result, errno == EINTR, ticks > 0, in_main);
    in_us(0, 0);
}

/* A computation sees what the handler writes. */
static void computation(void)
{
    volatile unsigned long work = 0;

    ticks = 0;
    in_us(5000, 5000);
    while (ticks < 5)
        work++;
    in_us(0, 0);
    printf("computed %d\n", work > 0);
    handle(jump_inside, 0);
    ticks = 0;
    in_us(5000, 0);
    while (ticks < 1)
        work++;
    puts("jumped inside");
    handle(tick, 0);
}

/* What the program blocks stays blocked in a handler, and no handler runs behind the call that blocks its signal. */
static void masks(void)
{
    sigset_t set, before;

    signal(SIGUSR1, user);
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigprocmask(SIG_BLOCK, &set, &before);
    kill(getpid(), SIGUSR1);
    ticks = 0;
    in_us(5000, 0);
    while (ticks < 1)
        ;
    printf("still blocked %d\n", users);
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("unblocked %d\n", users);
    handle(dawdle, 0);
    ticks = users = 0;
    in_us(5000, 0);
    while (ticks < 1)
        ;
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), SIGUSR1);
    usleep(50000);
    printf("blocked behind a handler %d\n", users);
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("unblocked %d\n", users);
    ticks = 0;
    in_us(5000, 0);
    while (ticks < 1)
        ;
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, NULL);
    printf("inside %d\n", inside);
    sigprocmask(SIG_SETMASK, &before, NULL);
    handle(tick, 0);
}

static void values(void)
{
    struct itimerval value = { { 7, 8000 }, { 1000, 5 } }, old, bad = { { 0, 0 }, { 0, 1000000 } };
    unsigned left;
    int result;

    printf("alarm %u", alarm(100));
    for (int tries = 9; (left = alarm(200)) != 100 && tries > 0; tries--)
        alarm(100); /* the host paused for half a second */
    printf(" %u %d", left, alarm(0) > 100);
    printf(" %u\n", alarm(0));
    setitimer(ITIMER_REAL, &value, NULL);
    getitimer(ITIMER_REAL, &old);
    printf("%ld %ld %d\n", (long)old.it_interval.tv_sec, (long)old.it_interval.tv_usec, old.it_value.tv_sec >= 900);
    memset(&value, 0, sizeof(value));
    setitimer(ITIMER_REAL, &value, &old);
    printf("%ld %d\n", (long)old.it_interval.tv_sec, old.it_value.tv_sec >= 900);
    getitimer(ITIMER_REAL, &old);
    printf("%ld %ld\n", (long)old.it_value.tv_sec, (long)old.it_value.tv_usec);
    result = setitimer(ITIMER_REAL, &bad, NULL);
    printf("%d %d", result, errno == EINVAL);
    value.it_value.tv_sec = (time_t)1 << 55; /* in nanoseconds a multiple of 2^64 */
    setitimer(ITIMER_REAL, &value, NULL);
    setitimer(ITIMER_REAL, &old, &value);
    printf(" %d", value.it_value.tv_sec > 1000000000);
    result = setitimer((__typeof__(ITIMER_REAL))77, &value, NULL);
    printf(" %d %d\n", result, errno == EINVAL);
}

/* What is blocked waits, and once only. */
static void blocking(void)
{
    sigset_t set, pending, before;
    int number = 0;

    sigemptyset(&set);
    sigaddset(&set, SIGALRM);
    sigprocmask(SIG_BLOCK, &set, &before);
    ticks = 0;
    in_us(1000, 1000);
    do
        sigpending(&pending);
    while (!sigismember(&pending, SIGALRM));
    in_us(0, 0);
    printf("blocked %d", ticks);
    sigwait(&set, &number);
    printf(" waited for %d\n", number);
    in_us(1000, 0);
    do
        sigpending(&pending);
    while (!sigismember(&pending, SIGALRM));
    sigsuspend(&before);
    printf("suspended %d %d\n", ticks, in_main);
    sigprocmask(SIG_SETMASK, &before, NULL);
    in_us(5000, 0);
    while (ticks < 2)
        ; /* that was no wait */
    sigprocmask(SIG_BLOCK, &set, NULL);
    in_us(1000, 0);
    do
        sigpending(&pending);
    while (!sigismember(&pending, SIGALRM));
    sigprocmask(SIG_SETMASK, &before, NULL);
    printf("unblocked %d %d\n", ticks, in_main);
}

static void *compute(void *unused)
{
    volatile unsigned long work = 0;

    while (!stop)
        work++;
    return unused;
}

/* The main thread takes it, whatever others do. */
static void beside_others(void)
{
    pthread_t other;
    int number;

    pthread_create(&other, NULL, compute, NULL);
    ticks = in_main = 0;
    in_us(30000, 30000);
    pause();
    in_us(0, 0);
    printf("beside another %d %d\n", ticks > 0, in_main);
    stop = 1;
    pthread_join(other, NULL);
    handle(jump, 0);
    number = sigsetjmp(back, 1);
    if (number == 0) {
        in_us(30000, 30000);
        for (;;)
            pause();
    }
    handle(SIG_IGN, 0);
    printf("jumped %d\n", number);
    in_us(1000, 0);
    usleep(30000);
    puts("ignored");
}

/* Sets the program's first timer, while the main thread sleeps already. */
static void *set_timer(void *unused)
{
    usleep(50000);
    in_us(30000, 30000);
    return unused;
}

static int sleep_before_timer(void)
{
    pthread_t other;

    signal(SIGALRM, tick);
    pthread_create(&other, NULL, set_timer, NULL);
    if (sleep(1000) > 900)
        puts("woken");
    return 0;
}

static int end_beside_handler(void)
{
    atexit(stop_timer);
    signal(SIGALRM, end_as_well);
    in_us(5000, 0);
    while (!inside)
        ;
    return 4;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    struct itimerval value = { { 0, 0 }, { 1, 0 } };

    main_thread = pthread_self();
    atexit(at_exit);
    if (strcmp(what, "processor") == 0)
        return setitimer(ITIMER_PROF, &value, NULL) == 0 ? 0 : errno;
    if (strcmp(what, "worker") == 0)
        return sleep_before_timer();
    if (strcmp(what, "both") == 0)
        return end_beside_handler();
    if (*what) {
        signal(SIGALRM, strcmp(what, "default") == 0 ? SIG_DFL : strcmp(what, "exit") == 0 ? end
                                                                                           : jump_plainly);
        if (setjmp(plain) == 0) {
            in_us(20000, 0);
            compute(NULL);
        }
        return 1;
    }
    waits();
    computation();
    masks();
    values();
    blocking();
    beside_others();
    return 0;
}
