/*
 * sys/_pthreadtypes.h: the types of <pthread.h>, in place of newlib's, whose 32 bits hold no lock. Every object that
 * is all zero is initialised, as Linux's are; the fields are the runtime's.
 */
#ifndef _SYS__PTHREADTYPES_H_
#define _SYS__PTHREADTYPES_H_
#include <stddef.h>
#include <sys/features.h>

typedef unsigned long pthread_t; /* a number that is never used twice; 0 is no thread */
typedef unsigned int pthread_key_t;
typedef int pthread_once_t;
typedef volatile int pthread_spinlock_t;

typedef struct {
    void *bower_stack; /* lowest byte; NULL: the runtime makes one */
    size_t bower_stack_size, bower_guard_size;
    int bower_detached, bower_scope, bower_explicit, bower_policy;
    int bower_priority;
    unsigned bower_affinity; /* harts, 0: the creator's */
} pthread_attr_t;

typedef struct bower_mutex {
    unsigned int bower_word;        /* 0: free, 1: held, 2: held and somebody may wait */
    unsigned int bower_type;        /* PTHREAD_MUTEX_*, and 4 if it is robust */
    unsigned int bower_depth;       /* the holder's, of a recursive one */
    unsigned int bower_state;       /* of a robust one: whether what it protects is as it should be */
    unsigned long bower_owner;      /* of all but plain ones: who holds it, 0: nobody */
    struct bower_mutex *bower_next; /* of a robust one that is held: the next that its holder holds */
} pthread_mutex_t;

typedef struct {
    int bower_type, bower_pshared, bower_protocol, bower_robust;
} pthread_mutexattr_t;

typedef struct {
    unsigned int bower_word, bower_inside;
    unsigned int bower_monotonic; /* timeouts are on CLOCK_MONOTONIC, else on CLOCK_REALTIME */
} pthread_cond_t;

typedef struct {
    int bower_monotonic, bower_pshared;
} pthread_condattr_t;

typedef struct {
    unsigned int bower_word;
    unsigned int bower_unused;
    unsigned long bower_owner; /* who holds it for writing, 0: nobody */
} pthread_rwlock_t;

typedef struct {
    int bower_pshared, bower_kind;
} pthread_rwlockattr_t;

typedef struct {
    unsigned long bower_arrived;
    unsigned int bower_count, bower_rounds, bower_inside;
} pthread_barrier_t;

typedef struct {
    int bower_pshared;
} pthread_barrierattr_t;

#endif
