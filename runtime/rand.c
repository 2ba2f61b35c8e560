/*
 * rand.c: rand, random and rand_r with the sequences that glibc gives for a seed, so that a program which seeds its generator
 * prints the same here. (An additive feedback generator: each number is the sum of those 3 and 31 before it.)
 *
 * Threads that call it at once get numbers from one sequence, as POSIX allows: perhaps one of them twice.
 */
#include <reent.h>
#include <stdint.h>
#include <stdlib.h>

#include "runtime/api.h"

#define DEGREE 31
#define SEPARATION 3
#define WARM_UP 310

static uint32_t ring[DEGREE];
static unsigned position; /* of the oldest number */
static int seeded;

static uint32_t next(void)
{
    unsigned at = position % DEGREE;
    uint32_t number = ring[at] + ring[(at + DEGREE - SEPARATION) % DEGREE];

    ring[at] = number;
    position = (at + 1) % DEGREE;
    return number >> 1;
}

static void seed_with(unsigned seed)
{
    int32_t word = (int32_t)(seed ? seed : 1);

    for (int i = 0; i < DEGREE; i++) {
        ring[i] = (uint32_t)word;
        /* 16807 * word modulo 2^31 - 1, without overflow (Park and Miller) */
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0)
            word += INT32_MAX;
    }
    position = SEPARATION; /* the first three count as just made */
    seeded = 1;
    for (int i = 0; i < WARM_UP; i++)
        next();
}

static long draw(void)
{
    if (!seeded)
        seed_with(1);
    return (long)next();
}

API int rand(void)
{
    return (int)draw();
}

API void srand(unsigned seed)
{
    seed_with(seed);
}

API long random(void)
{
    return draw();
}

API void srandom(unsigned seed)
{
    seed_with(seed);
}

API int rand_r(unsigned *seed)
{
    unsigned state = *seed, result = 0;

    for (int i = 0; i < 3; i++) {
        state = state * 1103515245 + 12345;
        result = result << (i ? 10 : 0) ^ (state >> 16) % (i ? 1024 : 2048);
    }
    *seed = state;
    return (int)result;
}

/* newlib's jrand48 and mrand48 forget the sign where long has 64 bits. */
static long step48(struct _reent *reent, unsigned short seed[3])
{
    const unsigned short *m = _REENT_RAND48_MULT(reent);
    uint64_t multiplier = (uint64_t)m[2] << 32 | (uint32_t)m[1] << 16 | m[0];
    uint64_t x = (uint64_t)seed[2] << 32 | (uint32_t)seed[1] << 16 | seed[0];

    x = x * multiplier + _REENT_RAND48_ADD(reent);
    for (int i = 0; i < 3; i++)
        seed[i] = (unsigned short)(x >> 16 * i);
    return (int32_t)(x >> 16);
}

API long jrand48(unsigned short seed[3])
{
    return step48(_REENT, seed);
}

API long mrand48(void)
{
    struct _reent *reent = _REENT;

    return step48(reent, _REENT_RAND48_SEED(reent));
}
