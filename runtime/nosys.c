/*
 * nosys.c: calls that a program may make but that nothing here can do: there is one program and no shell. Each fails with
 * ENOSYS and says its name on the console, once. What is not even here ends as a link error that names it.
 */
#include <reent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/select.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/io.h"

static int missing(const char *name, int *said)
{
    if (!__atomic_exchange_n(said, 1, __ATOMIC_RELAXED)) {
        if (io_stderr_is_mid_line())
            log_printf("\n");
        log_printf("bower: %s is not implemented (ENOSYS)\n", name);
    }
    errno = ENOSYS;
    return -1;
}

#define MISSING(name) ({ static int said; missing(name, &said); })

API pid_t fork(void)
{
    return MISSING("fork");
}
API pid_t vfork(void) { return MISSING("vfork"); }
API pid_t setsid(void) { return MISSING("setsid"); }
API int pipe(int fds[2])
{
    (void)fds;
    return MISSING("pipe");
}
API int pipe2(int fds[2], int flags)
{
    (void)fds;
    (void)flags;
    return MISSING("pipe2");
}

API int execve(const char *path, char *const argv[], char *const envp[])
{
    (void)path;
    (void)argv;
    (void)envp;
    return MISSING("execve");
}

API int execv(const char *path, char *const argv[])
{
    (void)path;
    (void)argv;
    return MISSING("execv");
}

API int execvp(const char *file, char *const argv[])
{
    (void)file;
    (void)argv;
    return MISSING("execvp");
}

API int execl(const char *path, const char *arg, ...)
{
    (void)path;
    (void)arg;
    return MISSING("execl");
}

API int execlp(const char *file, const char *arg, ...)
{
    (void)file;
    (void)arg;
    return MISSING("execlp");
}

/* ISO C: system(NULL) asks whether there is a shell. There is none. */
API int system(const char *command)
{
    return command ? MISSING("system") : 0;
}

API FILE *popen(const char *command, const char *mode)
{
    (void)command;
    (void)mode;
    MISSING("popen");
    return NULL;
}

API int pclose(FILE *stream)
{
    (void)stream;
    return MISSING("pclose");
}

/* Nothing here ever has a child. */
API pid_t wait(int *status)
{
    (void)status;
    return api_status(-ECHILD);
}

API pid_t waitpid(pid_t pid, int *status, int options)
{
    (void)pid;
    (void)status;
    (void)options;
    return api_status(-ECHILD);
}

API int select(int n, fd_set *readable, fd_set *writable, fd_set *exceptional, struct timeval *timeout)
{
    (void)n;
    (void)readable;
    (void)writable;
    (void)exceptional;
    (void)timeout;
    return MISSING("select");
}
