/*
 * rand48.c: drand48 and its kin. newlib keeps the state for each thread; on Linux all threads draw from the one that srand48
 * has seeded, and jrand48 and mrand48 give signed numbers. The forms with _r draw from the caller's own state.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/thread/futex.h"

#define MULTIPLIER 0x5deece66du
#define INCREMENT 0xb
#define MASK (((uint64_t)1 << 48) - 1)
#define SEED_LOW 0x330e /* of srand48 */

static struct drand48_data shared;
static struct futex_lock lock; /* protects shared */

static uint64_t number_of(const unsigned short words[3])
{
    return (uint64_t)words[2] << 32 | (uint32_t)words[1] << 16 | words[0];
}

static void to_words(uint64_t number, unsigned short words[3])
{
    for (int i = 0; i < 3; i++)
        words[i] = (unsigned short)(number >> 16 * i);
}

static void set_defaults(struct drand48_data *data)
{
    data->__a = MULTIPLIER;
    data->__c = INCREMENT;
    data->__init = 1;
}

/* The next number of this sequence, with the factors of data (which all zero: the defaults). */
static uint64_t step_of(struct drand48_data *data, unsigned short words[3])
{
    uint64_t x;

    if (!data->__init)
        set_defaults(data);
    x = (number_of(words) * data->__a + data->__c) & MASK;
    to_words(x, words);
    return x;
}

/* The next number of the caller's own sequence, or (NULL) of that of all. */
static uint64_t step(unsigned short *own)
{
    uint64_t x;

    futex_lock(&lock);
    x = step_of(&shared, own ? own : shared.__x);
    futex_unlock(&lock);
    return x;
}

static double fraction(uint64_t x) { return (double)x * 0x1p-48; }
static long positive(uint64_t x) { return (long)(x >> 17); }
static long integer(uint64_t x) { return (int32_t)(x >> 16); }

API double drand48(void) { return fraction(step(NULL)); }
API double erand48(unsigned short own[3]) { return fraction(step(own)); }
API long lrand48(void) { return positive(step(NULL)); }
API long nrand48(unsigned short own[3]) { return positive(step(own)); }
API long mrand48(void) { return integer(step(NULL)); }
API long jrand48(unsigned short own[3]) { return integer(step(own)); }

API int erand48_r(unsigned short own[3], struct drand48_data *restrict data, double *restrict out)
{
    *out = fraction(step_of(data, own));
    return 0;
}

API int nrand48_r(unsigned short own[3], struct drand48_data *restrict data, long *restrict out)
{
    *out = positive(step_of(data, own));
    return 0;
}

API int jrand48_r(unsigned short own[3], struct drand48_data *restrict data, long *restrict out)
{
    *out = integer(step_of(data, own));
    return 0;
}

API int drand48_r(struct drand48_data *restrict data, double *restrict out)
{
    *out = fraction(step_of(data, data->__x));
    return 0;
}

API int lrand48_r(struct drand48_data *restrict data, long *restrict out)
{
    *out = positive(step_of(data, data->__x));
    return 0;
}

API int mrand48_r(struct drand48_data *restrict data, long *restrict out)
{
    *out = integer(step_of(data, data->__x));
    return 0;
}

static void begin_with(struct drand48_data *data, long seed)
{
    to_words((uint64_t)(uint32_t)seed << 16 | SEED_LOW, data->__x);
    set_defaults(data);
}

static void begin_at(struct drand48_data *data, const unsigned short state[3])
{
    memcpy(data->__old_x, data->__x, sizeof(data->__x));
    memcpy(data->__x, state, sizeof(data->__x));
    set_defaults(data);
}

/* Words 0 to 2: the state; 3 to 5: the multiplier; 6: the increment. */
static void set_all(struct drand48_data *data, const unsigned short parameters[7])
{
    memcpy(data->__x, parameters, sizeof(data->__x));
    data->__a = number_of(parameters + 3);
    data->__c = parameters[6];
    data->__init = 1;
}

API int srand48_r(long seed, struct drand48_data *data)
{
    begin_with(data, seed);
    return 0;
}

API int seed48_r(unsigned short seed[3], struct drand48_data *data)
{
    begin_at(data, seed);
    return 0;
}

API int lcong48_r(unsigned short parameters[7], struct drand48_data *data)
{
    set_all(data, parameters);
    return 0;
}

API void srand48(long seed)
{
    futex_lock(&lock);
    begin_with(&shared, seed);
    futex_unlock(&lock);
}

/* The old state, good until the next call. */
API unsigned short *seed48(unsigned short seed[3])
{
    futex_lock(&lock);
    begin_at(&shared, seed);
    futex_unlock(&lock);
    return shared.__old_x;
}

API void lcong48(unsigned short parameters[7])
{
    futex_lock(&lock);
    set_all(&shared, parameters);
    futex_unlock(&lock);
}
