// run:
// setup: $ROOT/tests/guest/native.sh c_jumps
// check: cmp want stdout
// Jumps out of calls and handlers with the signal mask kept, off a stack of buffers, stream locks, floating-point registers over a jump.
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

static sigjmp_buf with_mask;
static jmp_buf plain, stack[2];

static void jump_out(int signal)
{
    siglongjmp(with_mask, signal == SIGUSR1 ? 5 : 6);
}

static int is_blocked(int signal)
{
    sigset_t set;

    sigprocmask(SIG_BLOCK, NULL, &set);
    return sigismember(&set, signal);
}

int main(void)
{
    volatile double kept = 2.5;
    volatile int rounds = 0;
    int value;

    signal(SIGUSR1, jump_out);
    value = sigsetjmp(with_mask, 1);
    printf("value %d blocked %d\n", value, is_blocked(SIGUSR1));
    if (++rounds < 3)
        raise(SIGUSR1);
    value = _setjmp(plain);
    printf("plain %d %g\n", value, kept);
    kept *= 3;
    if (value < 2)
        _longjmp(plain, value + 1);
    rounds = 1;
    if (setjmp(stack[0]) == 0)
        longjmp(stack[--rounds], 1);
    printf("off the stack, %d\n", rounds);
    flockfile(stdout);
    flockfile(stdout);
    printf("locked %d\n", ftrylockfile(stdout));
    putc_unlocked('x', stdout);
    putchar_unlocked('\n');
    funlockfile(stdout);
    funlockfile(stdout);
    funlockfile(stdout);
    printf("unlocked\n");
    return 0;
}
