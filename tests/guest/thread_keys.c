// setup: $ROOT/tests/guest/native.sh thread_keys
// check: cmp want stdout
// run:
// run: --harts 4
// Values of a thread's own: destructors, their rounds, deleted keys.
#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static pthread_key_t plain, stubborn, deleted;
static int destroyed, rounds;

static void destroy(void *value)
{
    printf("destroy %s\n", (char *)value);
    destroyed++;
}

static void set_again(void *value)
{
    rounds++;
    pthread_setspecific(stubborn, value);
}

static void *work(void *argument)
{
    printf("at first %d\n", pthread_getspecific(plain) == NULL);
    pthread_setspecific(plain, argument);
    pthread_setspecific(deleted, "never");
    if (strcmp(argument, "second") == 0)
        pthread_setspecific(stubborn, "x");
    printf("set %s\n", (char *)pthread_getspecific(plain));
    return NULL;
}

static void on_one(void *(*run)(void *), void *argument)
{
    pthread_t thread;

    pthread_create(&thread, NULL, run, argument);
    pthread_join(thread, NULL);
}

static void *many(void *argument)
{
    static pthread_key_t keys[PTHREAD_KEYS_MAX];
    int n = 0, right = 0, error;

    (void)argument;
    while (n < PTHREAD_KEYS_MAX && (error = pthread_key_create(&keys[n], NULL)) == 0)
        n++;
    printf("full: %s\n", strerror(error));
    for (long i = 0; i < n; i++)
        pthread_setspecific(keys[i], (void *)(i + 1));
    for (long i = 0; i < n; i++)
        right += pthread_getspecific(keys[i]) == (void *)(i + 1);
    printf("all right %d, some hundred %d\n", right == n, n > 100);
    for (int i = 0; i < n; i++)
        pthread_key_delete(keys[i]);
    return NULL;
}

int main(void)
{
    pthread_key_t again;

    pthread_key_create(&plain, destroy);
    pthread_key_create(&stubborn, set_again);
    pthread_key_create(&deleted, destroy);
    pthread_setspecific(plain, "main's");
    on_one(work, "first");
    pthread_key_delete(deleted);
    on_one(work, "second");
    printf("destroyed %d, rounds %d\n", destroyed, rounds);
    printf("mine %s\n", (char *)pthread_getspecific(plain));
    printf("deleted: %s", strerror(pthread_setspecific(deleted, "x")));
    printf(", %s\n", strerror(pthread_key_delete(deleted)));
    pthread_key_create(&again, NULL);
    printf("new key is empty %d\n", pthread_getspecific(again) == NULL);
    on_one(many, NULL);
    on_one(many, NULL);
    return 0;
}
