/*
 * panic.h: broken invariants end here, with a report and exit status 134.
 *
 * Any context, any lock state: a panic takes no lock, allocates nothing and prints by polling the UART.
 */
#ifndef KERNEL_PANIC_H
#define KERNEL_PANIC_H

/* Prints "panic: ..." and a backtrace of the caller, then ends the machine with status 134. */
_Noreturn void panic(const char *format, ...) __attribute__((format(printf, 1, 2)));

#define ASSERT(cond) \
    do { \
        if (__builtin_expect(!(cond), 0)) \
            panic("%s: %s:%d: %s", __func__, __FILE__, __LINE__, #cond); \
    } while (0)

#endif
