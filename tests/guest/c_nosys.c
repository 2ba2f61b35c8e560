// run:
// stdout~: ^-1 1 -1 1 0 1 1 1 38$
// stderr~: ^bower: fork is not implemented \(ENOSYS\)$
// stderr~: ^bower: system is not implemented \(ENOSYS\)$
// stderr~: ^bower: mknod is not implemented \(ENOSYS\)$
// stderr~: ^bower: posix_spawn is not implemented \(ENOSYS\)$
// stderr!~: (?s)fork is not implemented.*fork is not implemented
// stderr~: ^bower: syscall\(99\) is not implemented \(ENOSYS\)$
// stderr~: ^bower: syscall\(100\) is not implemented \(ENOSYS\)$
// stderr~: ^bower: syscall\(SYS_futex\) with operation 77 is not implemented \(ENOSYS\)$
// stderr~: ^bower: syscall\(SYS_futex\) with operation 78 is not implemented \(ENOSYS\)$
// What a unikernel cannot do says so, once, and fails with ENOSYS.
#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

/* A program prepares at length what then fails. */
static int spawn(void)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    char *argv[] = { "ls", NULL };
    int error;

    error = posix_spawn_file_actions_init(&actions) | posix_spawnattr_init(&attributes);
    error |= posix_spawn_file_actions_addopen(&actions, 1, "out", O_WRONLY, 0);
    error |= posix_spawn_file_actions_adddup2(&actions, 1, 2) | posix_spawn_file_actions_addclose(&actions, 0);
    error |= posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP) | posix_spawnattr_setpgroup(&attributes, 0);
    if (error != 0 || posix_spawn_file_actions_addclose(&actions, -1) != EBADF)
        return -1;
    error = posix_spawn(&(pid_t){ 0 }, "/bin/ls", &actions, &attributes, argv, NULL);
    return posix_spawnattr_destroy(&attributes) || posix_spawn_file_actions_destroy(&actions) ? -1 : error;
}

int main(void)
{
    int forked = fork(), fork_error = errno == ENOSYS, again, status;

    fork();
    again = system("true");
    printf("%d %d %d %d %d", forked, fork_error, again, errno == ENOSYS, system(NULL));
    errno = 0;
    printf(" %d", wait(&status) == -1 && errno == ECHILD);
    printf(" %d", popen("ls", "r") == NULL && errno == ENOSYS);
    printf(" %d", mknod("device", S_IFCHR, 0) == -1 && errno == ENOSYS && mkfifo("fifo", 0600) == -1 && chroot("/") == -1);
    printf(" %d\n", spawn());
    syscall(99);
    syscall(100);
    syscall(SYS_futex, &status, 77, 0, NULL);
    syscall(SYS_futex, &status, 78, 0, NULL);
    return 0;
}
