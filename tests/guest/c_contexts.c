// run:
// setup: $ROOT/tests/guest/native.sh c_contexts
// check: cmp want stdout
// Coroutines (<ucontext.h>): arguments, what is preserved (also the rounding mode and the exceptions of floating point), where a
// context goes on when its function returns.
#include <fenv.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <ucontext.h>

static ucontext_t main_context, producer, many;
static char stacks[2][65536];
static int value;

static void produce(int from, int to)
{
    double half = from / 2.0; /* lives in a register that is preserved */

    for (int i = from; i < to; i++) {
        value = i;
        swapcontext(&producer, &main_context);
        half += 0.5;
    }
    printf("produced, %.1f\n", half);
    value = -1;
}

static void show_rounding(const char *who)
{
    printf("%s: %s, %s\n", who, fegetround() == FE_UPWARD ? "upward" : "to nearest",
           fetestexcept(FE_OVERFLOW) ? "overflow" : "no overflow");
}

static void round_upward(void)
{
    fesetround(FE_UPWARD);
    feraiseexcept(FE_OVERFLOW);
    swapcontext(&producer, &main_context);
    show_rounding("coroutine");
}

static void take_many(int a, int b, int c, int d, int e, int f, int g, int h, int i, int j)
{
    printf("%d %d %d %d %d %d %d %d %d %d\n", a, b, c, d, e, f, g, h, i, j);
}

static void make(ucontext_t *context, char *stack)
{
    getcontext(context);
    context->uc_stack.ss_sp = stack;
    context->uc_stack.ss_size = sizeof(stacks[0]);
    context->uc_link = &main_context;
}

int main(void)
{
    volatile int rounds = 0;
    ucontext_t again;
    sigset_t mask, old;

    make(&producer, stacks[0]);
    makecontext(&producer, (void (*)(void))produce, 2, 3, 7);
    while (swapcontext(&main_context, &producer) == 0 && value >= 0)
        printf("got %d\n", value);

    make(&producer, stacks[0]);
    makecontext(&producer, round_upward, 0);
    for (int i = 0; i < 2; i++) {
        swapcontext(&main_context, &producer);
        show_rounding("main");
    }

    make(&many, stacks[1]);
    makecontext(&many, (void (*)(void))take_many, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, -10);
    swapcontext(&main_context, &many);

    getcontext(&again);
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_BLOCK, &mask, &old);
    printf("round %d, %d\n", rounds, sigismember(&old, SIGUSR1));
    if (++rounds < 3)
        setcontext(&again);

    make(&many, stacks[1]);
    many.uc_link = NULL;
    makecontext(&many, (void (*)(void))take_many, 10, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10);
    setcontext(&many); /* and the program ends with status 0 */
    return 1;
}
