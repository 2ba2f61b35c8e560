/* semaphores.c: <semaphore.h>. */
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"
#include "runtime/thread/futex.h"
#include "runtime/thread/thread.h"
#include "runtime/time/clock.h"

_Static_assert(sizeof(sem_t) == sizeof(struct futex_semaphore), "one structure by two names");

static struct futex_semaphore *semaphore_of(sem_t *s)
{
    return (struct futex_semaphore *)s;
}

API int sem_init(sem_t *s, int shared, unsigned value)
{
    (void)shared;
    if (value > SEM_VALUE_MAX)
        return api_status(-EINVAL);
    s->bower_state = value;
    return 0;
}

API int sem_destroy(sem_t *s)
{
    (void)s;
    return 0;
}

static int wait_for(sem_t *s, uint64_t deadline)
{
    int error = futex_semaphore_wait(semaphore_of(s), deadline, &this_thread->cancel);

    if (error == -ECANCELED)
        runtime_thread_end(PTHREAD_CANCELED);
    return api_status(error);
}

static int wait_until(sem_t *s, clockid_t clock, const struct timespec *until)
{
    uint64_t deadline;

    runtime_thread_test_cancel();
    return clock_deadline(clock, until, &deadline) ? wait_for(s, deadline) : api_status(-EINVAL);
}

API int sem_wait(sem_t *s)
{
    runtime_thread_test_cancel();
    return wait_for(s, THREAD_FOREVER);
}

API int sem_trywait(sem_t *s)
{
    return api_status(futex_semaphore_try(semaphore_of(s)));
}

API int sem_timedwait(sem_t *restrict s, const struct timespec *restrict until)
{
    return wait_until(s, CLOCK_REALTIME, until);
}

API int sem_clockwait(sem_t *restrict s, clockid_t clock, const struct timespec *restrict until)
{
    return wait_until(s, clock, until);
}

API int sem_post(sem_t *s)
{
    return api_status(futex_semaphore_post(semaphore_of(s)));
}

API int sem_getvalue(sem_t *restrict s, int *restrict value)
{
    *value = (int)(uint32_t)__atomic_load_n(&s->bower_state, __ATOMIC_RELAXED);
    return 0;
}

/*
 * Named ones. There is one process, so they are shared by its threads alone and gone at its end. As with files, who has one open
 * keeps it when its name goes.
 */
struct named {
    sem_t semaphore; /* first: what the program has a pointer to */
    struct named *next;
    unsigned opened; /* sem_open less sem_close */
    bool linked;     /* its name leads to it */
    char name[];
};

static struct named *all_named;
static struct futex_lock named_lock; /* protects them */

/* What glibc makes of a name: a file sem.NAME, not in a folder. 0 or a negative errno. */
static int check_name(const char **name)
{
    size_t length;

    while (**name == '/')
        ++*name;
    length = strlen(*name);
    if (length == 0 || length > NAME_MAX || strchr(*name, '/'))
        return -EINVAL;
    return length > NAME_MAX - strlen("sem.") ? -ENAMETOOLONG : 0;
}

static struct named *find(const char *name)
{
    for (struct named *named = all_named; named; named = named->next)
        if (named->linked && strcmp(named->name, name) == 0)
            return named;
    return NULL;
}

static int open_locked(const char *name, int flags, unsigned value, struct named **opened)
{
    struct named *named = find(name);

    if (named && (flags & O_CREAT) && (flags & O_EXCL))
        return -EEXIST;
    if (!named) {
        if (!(flags & O_CREAT))
            return -ENOENT;
        if (value > SEM_VALUE_MAX)
            return -EINVAL;
        named = malloc(sizeof *named + strlen(name) + 1);
        if (!named)
            return -ENOMEM;
        *named = (struct named){ .semaphore = { value }, .next = all_named, .linked = true };
        strcpy(named->name, name);
        all_named = named;
    }
    named->opened++;
    *opened = named;
    return 0;
}

API sem_t *sem_open(const char *name, int flags, ...)
{
    struct named *named = NULL;
    unsigned value = 0;
    int error = check_name(&name);

    if (flags & O_CREAT) {
        va_list more;

        va_start(more, flags);
        (void)va_arg(more, mode_t);
        value = va_arg(more, unsigned);
        va_end(more);
    }
    if (!error) {
        futex_lock(&named_lock);
        error = open_locked(name, flags, value, &named);
        futex_unlock(&named_lock);
    }
    return api_status(error) == 0 ? &named->semaphore : SEM_FAILED;
}

/* Frees it if neither its name nor an open leads to it. */
static void drop_locked(struct named *named)
{
    struct named **at = &all_named;

    if (named->linked || named->opened > 0)
        return;
    while (*at != named)
        at = &(*at)->next;
    *at = named->next;
    free(named);
}

API int sem_close(sem_t *s)
{
    struct named *named;
    int error = -EINVAL;

    futex_lock(&named_lock);
    for (named = all_named; named && &named->semaphore != s;)
        named = named->next;
    if (named && named->opened > 0) {
        named->opened--;
        drop_locked(named);
        error = 0;
    }
    futex_unlock(&named_lock);
    return api_status(error);
}

API int sem_unlink(const char *name)
{
    int error = check_name(&name) == -ENAMETOOLONG ? -ENAMETOOLONG : -ENOENT;
    struct named *named;

    futex_lock(&named_lock);
    named = find(name);
    if (named) {
        named->linked = false;
        drop_locked(named);
        error = 0;
    }
    futex_unlock(&named_lock);
    return api_status(error);
}
