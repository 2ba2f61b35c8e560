// run:
// setup: $ROOT/tests/guest/native.sh c_limits_h
// check: cmp want stdout
// Constants that programs size their arrays by, and what sysconf says of the system.
#define _GNU_SOURCE
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define SHOW(name) printf(#name " %ld\n", (long)(name));
#define ASK(name) printf(#name " %ld\n", sysconf(name));

int main(void)
{
    clockid_t clock;

    SHOW(_POSIX_ARG_MAX)
    SHOW(_POSIX_NAME_MAX)
    SHOW(_POSIX_PATH_MAX)
    SHOW(_POSIX_OPEN_MAX)
    SHOW(_POSIX_HOST_NAME_MAX)
    SHOW(_POSIX_SSIZE_MAX)
    SHOW(_POSIX2_LINE_MAX)
    SHOW(PIPE_BUF)
    SHOW(NGROUPS_MAX)
    SHOW(IOV_MAX)
    SHOW(RE_DUP_MAX)
    SHOW(NL_ARGMAX > 0)
    SHOW(CHARCLASS_NAME_MAX > 0)
    ASK(_SC_ARG_MAX)
    ASK(_SC_IOV_MAX)
    ASK(_SC_HOST_NAME_MAX)
    ASK(_SC_LOGIN_NAME_MAX)
    ASK(_SC_TTY_NAME_MAX)
    ASK(_SC_NGROUPS_MAX)
    ASK(_SC_LINE_MAX)
    ASK(_SC_RE_DUP_MAX)
    ASK(_SC_GETPW_R_SIZE_MAX)
    ASK(_SC_GETGR_R_SIZE_MAX)
    ASK(_SC_STREAM_MAX)
    ASK(_SC_RTSIG_MAX)
    ASK(_SC_SYMLOOP_MAX)
    ASK(_SC_ATEXIT_MAX)
    ASK(_SC_2_VERSION)
    ASK(_SC_VERSION)
    printf("%d %d %d\n", WIFEXITED(0x300), WEXITSTATUS(0x300), WIFSIGNALED(0x8b) && WTERMSIG(0x8b) == 11);
    printf("%d %d\n", clock_getcpuclockid(0, &clock), clock_getcpuclockid(getpid(), &clock));
    return 0;
}
