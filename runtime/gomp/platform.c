/* platform.c: OpenMP's machine: the program's threads, the kernel's futex, and stderr by the system console. */
#include "runtime/gomp/platform.h"

#include <stdarg.h>
#include <string.h>

#include "arch/hart.h"
#include "kernel/boot.h"
#include "kernel/bootargs.h"
#include "kernel/log.h"
#include "kernel/mem.h"
#include "runtime/file/io.h"
#include "runtime/system.h"
#include "runtime/thread/thread.h"

struct start {
    void (*entry)(void *);
    void *arg;
};

static void *begin(void *argument)
{
    struct start start = *(struct start *)argument;

    kfree(argument);
    start.entry(start.arg);
    return NULL;
}

int platform_start(void (*entry)(void *), void *arg, uint64_t stack_size)
{
    struct runtime_thread_options options = { .stack_size = stack_size, .detached = true, .daemon = true, .name = "openmp" };
    struct start *start = kalloc(sizeof *start);
    int status = -EAGAIN;

    if (start) {
        *start = (struct start){ entry, arg };
        status = runtime_thread_start(NULL, &options, begin, start);
        if (status != 0)
            kfree(start);
    }
    return status == 0 ? 0 : -EAGAIN;
}

void platform_wait(const uint32_t *word, uint32_t expected) { thread_wait(word, expected, THREAD_FOREVER); }
void platform_wake(const uint32_t *word, unsigned n) { thread_wake(word, n); }
void platform_yield(void) { thread_yield(); }
unsigned platform_harts(void) { return hart_count(); }
unsigned platform_processors(void) { return boot_processors(); }
uint64_t platform_ns(void) { return time_ns(); }
const char *platform_host(void) { return HOST_NAME; }
unsigned long platform_process(void) { return PID; }
unsigned long platform_thread(void) { return this_thread->number; }
void *platform_alloc(size_t size) { return kalloc(size); }
void platform_free(void *memory) { kfree(memory); }

const char *platform_environment(const char *name)
{
    static struct bootargs given; /* not boot_args, whose memory environ is: the program may have changed that since */
    size_t length = strlen(name);

    if (!given.envp && boot_arguments_as_given(&given) != 0)
        return NULL;
    for (char **entry = given.envp; *entry; entry++)
        if (strncmp(*entry, name, length) == 0 && (*entry)[length] == '=')
            return *entry + length + 1;
    return NULL;
}

void platform_print(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    log_vprintf(format, args);
    va_end(args);
}

void platform_report(const char *format, ...)
{
    va_list args;

    log_printf(io_stderr_is_mid_line() ? "\nbower: " : "bower: ");
    va_start(args, format);
    log_vprintf(format, args);
    va_end(args);
    log_printf("\n");
}
