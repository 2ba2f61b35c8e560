/*
 * rand48.c: drand48 and its kin. newlib keeps the state for each thread; on Linux all threads draw from the one that srand48
 * has seeded, and jrand48 and mrand48 give signed numbers.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/futex.h"

#define MULTIPLIER 0x5deece66du
#define INCREMENT 0xb
#define MASK (((uint64_t)1 << 48) - 1)
#define SEED_LOW 0x330e /* of srand48 */

static uint64_t multiplier = MULTIPLIER, increment = INCREMENT;
static unsigned short state[3];
static struct futex_lock lock; /* protects all of it */

static uint64_t number_of(const unsigned short words[3])
{
    return (uint64_t)words[2] << 32 | (uint32_t)words[1] << 16 | words[0];
}

static void to_words(uint64_t number, unsigned short words[3])
{
    for (int i = 0; i < 3; i++)
        words[i] = (unsigned short)(number >> 16 * i);
}

/* The next number of the caller's own sequence, or (NULL) of that of all. */
static uint64_t step(unsigned short *own)
{
    unsigned short *words = own ? own : state;
    uint64_t x;

    futex_lock(&lock);
    x = (number_of(words) * multiplier + increment) & MASK;
    to_words(x, words);
    futex_unlock(&lock);
    return x;
}

API double drand48(void) { return (double)step(NULL) * 0x1p-48; }
API double erand48(unsigned short own[3]) { return (double)step(own) * 0x1p-48; }
API long lrand48(void) { return (long)(step(NULL) >> 17); }
API long nrand48(unsigned short own[3]) { return (long)(step(own) >> 17); }
API long mrand48(void) { return (int32_t)(step(NULL) >> 16); }
API long jrand48(unsigned short own[3]) { return (int32_t)(step(own) >> 16); }

static void start_at(uint64_t number)
{
    to_words(number, state);
    multiplier = MULTIPLIER;
    increment = INCREMENT;
}

API void srand48(long seed)
{
    futex_lock(&lock);
    start_at((uint64_t)(uint32_t)seed << 16 | SEED_LOW);
    futex_unlock(&lock);
}

/* The old state, good until the next call. */
API unsigned short *seed48(unsigned short seed[3])
{
    static unsigned short old[3];

    futex_lock(&lock);
    memcpy(old, state, sizeof(old));
    start_at(number_of(seed));
    futex_unlock(&lock);
    return old;
}

/* Words 0 to 2: the state; 3 to 5: the multiplier; 6: the increment. */
API void lcong48(unsigned short parameters[7])
{
    futex_lock(&lock);
    memcpy(state, parameters, sizeof(state));
    multiplier = number_of(parameters + 3);
    increment = parameters[6];
    futex_unlock(&lock);
}
