/* start.c: from boot to main. */
#include <errno.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "kernel/boot.h"
#include "kernel/bootargs.h"
#include "runtime/api.h"
#include "runtime/clock.h"
#include "runtime/fd.h"

int main(int argc, char **argv, char **envp);
void __libc_init_array(void);
void __libc_fini_array(void);

/* The main thread uses newlib's own structure, in which exit() looks for atexit handlers and open streams. */
static _Thread_local struct _reent *this_reent;

API char *program_invocation_name = (char *)"";
API char *program_invocation_short_name = (char *)"";

struct _reent *__getreent(void)
{
    return this_reent;
}

static void set_names(char *path)
{
    char *slash = strrchr(path, '/');

    program_invocation_name = path;
    program_invocation_short_name = slash ? slash + 1 : path;
}

_Noreturn void runtime_start(void)
{
    this_reent = _impure_ptr;
    fd_init();
    environ = boot_args.envp;
    if (boot_args.argc > 0)
        set_names(boot_args.argv[0]);
    atexit(__libc_fini_array);
    __libc_init_array();
    clock_start();
    exit(main(boot_args.argc, boot_args.argv, environ));
}
