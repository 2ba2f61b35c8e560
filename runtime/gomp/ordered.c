/* ordered.c: ordered regions, and loops whose iterations wait for named others (doacross). */
#include <stdarg.h>

#include "runtime/api.h"
#include "runtime/gomp/gomp.h"

/*
 * The chunks of an ordered loop take turns in the order of iterations: `turn` is where the chunk begins that may run its ordered
 * regions. Its thread keeps the turn until it asks for its next chunk, and waits for it there even if it ran no such region.
 */
static void wait_for_turn(const struct gomp_thread *thread, struct gomp_share *share)
{
    GOMP_AWAIT(&share->event, thread->team->spins, __atomic_load_n(&share->turn, __ATOMIC_ACQUIRE) == thread->chunk_begin);
}

/* The chunk at hand, if there is one, is done. */
void gomp_ordered_pass(struct gomp_thread *thread)
{
    struct gomp_share *share = thread->share;

    if (thread->chunk_begin == thread->chunk_end)
        return;
    wait_for_turn(thread, share);
    __atomic_store_n(&share->turn, thread->chunk_end, __ATOMIC_RELEASE);
    gomp_event_notify(&share->event, GOMP_ALL);
    thread->chunk_begin = thread->chunk_end = 0;
}

API void GOMP_ordered_start(void)
{
    struct gomp_thread *thread = gomp_thread();

    if (thread->share->loop.ordered && thread->chunk_begin != thread->chunk_end)
        wait_for_turn(thread, thread->share);
}

API void GOMP_ordered_end(void) {}

/*
 * For each iteration of the outermost loop, how far it has come: the number of its last posted inner iteration, plus one. One
 * thread runs all of these in order, so a post stands for those before it.
 */
struct gomp_doacross {
    unsigned n;
    uint64_t counts[64]; /* iterations of each loop */
    uint64_t posted[];
};

/* Before the share is in the chain. A team of one needs none: what it waits for lies behind it. */
void gomp_doacross_begin(struct gomp_share *share, unsigned n, const uint64_t *counts)
{
    struct gomp_doacross *doacross;

    if (n > 64)
        GOMP_FATAL("OpenMP: ordered(%u): at most 64 loops", n);
    doacross = gomp_alloc(sizeof *doacross + counts[0] * sizeof doacross->posted[0]);
    doacross->n = n;
    for (unsigned i = 0; i < n; i++)
        doacross->counts[i] = counts[i];
    share->doacross = doacross;
}

void gomp_doacross_end(struct gomp_share *share)
{
    platform_free(share->doacross);
    share->doacross = NULL;
}

static void post(const uint64_t *at)
{
    struct gomp_share *share = gomp_thread()->share;
    struct gomp_doacross *doacross = share->doacross;
    uint64_t number = 0;

    if (!doacross)
        return;
    for (unsigned i = 1; i < doacross->n; i++)
        number = number * doacross->counts[i] + at[i];
    __atomic_store_n(&doacross->posted[at[0]], number + 1, __ATOMIC_RELEASE);
    gomp_event_notify(&share->event, GOMP_ALL);
}

static void wait_for_post(uint64_t outermost, va_list further)
{
    const struct gomp_thread *thread = gomp_thread();
    struct gomp_share *share = thread->share;
    struct gomp_doacross *doacross = share->doacross;
    uint64_t number = 0;

    if (!doacross || outermost >= doacross->counts[0]) /* no such iteration: GCC 12 leaves i - 1 in for an unsigned i of 0 */
        return;
    for (unsigned i = 1; i < doacross->n; i++)
        number = number * doacross->counts[i] + va_arg(further, unsigned long);
    GOMP_AWAIT(&share->event, thread->team->spins,
               __atomic_load_n(&doacross->posted[outermost], __ATOMIC_ACQUIRE) > number);
}

API void GOMP_doacross_post(long *at) { post((const uint64_t *)at); }
API void GOMP_doacross_ull_post(unsigned long long *at) { post((const uint64_t *)at); }

API void GOMP_doacross_wait(long outermost, ...)
{
    va_list further;

    va_start(further, outermost);
    wait_for_post((uint64_t)outermost, further);
    va_end(further);
}

API void GOMP_doacross_ull_wait(unsigned long long outermost, ...)
{
    va_list further;

    va_start(further, outermost);
    wait_for_post(outermost, further);
    va_end(further);
}
