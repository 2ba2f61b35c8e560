/* semaphore.h: POSIX semaphores. The named ones (sem_open) are shared by the threads of the one process that there is. */
#ifndef _SEMAPHORE_H
#define _SEMAPHORE_H
#include <sys/cdefs.h>
#include <sys/types.h>

typedef struct {
    unsigned long bower_state; /* low half: the value, high half: how many wait */
} sem_t;

#define SEM_FAILED ((sem_t *)0)

__BEGIN_DECLS
int sem_init(sem_t *sem, int shared, unsigned value);
int sem_destroy(sem_t *sem);
int sem_wait(sem_t *sem);
int sem_trywait(sem_t *sem);
int sem_timedwait(sem_t *__restrict sem, const struct timespec *__restrict until);
int sem_post(sem_t *sem);
int sem_getvalue(sem_t *__restrict sem, int *__restrict value);
sem_t *sem_open(const char *name, int flags, ...);
int sem_close(sem_t *sem);
int sem_unlink(const char *name);
#if __GNU_VISIBLE
int sem_clockwait(sem_t *__restrict sem, clockid_t clock, const struct timespec *__restrict until);
#endif
__END_DECLS

#endif
