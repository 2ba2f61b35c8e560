/* start.c: from boot to main. */
#include <errno.h>
#include <math.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/boot.h"
#include "kernel/bootargs.h"
#include "kernel/mem.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

int main(int argc, char **argv, char **envp);
void __libc_init_array(void);
void __libc_fini_array(void);

API char *program_invocation_name = (char *)"";
API char *program_invocation_short_name = (char *)"";

static void set_names(char *path)
{
    char *slash = strrchr(path, '/');

    program_invocation_name = path;
    program_invocation_short_name = slash ? slash + 1 : path;
    runtime_thread_set_name(this_thread, program_invocation_short_name);
}

/*
 * The launcher's, and what a login leaves there for the user of users.c: programs do not ask whether there is a home or a path. Not
 * by way of setenv: that and malloc may be the program's, which does not expect calls before its constructors.
 */
static char **environment(void)
{
    /* Arrays: programs may write into what getenv has. */
    static char home[] = "HOME=/", path[] = "PATH=/usr/local/bin:/usr/bin:/bin", folder[] = "PWD=/", shell[] = "SHELL=/bin/sh",
                user[] = "USER=root", login[] = "LOGNAME=root";
    char *const always[] = { home, path, folder, shell, user, login, NULL };
    char **list;
    size_t n = 0;

    while (boot_args.envp[n])
        n++;
    list = kalloc(n * sizeof(*list) + sizeof(always));
    if (!list)
        return boot_args.envp;
    memcpy(list, boot_args.envp, n * sizeof(*list));
    memcpy(list + n, always, sizeof(always));
    return list;
}

_Noreturn void runtime_start(void)
{
    runtime_thread_main();
    fd_init();
    environ = environment();
    if (boot_args.argc > 0)
        set_names(boot_args.argv[0]);
    _LIB_VERSION = _POSIX_; /* math_errno.c */
    atexit(__libc_fini_array);
    __libc_init_array();
    clock_start();
    exit(main(boot_args.argc, boot_args.argv, environ));
}
