/*
 * stdatomic.h: C11 atomics on GCC's built-ins. newlib's header expects a compiler without _Atomic and does not compile here.
 */
#ifndef _STDATOMIC_H
#define _STDATOMIC_H
#include <stddef.h>
#include <stdint.h>

typedef enum {
    memory_order_relaxed = __ATOMIC_RELAXED,
    memory_order_consume = __ATOMIC_CONSUME,
    memory_order_acquire = __ATOMIC_ACQUIRE,
    memory_order_release = __ATOMIC_RELEASE,
    memory_order_acq_rel = __ATOMIC_ACQ_REL,
    memory_order_seq_cst = __ATOMIC_SEQ_CST
} memory_order;

typedef _Atomic _Bool atomic_bool;
typedef _Atomic char atomic_char;
typedef _Atomic signed char atomic_schar;
typedef _Atomic unsigned char atomic_uchar;
typedef _Atomic short atomic_short;
typedef _Atomic unsigned short atomic_ushort;
typedef _Atomic int atomic_int;
typedef _Atomic unsigned atomic_uint;
typedef _Atomic long atomic_long;
typedef _Atomic unsigned long atomic_ulong;
typedef _Atomic long long atomic_llong;
typedef _Atomic unsigned long long atomic_ullong;
typedef _Atomic __CHAR16_TYPE__ atomic_char16_t;
typedef _Atomic __CHAR32_TYPE__ atomic_char32_t;
typedef _Atomic __WCHAR_TYPE__ atomic_wchar_t;
typedef _Atomic int_least8_t atomic_int_least8_t;
typedef _Atomic uint_least8_t atomic_uint_least8_t;
typedef _Atomic int_least16_t atomic_int_least16_t;
typedef _Atomic uint_least16_t atomic_uint_least16_t;
typedef _Atomic int_least32_t atomic_int_least32_t;
typedef _Atomic uint_least32_t atomic_uint_least32_t;
typedef _Atomic int_least64_t atomic_int_least64_t;
typedef _Atomic uint_least64_t atomic_uint_least64_t;
typedef _Atomic int_fast8_t atomic_int_fast8_t;
typedef _Atomic uint_fast8_t atomic_uint_fast8_t;
typedef _Atomic int_fast16_t atomic_int_fast16_t;
typedef _Atomic uint_fast16_t atomic_uint_fast16_t;
typedef _Atomic int_fast32_t atomic_int_fast32_t;
typedef _Atomic uint_fast32_t atomic_uint_fast32_t;
typedef _Atomic int_fast64_t atomic_int_fast64_t;
typedef _Atomic uint_fast64_t atomic_uint_fast64_t;
typedef _Atomic intptr_t atomic_intptr_t;
typedef _Atomic uintptr_t atomic_uintptr_t;
typedef _Atomic size_t atomic_size_t;
typedef _Atomic ptrdiff_t atomic_ptrdiff_t;
typedef _Atomic intmax_t atomic_intmax_t;
typedef _Atomic uintmax_t atomic_uintmax_t;

#define ATOMIC_VAR_INIT(value) (value)
#define atomic_init(p, value) atomic_store_explicit(p, value, __ATOMIC_RELAXED)
#define kill_dependency(y) __extension__({ __auto_type kill_dependency_tmp = (y); kill_dependency_tmp; })
#define atomic_thread_fence(order) __atomic_thread_fence(order)
#define atomic_signal_fence(order) __atomic_signal_fence(order)
#define atomic_is_lock_free(p) __atomic_is_lock_free(sizeof(*(p)), (p))

#define ATOMIC_BOOL_LOCK_FREE __GCC_ATOMIC_BOOL_LOCK_FREE
#define ATOMIC_CHAR_LOCK_FREE __GCC_ATOMIC_CHAR_LOCK_FREE
#define ATOMIC_CHAR16_T_LOCK_FREE __GCC_ATOMIC_CHAR16_T_LOCK_FREE
#define ATOMIC_CHAR32_T_LOCK_FREE __GCC_ATOMIC_CHAR32_T_LOCK_FREE
#define ATOMIC_WCHAR_T_LOCK_FREE __GCC_ATOMIC_WCHAR_T_LOCK_FREE
#define ATOMIC_SHORT_LOCK_FREE __GCC_ATOMIC_SHORT_LOCK_FREE
#define ATOMIC_INT_LOCK_FREE __GCC_ATOMIC_INT_LOCK_FREE
#define ATOMIC_LONG_LOCK_FREE __GCC_ATOMIC_LONG_LOCK_FREE
#define ATOMIC_LLONG_LOCK_FREE __GCC_ATOMIC_LLONG_LOCK_FREE
#define ATOMIC_POINTER_LOCK_FREE __GCC_ATOMIC_POINTER_LOCK_FREE

/* The comma drops the qualifiers of *(p), so that the temporary is an ordinary object. */
#define ATOMIC_PLAIN(p) __typeof__((void)0, *(p))

#define atomic_store_explicit(p, value, order) \
    __extension__({ \
        __auto_type atomic_p = (p); \
        ATOMIC_PLAIN(atomic_p) \
        atomic_value = (value); \
        __atomic_store(atomic_p, &atomic_value, (order)); \
    })
#define atomic_load_explicit(p, order) \
    __extension__({ \
        __auto_type atomic_p = (p); \
        ATOMIC_PLAIN(atomic_p) \
        atomic_value; \
        __atomic_load(atomic_p, &atomic_value, (order)); \
        atomic_value; \
    })
#define atomic_exchange_explicit(p, value, order) \
    __extension__({ \
        __auto_type atomic_p = (p); \
        ATOMIC_PLAIN(atomic_p) \
        atomic_value = (value); \
        ATOMIC_PLAIN(atomic_p) \
        atomic_old; \
        __atomic_exchange(atomic_p, &atomic_value, &atomic_old, (order)); \
        atomic_old; \
    })
#define atomic_compare_exchange_any(p, expected, value, weak, success, failure) \
    __extension__({ \
        __auto_type atomic_p = (p); \
        ATOMIC_PLAIN(atomic_p) \
        atomic_value = (value); \
        __atomic_compare_exchange(atomic_p, (expected), &atomic_value, (weak), (success), (failure)); \
    })
#define atomic_compare_exchange_strong_explicit(p, expected, value, success, failure) \
    atomic_compare_exchange_any(p, expected, value, 0, success, failure)
#define atomic_compare_exchange_weak_explicit(p, expected, value, success, failure) \
    atomic_compare_exchange_any(p, expected, value, 1, success, failure)
#define atomic_fetch_add_explicit(p, value, order) __atomic_fetch_add((p), (value), (order))
#define atomic_fetch_sub_explicit(p, value, order) __atomic_fetch_sub((p), (value), (order))
#define atomic_fetch_or_explicit(p, value, order) __atomic_fetch_or((p), (value), (order))
#define atomic_fetch_xor_explicit(p, value, order) __atomic_fetch_xor((p), (value), (order))
#define atomic_fetch_and_explicit(p, value, order) __atomic_fetch_and((p), (value), (order))

#define atomic_store(p, value) atomic_store_explicit(p, value, __ATOMIC_SEQ_CST)
#define atomic_load(p) atomic_load_explicit(p, __ATOMIC_SEQ_CST)
#define atomic_exchange(p, value) atomic_exchange_explicit(p, value, __ATOMIC_SEQ_CST)
#define atomic_compare_exchange_strong(p, expected, value) \
    atomic_compare_exchange_any(p, expected, value, 0, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define atomic_compare_exchange_weak(p, expected, value) \
    atomic_compare_exchange_any(p, expected, value, 1, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST)
#define atomic_fetch_add(p, value) __atomic_fetch_add((p), (value), __ATOMIC_SEQ_CST)
#define atomic_fetch_sub(p, value) __atomic_fetch_sub((p), (value), __ATOMIC_SEQ_CST)
#define atomic_fetch_or(p, value) __atomic_fetch_or((p), (value), __ATOMIC_SEQ_CST)
#define atomic_fetch_xor(p, value) __atomic_fetch_xor((p), (value), __ATOMIC_SEQ_CST)
#define atomic_fetch_and(p, value) __atomic_fetch_and((p), (value), __ATOMIC_SEQ_CST)

typedef struct {
    unsigned char set;
} atomic_flag;
#define ATOMIC_FLAG_INIT \
    { \
        0 \
    }
#define atomic_flag_test_and_set_explicit(f, order) __atomic_test_and_set(&(f)->set, (order))
#define atomic_flag_test_and_set(f) __atomic_test_and_set(&(f)->set, __ATOMIC_SEQ_CST)
#define atomic_flag_clear_explicit(f, order) __atomic_clear(&(f)->set, (order))
#define atomic_flag_clear(f) __atomic_clear(&(f)->set, __ATOMIC_SEQ_CST)

#endif
