// run: -- sizes
// run: -- forbidden
// exit: 134
// stdout~: ^below it nothing has changed$
// stderr~: ^fault: .*page fault at pc 0x
/*
 * A stack for handlers of memory faults is large enough for what they call and has pages that stay, and a handler that faults itself until
 * the stack is used up ends the program, with no byte changed below it.
 */
#include <bower.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "check.h"

#define BELOW 4096

static char memory[BELOW + MINSIGSTKSZ] __attribute__((aligned(16)));

static void sizes(void)
{
    stack_t small = { .ss_sp = memory, .ss_size = MINSIGSTKSZ - 1 };
    stack_t leaves = { .ss_size = SIGSTKSZ };
    leaves.ss_sp = mmap(NULL, SIGSTKSZ, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_LLM, -1, 0);
    CHECK(leaves.ss_sp != MAP_FAILED);
    CHECK_ERRNO(sigaltstack(&small, NULL), ENOMEM);
    CHECK_ERRNO(sigaltstack(&leaves, NULL), EINVAL);
    small.ss_size++;
    CHECK(sigaltstack(&small, NULL) == 0);
}

static void fault(int signal)
{
    (void)signal;
    for (int i = 0; i < BELOW; i++)
        if (memory[i] != 'b')
            _exit(1);
    *(volatile char *)16 = 1;
}

int main(int argc, char **argv)
{
    if (argc > 1 && strcmp(argv[1], "sizes") == 0) {
        sizes();
        return done();
    }
    struct sigaction action = { .sa_handler = fault, .sa_flags = SA_ONSTACK | SA_NODEFER };
    stack_t stack = { .ss_sp = memory + BELOW, .ss_size = MINSIGSTKSZ };
    memset(memory, 'b', BELOW);
    CHECK(sigaltstack(&stack, NULL) == 0 && sigaction(SIGSEGV, &action, NULL) == 0);
    write(STDOUT_FILENO, "below it nothing has changed\n", 29);
    *(volatile char *)16 = 1;
    return 1;
}
