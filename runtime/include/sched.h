/*
 * sched.h: newlib's, and Linux's sets of processors. Every thread may run on every hart: a set that is asked for is kept and
 * shown, without effect.
 */
#ifndef BOWER_SCHED_H
#define BOWER_SCHED_H
#define BOWER_PLAIN_TYPES
#include_next <sched.h>
#undef BOWER_PLAIN_TYPES
#include <stddef.h>

#if __GNU_VISIBLE || __BSD_VISIBLE
#define SCHED_BATCH 3
#define SCHED_IDLE 5
#define SCHED_RESET_ON_FORK 0x40000000
#endif

#if __GNU_VISIBLE
#define CPU_SETSIZE 1024
#define __NCPUBITS (8 * sizeof(unsigned long))
typedef unsigned long __cpu_mask;
typedef struct {
    unsigned long __bits[CPU_SETSIZE / __NCPUBITS];
} cpu_set_t;

#define CPU_ALLOC_SIZE(count) (((count) + __NCPUBITS - 1) / __NCPUBITS * sizeof(unsigned long))
#define CPU_ALLOC(count) ((cpu_set_t *)calloc(1, CPU_ALLOC_SIZE(count)))
#define CPU_FREE(set) free(set)
#define CPU_ZERO_S(size, set) __builtin_memset((set), 0, (size))
#define CPU_SET_S(cpu, size, set) \
    ((size_t)(cpu) < 8 * (size) ? (void)((set)->__bits[(size_t)(cpu) / __NCPUBITS] |= 1ul << (size_t)(cpu) % __NCPUBITS) : (void)0)
#define CPU_CLR_S(cpu, size, set) \
    ((size_t)(cpu) < 8 * (size) ? (void)((set)->__bits[(size_t)(cpu) / __NCPUBITS] &= ~(1ul << (size_t)(cpu) % __NCPUBITS)) : (void)0)
#define CPU_ISSET_S(cpu, size, set) \
    ((size_t)(cpu) < 8 * (size) && ((set)->__bits[(size_t)(cpu) / __NCPUBITS] >> (size_t)(cpu) % __NCPUBITS & 1) != 0)
#define CPU_COUNT_S(size, set) bower_cpu_count((size), (set))
#define CPU_EQUAL_S(size, a, b) (__builtin_memcmp((a), (b), (size)) == 0)
#define CPU_ZERO(set) CPU_ZERO_S(sizeof(cpu_set_t), (set))
#define CPU_SET(cpu, set) CPU_SET_S((cpu), sizeof(cpu_set_t), (set))
#define CPU_CLR(cpu, set) CPU_CLR_S((cpu), sizeof(cpu_set_t), (set))
#define CPU_ISSET(cpu, set) CPU_ISSET_S((cpu), sizeof(cpu_set_t), (set))
#define CPU_COUNT(set) CPU_COUNT_S(sizeof(cpu_set_t), (set))
#define CPU_EQUAL(a, b) CPU_EQUAL_S(sizeof(cpu_set_t), (a), (b))
#define BOWER_CPU_OP(to, a, b, op) \
    do { \
        for (size_t bower_i = 0; bower_i < CPU_SETSIZE / __NCPUBITS; bower_i++) \
            (to)->__bits[bower_i] = (a)->__bits[bower_i] op(b)->__bits[bower_i]; \
    } while (0)
#define CPU_AND(to, a, b) BOWER_CPU_OP(to, a, b, &)
#define CPU_OR(to, a, b) BOWER_CPU_OP(to, a, b, |)
#define CPU_XOR(to, a, b) BOWER_CPU_OP(to, a, b, ^)

static inline int bower_cpu_count(size_t size, const cpu_set_t *set)
{
    int count = 0;

    for (size_t i = 0; i < size / sizeof(unsigned long); i++)
        for (unsigned long bits = set->__bits[i]; bits; bits &= bits - 1)
            count++;
    return count;
}

__BEGIN_DECLS
int sched_setaffinity(pid_t pid, size_t size, const cpu_set_t *set);
int sched_getaffinity(pid_t pid, size_t size, cpu_set_t *set);
__END_DECLS
#endif

#endif
