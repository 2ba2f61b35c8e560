// run: --cflags -I{dir}/wrap
// setup: mkdir -p wrap; printf '%s\n' '#ifndef WRAP' '#define WRAP' '#include_next <signal.h>' '#endif' > wrap/signal.h
// stdout~: ^11 1$
// A <signal.h> of the program's own around the system's, as gnulib has one: <time.h> before it does not use it up.
#include <time.h>

#include <signal.h>
#include <stdio.h>
#include <sys/wait.h>

int main(void)
{
    struct timespec now;
    siginfo_t info = { .si_signo = SIGSEGV };

    printf("%d %d\n", info.si_signo, clock_gettime(CLOCK_MONOTONIC, &now) == 0);
    return 0;
}
