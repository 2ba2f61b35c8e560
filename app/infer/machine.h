/*
 * What the engine asks of the machine that it runs on: on Bower its runtime, elsewhere what POSIX says.
 */
#ifndef INFER_MACHINE_H
#define INFER_MACHINE_H

#include <sys/mman.h>
#include <unistd.h>

/* Processors that threads are spread over. */
static inline unsigned machine_processors_online(void)
{
    long n = sysconf(_SC_NPROCESSORS_ONLN);

    return n < 1 ? 1 : (unsigned)n;
}

#ifdef MAP_LLM /* this is Bower */
#include <bower.h>

/* The ISA string of the processors, as the device tree has it; "" if nobody knows. */
static inline const char *machine_isa(void)
{
    return bower_isa();
}

/* So many threads run at the same time. */
static inline unsigned machine_processors(void)
{
    return bower_processors();
}

#else

static inline const char *machine_isa(void)
{
    return "";
}

static inline unsigned machine_processors(void)
{
    return machine_processors_online();
}

#endif
#endif
