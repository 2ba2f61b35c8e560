/* threads.h: the threads of ISO C11 (7.26), with the values of Linux. */
#ifndef _THREADS_H
#define _THREADS_H
#include <pthread.h>
#include <sys/cdefs.h>
#include <time.h>

typedef pthread_t thrd_t;
typedef pthread_mutex_t mtx_t;
typedef pthread_cond_t cnd_t;
typedef pthread_key_t tss_t;
typedef int (*thrd_start_t)(void *);
typedef void (*tss_dtor_t)(void *);
typedef struct {
    pthread_once_t bower_once;
} once_flag;

#define ONCE_FLAG_INIT \
    { \
        PTHREAD_ONCE_INIT \
    }
#define TSS_DTOR_ITERATIONS PTHREAD_DESTRUCTOR_ITERATIONS
#ifndef __cplusplus
#define thread_local _Thread_local
#endif

enum { thrd_success = 0,
       thrd_busy = 1,
       thrd_error = 2,
       thrd_nomem = 3,
       thrd_timedout = 4 };
enum { mtx_plain = 0,
       mtx_recursive = 1,
       mtx_timed = 2 };

__BEGIN_DECLS
int thrd_create(thrd_t *thread, thrd_start_t entry, void *argument);
thrd_t thrd_current(void);
int thrd_equal(thrd_t a, thrd_t b);
void thrd_exit(int result) __attribute__((__noreturn__));
int thrd_join(thrd_t thread, int *result);
int thrd_detach(thrd_t thread);
int thrd_sleep(const struct timespec *duration, struct timespec *left);
void thrd_yield(void);
int mtx_init(mtx_t *mutex, int type);
void mtx_destroy(mtx_t *mutex);
int mtx_lock(mtx_t *mutex);
int mtx_timedlock(mtx_t *__restrict mutex, const struct timespec *__restrict until);
int mtx_trylock(mtx_t *mutex);
int mtx_unlock(mtx_t *mutex);
int cnd_init(cnd_t *cond);
void cnd_destroy(cnd_t *cond);
int cnd_wait(cnd_t *cond, mtx_t *mutex);
int cnd_timedwait(cnd_t *__restrict cond, mtx_t *__restrict mutex, const struct timespec *__restrict until);
int cnd_signal(cnd_t *cond);
int cnd_broadcast(cnd_t *cond);
int tss_create(tss_t *key, tss_dtor_t destructor);
void tss_delete(tss_t key);
void *tss_get(tss_t key);
int tss_set(tss_t key, void *value);
void call_once(once_flag *flag, void (*routine)(void));
__END_DECLS

#endif
