// run:
// stdout~: ^-1 1 -1 1 0 1 1$
// stderr~: ^bower: fork is not implemented \(ENOSYS\)$
// stderr~: ^bower: system is not implemented \(ENOSYS\)$
// stderr!~: (?s)fork is not implemented.*fork is not implemented
// What a unikernel cannot do says so, once, and fails with ENOSYS.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

int main(void)
{
    int forked = fork(), fork_error = errno == ENOSYS, again, status;

    fork();
    again = system("true");
    printf("%d %d %d %d %d", forked, fork_error, again, errno == ENOSYS, system(NULL));
    errno = 0;
    printf(" %d", wait(&status) == -1 && errno == ECHILD);
    printf(" %d\n", popen("ls", "r") == NULL && errno == ENOSYS);
    return 0;
}
