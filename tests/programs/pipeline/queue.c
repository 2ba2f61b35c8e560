#include "queue.h"

#include <stdio.h>
#include <stdlib.h>

void queue_init(struct queue *q, size_t capacity, int producers)
{
    *q = (struct queue){ .capacity = capacity, .producers = producers };
    q->items = calloc(capacity, sizeof(*q->items));
    if (!q->items || pthread_mutex_init(&q->mutex, NULL) || pthread_cond_init(&q->not_empty, NULL) ||
        pthread_cond_init(&q->not_full, NULL)) {
        perror("queue_init");
        exit(EXIT_FAILURE);
    }
}

void queue_destroy(struct queue *q)
{
    pthread_mutex_destroy(&q->mutex);
    pthread_cond_destroy(&q->not_empty);
    pthread_cond_destroy(&q->not_full);
    free(q->items);
}

void queue_put(struct queue *q, void *item)
{
    pthread_mutex_lock(&q->mutex);
    while (q->n == q->capacity)
        pthread_cond_wait(&q->not_full, &q->mutex);
    q->items[(q->first + q->n++) % q->capacity] = item;
    if (q->n > q->most)
        q->most = q->n;
    pthread_cond_signal(&q->not_empty);
    pthread_mutex_unlock(&q->mutex);
}

void *queue_get(struct queue *q)
{
    void *item = NULL;

    pthread_mutex_lock(&q->mutex);
    while (q->n == 0 && q->producers > 0)
        pthread_cond_wait(&q->not_empty, &q->mutex);
    if (q->n > 0) {
        item = q->items[q->first];
        q->first = (q->first + 1) % q->capacity;
        q->n--;
        pthread_cond_signal(&q->not_full);
    }
    pthread_mutex_unlock(&q->mutex);
    return item;
}

void queue_end(struct queue *q)
{
    pthread_mutex_lock(&q->mutex);
    if (--q->producers == 0)
        pthread_cond_broadcast(&q->not_empty);
    pthread_mutex_unlock(&q->mutex);
}
