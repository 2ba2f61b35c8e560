/* keys.h: values that each thread has of its own (pthread_key_create). Thread context, for the running thread. */
#ifndef RUNTIME_THREAD_KEYS_H
#define RUNTIME_THREAD_KEYS_H

#include "runtime/thread/thread.h"

/* 0, -EAGAIN: all are taken. */
int key_create(unsigned *key, void (*destructor)(void *));
/* -EINVAL: there is no such key. No destructor runs. */
int key_delete(unsigned key);
void *key_get(unsigned key);
/* -EINVAL, -ENOMEM. */
int key_set(unsigned key, const void *value);
/* At the end of the running thread: runs destructors, in at most four rounds, and frees the values' memory. */
void keys_end(struct runtime_thread *t);

#endif
