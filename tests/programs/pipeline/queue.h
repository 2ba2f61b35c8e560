/* A bounded queue between threads. */
#ifndef QUEUE_H
#define QUEUE_H

#include <pthread.h>
#include <stddef.h>

struct queue {
    pthread_mutex_t mutex;
    pthread_cond_t not_empty, not_full;
    void **items;
    size_t capacity, n, first;
    int producers; /* that have not ended */
    size_t most;   /* items at once */
};

void queue_init(struct queue *q, size_t capacity, int producers);
void queue_destroy(struct queue *q);
void queue_put(struct queue *q, void *item);
void *queue_get(struct queue *q); /* NULL: empty, and every producer has ended */
void queue_end(struct queue *q);  /* a producer has put its last */

#endif
