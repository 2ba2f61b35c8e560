// stdout~: ^handler\nmain's value\nlast, joined main: 0\nat exit$
// run:
// run: --harts 4
// Main leaves with pthread_exit: the last thread's end ends the program, with status 0.
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

static pthread_t main_thread;
static pthread_key_t key;

static void say(void *text)
{
    printf("%s\n", (char *)text);
}

static void at_exit(void)
{
    printf("at exit\n");
}

static void *last(void *argument)
{
    int error = pthread_join(main_thread, NULL);

    (void)argument;
    printf("last, joined main: %d\n", error);
    return NULL;
}

int main(void)
{
    pthread_t thread;

    main_thread = pthread_self();
    atexit(at_exit);
    pthread_key_create(&key, say);
    pthread_setspecific(key, "main's value");
    pthread_cleanup_push(say, "handler");
    pthread_create(&thread, NULL, last, NULL);
    pthread_detach(thread);
    pthread_exit(NULL);
    pthread_cleanup_pop(0);
    return 1;
}
