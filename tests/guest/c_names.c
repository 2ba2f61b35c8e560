// run:
// stdout~: ^4294967295 2.5 34 7 ok 6$
// A program may use any name that C and POSIX leave to it, the kernel's and newlib's among them; and its own versions of
// functions outside ISO C win over the runtime's.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#define DEFINE(name) \
    int name(void); \
    int name(void) { return 1; }

DEFINE(panic)
DEFINE(complete)
DEFINE(log_write)
DEFINE(log_printf)
DEFINE(list_add)
DEFINE(file_open)
DEFINE(file_read)
DEFINE(vm_map)
DEFINE(map_batched)
DEFINE(handle_one_fault)
DEFINE(kalloc)
DEFINE(boot_main)
DEFINE(io_read)
DEFINE(fd_get)
DEFINE(runtime_exit)
DEFINE(increment)
DEFINE(decrement)
DEFINE(cleanup_glue)
DEFINE(itoa)
DEFINE(uart_write)
DEFINE(spin_lock)

int PAGE = 1, LINE = 1, category = 1, regions = 1, slots = 1, errors = 1, lock = 1, state = 1, boot_args = 1;

/* Its own strlcpy and pread: the program's calls come here, the runtime's do not. */
ssize_t pread(int fd, void *buffer, size_t n, off_t offset)
{
    (void)fd;
    (void)buffer;
    (void)offset;
    return (ssize_t)n * 2;
}

char *getlogin(void)
{
    return "ok";
}

int main(void)
{
    long double ld;
    unsigned u;
    char text[32];

    sscanf("4294967295 2.5", "%u %Lf", &u, &ld); /* newlib's strtold has an increment of its own */
    snprintf(text, sizeof(text), "%u %.1Lf", u, ld);
    printf("%s %d %ld %s", text, panic() + complete() + log_write() + PAGE + LINE + category + 28, (long)pread(0, 0, 3, 0) + 1,
           getlogin());
    printf(" %d\n", increment() + decrement() + kalloc() + fd_get() + regions + boot_args);
    return 0;
}
