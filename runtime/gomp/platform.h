/*
 * platform.h: what OpenMP needs of the machine below it. platform.c gives it on the kernel's threads, tests/omp/linux.c on Linux,
 * where the same sources run against programs that the host's gcc compiled, under its sanitizers.
 */
#ifndef RUNTIME_GOMP_PLATFORM_H
#define RUNTIME_GOMP_PLATFORM_H

#include <stddef.h>
#include <stdint.h>

/* Runs entry(arg), which never returns, on a new thread with a stack of that many bytes (0: the default). 0 or -EAGAIN. */
int platform_start(void (*entry)(void *), void *arg, uint64_t stack_size);
/* Sleeps while *word == expected, until a wake of the same word. May return without reason. */
void platform_wait(const uint32_t *word, uint32_t expected);
void platform_wake(const uint32_t *word, unsigned n); /* at most n sleepers */
void platform_yield(void);
unsigned platform_harts(void);
unsigned platform_processors(void); /* of these, how many the host runs at once */
uint64_t platform_ns(void);         /* monotonic */
const char *platform_host(void);    /* its name */
unsigned long platform_process(void);
unsigned long platform_thread(void); /* the caller's pthread_t */
/* As it was when the program began: its own changes do not count (OpenMP 5.0, 6). One thread at a time. NULL: not set. */
const char *platform_environment(const char *name);
void *platform_alloc(size_t size); /* zeroed, aligned to 16; NULL: no memory */
void platform_free(void *memory);
/* A line on stderr: "bower: " and the text. */
void platform_report(const char *format, ...) __attribute__((format(printf, 1, 2)));
void platform_print(const char *format, ...) __attribute__((format(printf, 1, 2))); /* stderr; just the text */

#endif
