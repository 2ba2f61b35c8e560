#include "runtime/thread/keys.h"

#include <limits.h>
#include <pthread.h>

#include "kernel/mem.h"

_Static_assert(KEYS_BLOCKS *KEYS_PER_BLOCK == PTHREAD_KEYS_MAX, "as many as the header says");

struct key {
    uint32_t generation; /* odd: in use. atomic; changed under the lock */
    void (*destructor)(void *);
};

static struct key keys[PTHREAD_KEYS_MAX];
static struct futex_lock lock; /* protects keys */

int key_create(unsigned *out, void (*destructor)(void *))
{
    int error = -EAGAIN;

    futex_lock(&lock);
    for (unsigned key = 0; error && key < PTHREAD_KEYS_MAX; key++) {
        if (keys[key].generation & 1)
            continue;
        keys[key].destructor = destructor;
        __atomic_store_n(&keys[key].generation, keys[key].generation + 1, __ATOMIC_RELEASE);
        *out = key;
        error = 0;
    }
    futex_unlock(&lock);
    return error;
}

static uint32_t generation_of(unsigned key)
{
    return key < PTHREAD_KEYS_MAX ? __atomic_load_n(&keys[key].generation, __ATOMIC_ACQUIRE) : 0;
}

int key_delete(unsigned key)
{
    int error = -EINVAL;

    futex_lock(&lock);
    if (generation_of(key) & 1) {
        __atomic_store_n(&keys[key].generation, keys[key].generation + 1, __ATOMIC_RELEASE);
        error = 0;
    }
    futex_unlock(&lock);
    return error;
}

void *key_get(unsigned key)
{
    struct key_value *block = key < PTHREAD_KEYS_MAX ? this_thread->values[key / KEYS_PER_BLOCK] : NULL;
    struct key_value *found = block ? &block[key % KEYS_PER_BLOCK] : NULL;

    return found && found->generation == generation_of(key) ? (void *)found->value : NULL;
}

int key_set(unsigned key, const void *value)
{
    uint32_t generation = generation_of(key);
    struct key_value **block;

    if (!(generation & 1))
        return -EINVAL;
    block = &this_thread->values[key / KEYS_PER_BLOCK];
    if (!*block) {
        if (!value)
            return 0;
        *block = kalloc(KEYS_PER_BLOCK * sizeof(**block));
        if (!*block)
            return -ENOMEM;
    }
    (*block)[key % KEYS_PER_BLOCK] = (struct key_value){ generation, value };
    return 0;
}

/* Takes the value out and gives it to the key's destructor. True if there was one to call. */
static bool destroy(unsigned key, struct key_value *v)
{
    void (*destructor)(void *) = NULL;
    void *value = (void *)v->value;

    if (!value)
        return false;
    v->value = NULL;
    futex_lock(&lock);
    if (v->generation == keys[key].generation)
        destructor = keys[key].destructor;
    futex_unlock(&lock);
    if (!destructor)
        return false;
    destructor(value);
    return true;
}

static bool destroy_round(struct runtime_thread *t)
{
    bool any = false;

    for (unsigned key = 0; key < PTHREAD_KEYS_MAX; key++) {
        struct key_value *block = t->values[key / KEYS_PER_BLOCK];

        if (block)
            any |= destroy(key, &block[key % KEYS_PER_BLOCK]);
        else
            key += KEYS_PER_BLOCK - 1;
    }
    return any;
}

void keys_end(struct runtime_thread *t)
{
    for (int round = 0; round < PTHREAD_DESTRUCTOR_ITERATIONS && destroy_round(t); round++)
        ;
    for (unsigned i = 0; i < KEYS_BLOCKS; i++) {
        kfree(t->values[i]);
        t->values[i] = NULL;
    }
}
