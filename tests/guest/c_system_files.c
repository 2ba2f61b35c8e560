// run:
// stdout~: ^root / 0 root 1$
// stdout~: ^4096 100 1$
// stdout~: ^-1 1 -1 1 0$
// stdout~: ^0 -1 1 -1 1 1$
// stdout~: ^0 19 -20 -18 1$
// stdout~: ^1 dlopen: not implemented$
// stderr~: ^bower: dlopen is not implemented \(ENOSYS\)$
// stderr~: ^bower: posix_spawn is not implemented \(ENOSYS\)$
// The user database, limits, the auxiliary vector, terminals and loading: what holds here, and what says that it does not.
#include <dlfcn.h>
#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <termios.h>
#include <unistd.h>

int main(void)
{
    struct passwd *user = getpwuid(getuid());
    struct group *group = getgrgid(getgid());
    struct rlimit limit;
    struct termios settings;
    char *arguments[] = { NULL };
    pid_t child;
    int failed;

    printf("%s %s %d %s %d\n", user->pw_name, user->pw_dir, (int)user->pw_uid, group->gr_name, getpwnam("nobody") == NULL);
    printf("%lu %lu %d\n", getauxval(AT_PAGESZ), getauxval(AT_CLKTCK), (getauxval(AT_HWCAP) >> ('d' - 'a') & 1) == 1);
    failed = tcgetattr(STDIN_FILENO, &settings);
    printf("%d %d", failed, errno == ENOTTY);
    failed = ioctl(STDOUT_FILENO, TIOCGWINSZ, &settings);
    printf(" %d %d %d\n", failed, errno == ENOTTY, ttyname(0) != NULL);
    getrlimit(RLIMIT_NOFILE, &limit);
    printf("%d", setrlimit(RLIMIT_NOFILE, &limit));
    limit.rlim_cur = 10;
    failed = setrlimit(RLIMIT_NOFILE, &limit);
    printf(" %d %d", failed, errno == EPERM);
    failed = setuid(1000);
    printf(" %d %d %d\n", failed, errno == EPERM, setuid(0) == 0);
    printf("%d %d", setpriority(PRIO_PROCESS, 0, 30), getpriority(PRIO_PROCESS, getpid()));
    printf(" %d %d %d\n", nice(-50), nice(2), getpriority(PRIO_USER, 7) == -1 && errno == ESRCH);
    printf("%d %s\n", dlopen("libm.so.6", RTLD_NOW) == NULL, dlerror());
    return posix_spawn(&child, "/bin/true", NULL, NULL, arguments, arguments) == ENOSYS ? 0 : 1;
}
