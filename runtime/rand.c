/*
 * rand.c: rand, random and rand_r with the sequences that glibc gives for a seed, so that a program which seeds its generator
 * prints the same here. (An additive feedback generator: each number is the sum of those 3 and 31 before it.)
 *
 * Threads draw from one sequence, each number once.
 */
#include <stdint.h>
#include <stdlib.h>

#include "runtime/api.h"
#include "runtime/futex.h"

#define DEGREE 31
#define SEPARATION 3
#define WARM_UP 310

static uint32_t ring[DEGREE];
static unsigned position; /* of the oldest number */
static int seeded;
static struct futex_lock lock; /* protects all of it */

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
    long number;

    futex_lock(&lock);
    if (!seeded)
        seed_with(1);
    number = (long)next();
    futex_unlock(&lock);
    return number;
}

static void seed_locked(unsigned seed)
{
    futex_lock(&lock);
    seed_with(seed);
    futex_unlock(&lock);
}

API int rand(void)
{
    return (int)draw();
}

API void srand(unsigned seed)
{
    seed_locked(seed);
}

API long random(void)
{
    return draw();
}

API void srandom(unsigned seed)
{
    seed_locked(seed);
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
