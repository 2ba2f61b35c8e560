/*
 * thread.h: the small thread library of the parallel programming lab (Nanjing University's operating systems course).
 *
 * spawn(fn) starts fn(n) on a new thread, where n is 1 for the first, 2 for the second and so on; join() waits for all that
 * were started and not joined yet, as does the program's end. Everything is in the header: a program that does not include it
 * may use the names.
 */
#ifndef BOWER_THREAD_H
#define BOWER_THREAD_H
#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#ifndef NTHREAD
#define NTHREAD 4096 /* at most, over the whole run */
#endif
#ifndef LENGTH
#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))
#endif

enum { T_FREE = 0,
       T_LIVE,
       T_DEAD };

struct thread {
    int id, status;
    pthread_t thread;
    void (*entry)(int);
};

static struct thread threads_[NTHREAD];
static int n_;

__attribute__((unused)) static void *wrapper_(void *argument)
{
    struct thread *me = (struct thread *)argument;

    me->entry(me->id);
    return NULL;
}

/* fn is a void (*)(int), or takes nothing: its type is left open, as programs of the lab pass either. */
__attribute__((unused)) static void spawn(void *fn)
{
    struct thread *new_thread = &threads_[n_];

    assert((size_t)n_ < LENGTH(threads_));
    new_thread->id = ++n_;
    new_thread->entry = (void (*)(int))fn;
    new_thread->status = T_LIVE;
    if (pthread_create(&new_thread->thread, NULL, wrapper_, new_thread) != 0) {
        fprintf(stderr, "spawn: no memory for thread %d\n", n_);
        abort();
    }
}

/* spawn's name in earlier years of the course. */
__attribute__((unused)) static void create(void *fn)
{
    spawn(fn);
}

__attribute__((unused)) static void join(void)
{
    for (int i = 0; i < n_; i++) {
        if (threads_[i].status == T_LIVE) {
            pthread_join(threads_[i].thread, NULL);
            threads_[i].status = T_DEAD;
        }
    }
}

__attribute__((destructor)) static void cleanup_(void)
{
    join();
}

#endif
