/*
 * rand.c: rand, random and rand_r with the sequences that glibc gives for a seed, so that a program which seeds its generator
 * prints the same here. (An additive feedback generator: each number is the sum of two before it; how far before says the size of
 * the state that initstate was given.)
 *
 * Threads draw from one sequence, each number once; the forms with _r draw from the caller's own state.
 */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/thread/futex.h"

/* As in glibc: the first word of a state's memory holds the type, and 5 times how far behind the array's start the older number is. */
static const struct type {
    size_t bytes; /* the least memory for it */
    int degree, separation;
} types[] = { { 8, 0, 0 }, { 32, 7, 3 }, { 64, 15, 1 }, { 128, 31, 3 }, { 256, 63, 1 } };
#define TYPES ((int)ARRAY_LEN(types))
#define SIMPLE 0 /* the type that is a linear congruence */
#define DEFAULT 3

static int32_t default_memory[1 + 31];
static struct random_data shared = { .state = NULL };
static struct futex_lock lock; /* protects shared and what it points to */

static void forward(struct random_data *data, int32_t **pointer)
{
    if (++*pointer == data->end_ptr)
        *pointer = data->state;
}

static int32_t next(struct random_data *data)
{
    uint32_t number;

    if (data->rand_type == SIMPLE) {
        number = ((uint32_t)data->state[0] * 1103515245u + 12345u) & INT32_MAX;
        data->state[0] = (int32_t)number;
        return (int32_t)number;
    }
    number = (uint32_t)*data->fptr + (uint32_t)*data->rptr;
    *data->fptr = (int32_t)number;
    forward(data, &data->fptr);
    forward(data, &data->rptr);
    return (int32_t)(number >> 1);
}

static void seed_with(struct random_data *data, unsigned seed)
{
    int32_t word = (int32_t)(seed ? seed : 1);

    data->state[0] = word;
    if (data->rand_type == SIMPLE)
        return;
    for (int i = 1; i < data->rand_deg; i++) {
        /* 16807 * word modulo 2^31 - 1, without overflow (Park and Miller) */
        word = 16807 * (word % 127773) - 2836 * (word / 127773);
        if (word < 0)
            word += INT32_MAX;
        data->state[i] = word;
    }
    data->fptr = data->state + data->rand_sep;
    data->rptr = data->state;
    for (int i = 0; i < 10 * data->rand_deg; i++)
        next(data);
}

/* Notes in the state's memory what setstate must know to go on with it. */
static void put_away(struct random_data *data)
{
    if (data->state)
        data->state[-1] = data->rand_type == SIMPLE ? SIMPLE : (int32_t)(data->rptr - data->state) * TYPES + data->rand_type;
}

static void use(struct random_data *data, int32_t *memory, int type)
{
    data->state = memory + 1;
    data->rand_type = type;
    data->rand_deg = types[type].degree;
    data->rand_sep = types[type].separation;
    data->end_ptr = data->state + data->rand_deg;
}

API int random_r(struct random_data *restrict data, int32_t *restrict out)
{
    *out = next(data);
    return 0;
}

API int srandom_r(unsigned seed, struct random_data *data)
{
    if (data->rand_type < 0 || data->rand_type >= TYPES)
        return api_status(-EINVAL);
    seed_with(data, seed);
    return 0;
}

static int init(unsigned seed, char *memory, size_t size, struct random_data *data)
{
    int type = TYPES - 1;

    if (size < types[0].bytes)
        return -EINVAL;
    while (size < types[type].bytes)
        type--;
    put_away(data);
    use(data, (int32_t *)(void *)memory, type);
    seed_with(data, seed);
    put_away(data);
    return 0;
}

API int initstate_r(unsigned seed, char *restrict memory, size_t size, struct random_data *restrict data)
{
    return api_status(init(seed, memory, size, data));
}

static int go_on_with(char *memory, struct random_data *data)
{
    int32_t *words = (int32_t *)(void *)memory;
    int type = words[0] % TYPES, rear = words[0] / TYPES;

    if (type < 0)
        return -EINVAL;
    put_away(data);
    use(data, words, type);
    if (type != SIMPLE) {
        data->rptr = data->state + rear;
        data->fptr = data->state + (rear + data->rand_sep) % data->rand_deg;
    }
    put_away(data);
    return 0;
}

API int setstate_r(char *restrict memory, struct random_data *restrict data)
{
    return api_status(go_on_with(memory, data));
}

/* The lock is held from here on: what all threads draw from, which starts as if seeded with 1. */
static struct random_data *lock_shared(void)
{
    futex_lock(&lock);
    if (!shared.state) {
        use(&shared, default_memory, DEFAULT);
        seed_with(&shared, 1);
    }
    return &shared;
}

static long draw(void)
{
    long number = next(lock_shared());

    futex_unlock(&lock);
    return number;
}

static void seed_locked(unsigned seed)
{
    seed_with(lock_shared(), seed);
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

/* The memory that was in use before; NULL: too little. */
API char *initstate(unsigned seed, char *memory, size_t size)
{
    int32_t *before = lock_shared()->state - 1;
    int error = init(seed, memory, size, &shared);

    futex_unlock(&lock);
    return api_status(error) ? NULL : (char *)before;
}

API char *setstate(char *memory)
{
    int32_t *before = lock_shared()->state - 1;
    int error = go_on_with(memory, &shared);

    futex_unlock(&lock);
    return api_status(error) ? NULL : (char *)before;
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
