// run:
// exit: 3
// stdout~: ^out$
// stderr~: ^err without end$
// stderr~: ^bower-stats \{"app": "c_stderr", "status": 3,
// stderr~: ^c_stderr.*: warned: No such file or directory$
// stderr is unbuffered and apart from stdout; the counters' line starts a line of its own.
#include <err.h>
#include <errno.h>
#include <stdio.h>

int main(void)
{
    printf("out\n");
    errno = ENOENT;
    warn("warned");
    fprintf(stderr, "err without end");
    return 3;
}
