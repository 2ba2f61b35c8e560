// run: --harts 2
// setup: $ROOT/tests/guest/native.sh c_altstack -pthread
// check: cmp want stdout
// run: -- plain
// exit: 134
// stderr~: below the main stack: it overflowed
// run: -- disabled
// exit: 134
// stderr~: below the main stack: it overflowed
// A stack of their own for handlers: overflows that a program survives.
#define _GNU_SOURCE
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define STACK 65536
#define THREADS 3

static _Thread_local sigjmp_buf back;
static _Thread_local char *mine;
static _Thread_local volatile int inside, flags_inside, error_inside;
static _Thread_local void *volatile where;

static int is_mine(const void *place)
{
    return (uintptr_t)place - (uintptr_t)mine < STACK;
}

static void leave(int signal, siginfo_t *info, void *context)
{
    stack_t now, other = { .ss_sp = mine, .ss_size = STACK };

    (void)signal, (void)context;
    sigaltstack(NULL, &now);
    inside = is_mine(&now);
    flags_inside = now.ss_flags;
    error_inside = sigaltstack(&other, NULL) ? errno : 0;
    where = info->si_addr;
    siglongjmp(back, 1);
}

static void catch (void (*handler)(int, siginfo_t *, void *), int flags)
{
    struct sigaction action = { .sa_sigaction = handler, .sa_flags = SA_SIGINFO | flags };

    sigaction(SIGSEGV, &action, NULL);
}

static __attribute__((noinline)) int overflow(int n)
{
    volatile char room[1000];

    room[n % 1000] = (char)n;
    return overflow(n + 1) + room[0];
}

static int set_up(int flags)
{
    stack_t stack = { .ss_sp = mine, .ss_size = STACK, .ss_flags = flags };

    return sigaltstack(&stack, NULL);
}

/* How often an overflow was survived, and the handler was where it should be. */
static int survive(int times)
{
    volatile int good = 0;

    for (volatile int i = 0; i < times; i++) {
        if (sigsetjmp(back, 1) == 0)
            overflow(0);
        good += inside && flags_inside == SS_ONSTACK && error_inside == EPERM && !is_mine(where);
    }
    return good;
}

static void *in_thread(void *unused)
{
    stack_t now;
    int good;

    (void)unused;
    sigaltstack(NULL, &now);
    mine = malloc(STACK);
    good = now.ss_flags == SS_DISABLE && set_up(0) == 0 ? survive(2) : -1;
    set_up(SS_DISABLE);
    free(mine);
    return (void *)(intptr_t)good;
}

static void threads(void)
{
    pthread_t thread[THREADS];
    pthread_attr_t small;
    void *good;

    pthread_attr_init(&small);
    pthread_attr_setstacksize(&small, 256 << 10);
    for (int i = 0; i < THREADS; i++)
        pthread_create(&thread[i], &small, in_thread, NULL);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(thread[i], &good);
        printf("thread: %d\n", (int)(intptr_t)good);
    }
}

static void errors(void)
{
    stack_t small = { .ss_sp = mine, .ss_size = 100 }, odd = { .ss_sp = mine, .ss_size = STACK, .ss_flags = 77 }, now;
    int result = sigaltstack(&small, NULL);

    printf("small: %d %s\n", result, strerror(errno));
    result = sigaltstack(&odd, NULL);
    printf("odd: %d %s\n", result, strerror(errno));
    sigaltstack(NULL, &now);
    printf("now: %d %d %d\n", now.ss_sp == mine, (int)now.ss_size, now.ss_flags);
}

static void step_over(int signal, siginfo_t *info, void *context)
{
    (void)signal, (void)info, (void)context;
    printf("on the stack: %d\n", is_mine(&context));
    siglongjmp(back, 1);
}

int main(int argc, char **argv)
{
    stack_t before;

    mine = malloc(STACK);
    sigaltstack(NULL, &before);
    printf("before: %d\n", before.ss_flags);
    set_up(0);
    catch (leave, SA_ONSTACK);
    if (argc > 1) {
        if (strcmp(argv[1], "plain") == 0)
            catch (leave, 0);
        else
            set_up(SS_DISABLE);
        return survive(1);
    }
    printf("survived: %d\n", survive(5));
    errors();
    threads();
    catch (step_over, SA_ONSTACK);
    if (sigsetjmp(back, 1) == 0)
        *(volatile int *)16 = 1;
    printf("survived: %d\n", survive(0));
    set_up(SS_DISABLE);
    sigaltstack(NULL, &before);
    printf("after: %d\n", before.ss_flags);
    return 0;
}
