/*
 * nosys.c: calls that a program may make but that nothing here can do: there is one program and no shell. Each fails with
 * ENOSYS and says its name on the console, once. What is not even here ends as a link error that names it.
 */
#include "runtime/nosys.h"

#include <dlfcn.h>
#include <reent.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "kernel/log.h"
#include "runtime/api.h"
#include "runtime/file/io.h"

int nosys_fail(const char *name, int *said)
{
    if (!__atomic_exchange_n(said, 1, __ATOMIC_RELAXED)) {
        if (io_stderr_is_mid_line())
            log_printf("\n");
        log_printf("bower: %s is not implemented (ENOSYS)\n", name);
    }
    errno = ENOSYS;
    return -1;
}

API pid_t fork(void)
{
    return NOSYS("fork");
}
API pid_t vfork(void) { return NOSYS("vfork"); }
API pid_t setsid(void) { return NOSYS("setsid"); }
API int pipe(int fds[2])
{
    (void)fds;
    return NOSYS("pipe");
}
API int pipe2(int fds[2], int flags)
{
    (void)fds;
    (void)flags;
    return NOSYS("pipe2");
}

API int mkfifo(const char *path, mode_t mode)
{
    (void)path;
    (void)mode;
    return NOSYS("mkfifo");
}

API int mknod(const char *path, mode_t mode, dev_t device)
{
    (void)path;
    (void)mode;
    (void)device;
    return NOSYS("mknod");
}

API int chroot(const char *path)
{
    (void)path;
    return NOSYS("chroot");
}

API int execve(const char *path, char *const argv[], char *const envp[])
{
    (void)path;
    (void)argv;
    (void)envp;
    return NOSYS("execve");
}

API int execv(const char *path, char *const argv[])
{
    (void)path;
    (void)argv;
    return NOSYS("execv");
}

API int execvp(const char *file, char *const argv[])
{
    (void)file;
    (void)argv;
    return NOSYS("execvp");
}

API int execl(const char *path, const char *arg, ...)
{
    (void)path;
    (void)arg;
    return NOSYS("execl");
}

API int execlp(const char *file, const char *arg, ...)
{
    (void)file;
    (void)arg;
    return NOSYS("execlp");
}

API int execle(const char *path, const char *arg, ...)
{
    (void)path;
    (void)arg;
    return NOSYS("execle");
}

API int execvpe(const char *file, char *const argv[], char *const envp[])
{
    (void)file;
    (void)argv;
    (void)envp;
    return NOSYS("execvpe");
}

API int fexecve(int fd, char *const argv[], char *const envp[])
{
    (void)fd;
    (void)argv;
    (void)envp;
    return NOSYS("fexecve");
}

/* These return an error number, not -1. */
API int posix_spawn(pid_t *pid, const char *path, const posix_spawn_file_actions_t *actions, const posix_spawnattr_t *attributes,
                    char *const argv[], char *const envp[])
{
    (void)pid;
    (void)path;
    (void)actions;
    (void)attributes;
    (void)argv;
    (void)envp;
    NOSYS("posix_spawn");
    return ENOSYS;
}

API int posix_spawnp(pid_t *pid, const char *file, const posix_spawn_file_actions_t *actions,
                     const posix_spawnattr_t *attributes, char *const argv[], char *const envp[])
{
    (void)pid;
    (void)file;
    (void)actions;
    (void)attributes;
    (void)argv;
    (void)envp;
    NOSYS("posix_spawnp");
    return ENOSYS;
}

/* What posix_spawn would have to do is taken down nowhere: it is the call itself that says that it cannot. */
API int posix_spawn_file_actions_init(posix_spawn_file_actions_t *actions)
{
    *actions = NULL;
    return 0;
}

API int posix_spawn_file_actions_destroy(posix_spawn_file_actions_t *actions)
{
    (void)actions;
    return 0;
}

API int posix_spawn_file_actions_addopen(posix_spawn_file_actions_t *restrict actions, int fd, const char *restrict path,
                                         int flags, mode_t mode)
{
    (void)actions;
    (void)path;
    (void)flags;
    (void)mode;
    return fd < 0 ? EBADF : 0;
}

API int posix_spawn_file_actions_adddup2(posix_spawn_file_actions_t *actions, int fd, int wanted)
{
    (void)actions;
    return fd < 0 || wanted < 0 ? EBADF : 0;
}

API int posix_spawn_file_actions_addclose(posix_spawn_file_actions_t *actions, int fd)
{
    (void)actions;
    return fd < 0 ? EBADF : 0;
}

API int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    *attributes = NULL;
    return 0;
}

API int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    (void)attributes;
    return 0;
}

API int posix_spawnattr_setflags(posix_spawnattr_t *attributes, short flags)
{
    (void)attributes;
    (void)flags;
    return 0;
}

API int posix_spawnattr_setpgroup(posix_spawnattr_t *attributes, pid_t group)
{
    (void)attributes;
    (void)group;
    return 0;
}

API int posix_spawnattr_setsigdefault(posix_spawnattr_t *restrict attributes, const sigset_t *restrict signals)
{
    (void)attributes;
    (void)signals;
    return 0;
}

API int posix_spawnattr_setsigmask(posix_spawnattr_t *restrict attributes, const sigset_t *restrict signals)
{
    (void)attributes;
    (void)signals;
    return 0;
}

/* There is no load to average: the machine is the program's. */
API int getloadavg(double averages[], int n)
{
    (void)averages;
    (void)n;
    return NOSYS("getloadavg");
}

/* A mapping stays where it is and as long as it is. */
API void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...)
{
    (void)old;
    (void)old_size;
    (void)new_size;
    (void)flags;
    NOSYS("mremap");
    return MAP_FAILED;
}

API int daemon(int keep_directory, int keep_streams)
{
    (void)keep_directory;
    (void)keep_streams;
    return NOSYS("daemon");
}

/* Every program is linked statically: there is nothing that could be loaded. */
static const char *dl_failure;

API void *dlopen(const char *path, int flags)
{
    (void)path;
    (void)flags;
    NOSYS("dlopen");
    dl_failure = "dlopen: not implemented";
    return NULL;
}

API void *dlsym(void *restrict handle, const char *restrict name)
{
    (void)handle;
    (void)name;
    NOSYS("dlsym");
    dl_failure = "dlsym: not implemented";
    return NULL;
}

API int dlclose(void *handle)
{
    (void)handle;
    return NOSYS("dlclose");
}

API char *dlerror(void)
{
    const char *text = dl_failure;

    dl_failure = NULL;
    return (char *)text;
}

/* ISO C: system(NULL) asks whether there is a shell. There is none. */
API int system(const char *command)
{
    return command ? NOSYS("system") : 0;
}

API FILE *popen(const char *command, const char *mode)
{
    (void)command;
    (void)mode;
    NOSYS("popen");
    return NULL;
}

API int pclose(FILE *stream)
{
    (void)stream;
    return NOSYS("pclose");
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

API pid_t wait3(int *status, int options, struct rusage *usage)
{
    (void)status;
    (void)options;
    (void)usage;
    return api_status(-ECHILD);
}

API pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage)
{
    (void)pid;
    (void)status;
    (void)options;
    (void)usage;
    return api_status(-ECHILD);
}

API int waitid(idtype_t type, id_t id, siginfo_t *info, int options)
{
    (void)type;
    (void)id;
    (void)info;
    (void)options;
    return api_status(-ECHILD);
}
