/*
 * atomic.c: what GCC calls for atomic objects that no instruction handles: of 1 and 2 bytes (in place of libatomic, which the
 * bare-metal compiler does not bring), of 16, and of any other size.
 *
 * Bytes and halves are part of the aligned word around them, which is exchanged whole: no lock. Larger objects share a table of
 * locks, by address. Every order is the strongest.
 */
#include <string.h>

#include "kernel/types.h"
#include "runtime/api.h"
#include "runtime/thread/futex.h"

#define LOCKS 64

typedef unsigned __int128 u128;

enum operation { EXCHANGE,
                 ADD,
                 SUB,
                 AND,
                 OR,
                 XOR,
                 NAND };

static struct futex_lock locks[LOCKS]; /* of objects that no instruction handles; nothing is taken inside them */

static u128 apply(enum operation operation, u128 old, u128 operand)
{
    switch (operation) {
    case ADD: return old + operand;
    case SUB: return old - operand;
    case AND: return old & operand;
    case OR: return old | operand;
    case XOR: return old ^ operand;
    case NAND: return ~(old & operand);
    default: return operand;
    }
}

/* The word around an object of 1 or 2 bytes, and where in it the object is. */
struct part {
    uint32_t *word;
    unsigned shift;
    uint32_t mask; /* of the object, shifted down */
};

static struct part part_of(volatile void *object, unsigned bytes)
{
    uintptr_t address = (uintptr_t)object;

    return (struct part){ (uint32_t *)(address & ~(uintptr_t)3), (unsigned)(address & 3) * 8, bytes == 1 ? 0xff : 0xffff };
}

static uint32_t update_part(volatile void *object, unsigned bytes, enum operation operation, uint32_t operand)
{
    struct part p = part_of(object, bytes);
    uint32_t seen = __atomic_load_n(p.word, __ATOMIC_RELAXED), old, next;

    do {
        old = seen >> p.shift & p.mask;
        next = (uint32_t)apply(operation, old, operand) & p.mask;
    } while (!__atomic_compare_exchange_n(p.word, &seen, (seen & ~(p.mask << p.shift)) | next << p.shift, true, __ATOMIC_SEQ_CST,
                                          __ATOMIC_RELAXED));
    return old;
}

/* Puts desired there if the object is *expected, which becomes what it was. */
static bool replace_part(volatile void *object, unsigned bytes, uint32_t *expected, uint32_t desired)
{
    struct part p = part_of(object, bytes);
    uint32_t seen = __atomic_load_n(p.word, __ATOMIC_SEQ_CST), old;

    do {
        old = seen >> p.shift & p.mask;
        if (old != *expected) {
            *expected = old;
            return false;
        }
    } while (!__atomic_compare_exchange_n(p.word, &seen, (seen & ~(p.mask << p.shift)) | desired << p.shift, true,
                                          __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST));
    return true;
}

static struct futex_lock *lock_of(const volatile void *object)
{
    return &locks[(uintptr_t)object / 16 % LOCKS];
}

static u128 update_16(volatile void *object, enum operation operation, u128 operand)
{
    struct futex_lock *lock = lock_of(object);
    u128 old;

    futex_lock(lock);
    old = *(volatile u128 *)object;
    *(volatile u128 *)object = apply(operation, old, operand);
    futex_unlock(lock);
    return old;
}

/* The compiler has these names for itself: they are given as labels. */
#define CALLED(name) __asm__("__atomic_" name)

#define PART_UPDATE(name, label, operation, type, bytes) \
    type name(volatile void *object, type operand, int order) CALLED(label); \
    API type name(volatile void *object, type operand, int order) \
    { \
        (void)order; \
        return (type)update_part(object, bytes, operation, operand); \
    }
#define PART_UPDATES(name, label, operation) \
    PART_UPDATE(name##_1, label "_1", operation, uint8_t, 1) \
    PART_UPDATE(name##_2, label "_2", operation, uint16_t, 2)

#define PART_REPLACE(name, label, type, bytes) \
    bool name(volatile void *object, void *expected, type desired, int order, int order_else) CALLED(label); \
    API bool name(volatile void *object, void *expected, type desired, int order, int order_else) \
    { \
        uint32_t old = *(type *)expected; \
        bool done = replace_part(object, bytes, &old, desired); \
\
        (void)order; \
        (void)order_else; \
        *(type *)expected = (type)old; \
        return done; \
    }

#define UPDATE_16(name, label, operation) \
    u128 name(volatile void *object, u128 operand, int order) CALLED(label); \
    API u128 name(volatile void *object, u128 operand, int order) \
    { \
        (void)order; \
        return update_16(object, operation, operand); \
    }

PART_UPDATES(exchange, "exchange", EXCHANGE)
PART_UPDATES(fetch_add, "fetch_add", ADD)
PART_UPDATES(fetch_sub, "fetch_sub", SUB)
PART_UPDATES(fetch_and, "fetch_and", AND)
PART_UPDATES(fetch_or, "fetch_or", OR)
PART_UPDATES(fetch_xor, "fetch_xor", XOR)
PART_UPDATES(fetch_nand, "fetch_nand", NAND)
PART_REPLACE(compare_exchange_1, "compare_exchange_1", uint8_t, 1)
PART_REPLACE(compare_exchange_2, "compare_exchange_2", uint16_t, 2)
UPDATE_16(exchange_16, "exchange_16", EXCHANGE)
UPDATE_16(fetch_add_16, "fetch_add_16", ADD)
UPDATE_16(fetch_sub_16, "fetch_sub_16", SUB)
UPDATE_16(fetch_and_16, "fetch_and_16", AND)
UPDATE_16(fetch_or_16, "fetch_or_16", OR)
UPDATE_16(fetch_xor_16, "fetch_xor_16", XOR)
UPDATE_16(fetch_nand_16, "fetch_nand_16", NAND)

static void load(size_t n, const void *object, void *out)
{
    struct futex_lock *lock = lock_of(object);

    futex_lock(lock);
    memcpy(out, object, n);
    futex_unlock(lock);
}

/* old (may be NULL) becomes what it was. */
static void store(size_t n, void *object, const void *value, void *old)
{
    struct futex_lock *lock = lock_of(object);

    futex_lock(lock);
    if (old)
        memcpy(old, object, n);
    memcpy(object, value, n);
    futex_unlock(lock);
}

static bool replace(size_t n, void *object, void *expected, const void *desired)
{
    struct futex_lock *lock = lock_of(object);
    bool same;

    futex_lock(lock);
    same = memcmp(object, expected, n) == 0;
    if (same)
        memcpy(object, desired, n);
    else
        memcpy(expected, object, n);
    futex_unlock(lock);
    return same;
}

u128 load_16(const void *object, int order) CALLED("load_16");
API u128 load_16(const void *object, int order)
{
    u128 value;

    (void)order;
    load(sizeof(value), object, &value);
    return value;
}

void store_16(void *object, u128 value, int order) CALLED("store_16");
API void store_16(void *object, u128 value, int order)
{
    (void)order;
    store(sizeof(value), object, &value, NULL);
}

bool compare_exchange_16(void *object, void *expected, u128 desired, int order, int order_else) CALLED("compare_exchange_16");
API bool compare_exchange_16(void *object, void *expected, u128 desired, int order, int order_else)
{
    (void)order;
    (void)order_else;
    return replace(sizeof(desired), object, expected, &desired);
}

void load_any(size_t n, const void *object, void *out, int order) CALLED("load");
API void load_any(size_t n, const void *object, void *out, int order)
{
    (void)order;
    load(n, object, out);
}

void store_any(size_t n, void *object, const void *value, int order) CALLED("store");
API void store_any(size_t n, void *object, const void *value, int order)
{
    (void)order;
    store(n, object, value, NULL);
}

void exchange_any(size_t n, void *object, const void *value, void *old, int order) CALLED("exchange");
API void exchange_any(size_t n, void *object, const void *value, void *old, int order)
{
    (void)order;
    store(n, object, value, old);
}

bool compare_exchange_any(size_t n, void *object, void *expected, const void *desired, int order, int order_else)
    CALLED("compare_exchange");
API bool compare_exchange_any(size_t n, void *object, void *expected, const void *desired, int order, int order_else)
{
    (void)order;
    (void)order_else;
    return replace(n, object, expected, desired);
}

bool is_lock_free(size_t n, const void *object) CALLED("is_lock_free");
API bool is_lock_free(size_t n, const void *object)
{
    return (n == 1 || n == 2 || n == 4 || n == 8) && (uintptr_t)object % n == 0;
}
