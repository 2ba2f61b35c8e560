/*
 * loop.c: the calls that GCC makes for loops. There is one for each kind of schedule, with and without `ordered`, for signed
 * and for unsigned variables; what they do is in share.c. `_next` is the same for all: the chain knows the schedule.
 */
#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

typedef unsigned long long ull;

static bool next_signed(long *begin, long *end)
{
    uint64_t from, to;

    if (!gomp_loop_take(gomp_thread(), &from, &to))
        return false;
    *begin = (long)from;
    *end = (long)to;
    return true;
}

static bool next_unsigned(ull *begin, ull *end)
{
    uint64_t from, to;

    if (!gomp_loop_take(gomp_thread(), &from, &to))
        return false;
    *begin = from;
    *end = to;
    return true;
}

static void enter(struct gomp_loop loop, long schedule, uint64_t chunk, bool ordered, uintptr_t *reductions, void **memory)
{
    gomp_loop_set_schedule(&loop, schedule, chunk);
    loop.ordered = ordered;
    gomp_loop_enter(gomp_thread(), &loop, reductions, memory);
}

#define WITH_CHUNK(name, schedule, ordered) \
    API bool GOMP_loop_##name##_start(long start, long end, long step, long chunk, long *from, long *to) \
    { \
        enter(gomp_loop_signed(start, end, step), schedule, (uint64_t)chunk, ordered, NULL, NULL); \
        return next_signed(from, to); \
    } \
    API bool GOMP_loop_ull_##name##_start(bool up, ull start, ull end, ull step, ull chunk, ull *from, ull *to) \
    { \
        enter(gomp_loop_unsigned(up, start, end, step), schedule, chunk, ordered, NULL, NULL); \
        return next_unsigned(from, to); \
    } \
    NEXT(name)

#define WITHOUT_CHUNK(name, ordered) \
    API bool GOMP_loop_##name##_start(long start, long end, long step, long *from, long *to) \
    { \
        enter(gomp_loop_signed(start, end, step), GOMP_RUNTIME, 0, ordered, NULL, NULL); \
        return next_signed(from, to); \
    } \
    API bool GOMP_loop_ull_##name##_start(bool up, ull start, ull end, ull step, ull *from, ull *to) \
    { \
        enter(gomp_loop_unsigned(up, start, end, step), GOMP_RUNTIME, 0, ordered, NULL, NULL); \
        return next_unsigned(from, to); \
    } \
    NEXT(name)

#define NEXT(name) \
    API bool GOMP_loop_##name##_next(long *from, long *to) { return next_signed(from, to); } \
    API bool GOMP_loop_ull_##name##_next(ull *from, ull *to) { return next_unsigned(from, to); }

WITH_CHUNK(static, GOMP_STATIC, false)
WITH_CHUNK(dynamic, GOMP_DYNAMIC, false)
WITH_CHUNK(guided, GOMP_GUIDED, false)
WITH_CHUNK(nonmonotonic_dynamic, GOMP_DYNAMIC, false)
WITH_CHUNK(nonmonotonic_guided, GOMP_GUIDED, false)
WITH_CHUNK(ordered_static, GOMP_STATIC, true)
WITH_CHUNK(ordered_dynamic, GOMP_DYNAMIC, true)
WITH_CHUNK(ordered_guided, GOMP_GUIDED, true)
WITHOUT_CHUNK(runtime, false)
WITHOUT_CHUNK(nonmonotonic_runtime, false)
WITHOUT_CHUNK(maybe_nonmonotonic_runtime, false)
WITHOUT_CHUNK(ordered_runtime, true)

/* With task reductions, scan or lastprivate(conditional). from is NULL if GCC divides the loop by itself. */
#define GENERAL(name, ordered) \
    API bool GOMP_loop_##name(long start, long end, long step, long schedule, long chunk, long *from, long *to, \
                              uintptr_t *reductions, void **memory) \
    { \
        enter(gomp_loop_signed(start, end, step), schedule, (uint64_t)chunk, ordered, reductions, memory); \
        return !from || next_signed(from, to); \
    } \
    API bool GOMP_loop_ull_##name(bool up, ull start, ull end, ull step, long schedule, ull chunk, ull *from, ull *to, \
                                  uintptr_t *reductions, void **memory) \
    { \
        enter(gomp_loop_unsigned(up, start, end, step), schedule, chunk, ordered, reductions, memory); \
        return !from || next_unsigned(from, to); \
    }

GENERAL(start, false)
GENERAL(ordered_start, true)

/* ordered(n) with depend(sink) and depend(source): counts[] iterations in each loop; the outermost one is divided. */
static void enter_doacross(unsigned n, const uint64_t *counts, long schedule, uint64_t chunk, uintptr_t *reductions,
                           void **memory)
{
    struct gomp_loop loop = gomp_loop_unsigned(true, 0, counts[0], 1);

    gomp_loop_set_schedule(&loop, schedule, chunk);
    loop.doacross = n;
    loop.counts = counts;
    gomp_loop_enter(gomp_thread(), &loop, reductions, memory);
}

#define DOACROSS(name, schedule) \
    API bool GOMP_loop_doacross_##name##_start(unsigned n, long *counts, long chunk, long *from, long *to) \
    { \
        enter_doacross(n, (const uint64_t *)counts, schedule, (uint64_t)chunk, NULL, NULL); \
        return next_signed(from, to); \
    } \
    API bool GOMP_loop_ull_doacross_##name##_start(unsigned n, ull *counts, ull chunk, ull *from, ull *to) \
    { \
        enter_doacross(n, (const uint64_t *)counts, schedule, chunk, NULL, NULL); \
        return next_unsigned(from, to); \
    }

DOACROSS(static, GOMP_STATIC)
DOACROSS(dynamic, GOMP_DYNAMIC)
DOACROSS(guided, GOMP_GUIDED)

API bool GOMP_loop_doacross_runtime_start(unsigned n, long *counts, long *from, long *to)
{
    enter_doacross(n, (const uint64_t *)counts, GOMP_RUNTIME, 0, NULL, NULL);
    return next_signed(from, to);
}

API bool GOMP_loop_ull_doacross_runtime_start(unsigned n, ull *counts, ull *from, ull *to)
{
    enter_doacross(n, (const uint64_t *)counts, GOMP_RUNTIME, 0, NULL, NULL);
    return next_unsigned(from, to);
}

API bool GOMP_loop_doacross_start(unsigned n, long *counts, long schedule, long chunk, long *from, long *to,
                                  uintptr_t *reductions, void **memory)
{
    enter_doacross(n, (const uint64_t *)counts, schedule, (uint64_t)chunk, reductions, memory);
    return !from || next_signed(from, to);
}

API bool GOMP_loop_ull_doacross_start(unsigned n, ull *counts, long schedule, ull chunk, ull *from, ull *to,
                                      uintptr_t *reductions, void **memory)
{
    enter_doacross(n, (const uint64_t *)counts, schedule, chunk, reductions, memory);
    return !from || next_unsigned(from, to);
}

/* `parallel for` in one: the region's first construct is there before its threads are, which begin with a `_next`. */
static void run(void (*fn)(void *), void *data, unsigned threads, struct gomp_loop loop, long schedule, long chunk)
{
    gomp_loop_set_schedule(&loop, schedule, (uint64_t)chunk);
    gomp_run_parallel(&(struct gomp_launch){ .fn = fn, .data = data, .threads = threads, .loop = &loop });
}

#define PARALLEL(name, schedule) \
    API void GOMP_parallel_loop_##name(void (*fn)(void *), void *data, unsigned threads, long start, long end, long step, \
                                       long chunk, unsigned flags) \
    { \
        (void)flags; \
        run(fn, data, threads, gomp_loop_signed(start, end, step), schedule, chunk); \
    }

#define PARALLEL_RUNTIME(name) \
    API void GOMP_parallel_loop_##name(void (*fn)(void *), void *data, unsigned threads, long start, long end, long step, \
                                       unsigned flags) \
    { \
        (void)flags; \
        run(fn, data, threads, gomp_loop_signed(start, end, step), GOMP_RUNTIME, 0); \
    }

PARALLEL(static, GOMP_STATIC)
PARALLEL(dynamic, GOMP_DYNAMIC)
PARALLEL(guided, GOMP_GUIDED)
PARALLEL(nonmonotonic_dynamic, GOMP_DYNAMIC)
PARALLEL(nonmonotonic_guided, GOMP_GUIDED)
PARALLEL_RUNTIME(runtime)
PARALLEL_RUNTIME(nonmonotonic_runtime)
PARALLEL_RUNTIME(maybe_nonmonotonic_runtime)

API void GOMP_loop_end(void) { gomp_workshare_end(gomp_thread()); }
API bool GOMP_loop_end_cancel(void) { return gomp_workshare_end_cancel(gomp_thread()); }
API void GOMP_loop_end_nowait(void) {}
