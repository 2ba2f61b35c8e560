// run: --harts 2
// stdout~: ^written by a thread$
// What a thread leaves in stdout's buffer is written at the end, also if main itself has never printed.
#include <pthread.h>
#include <stdio.h>

static void *print(void *unused)
{
    printf("written by a thread");
    return unused;
}

int main(void)
{
    pthread_t thread;

    return pthread_create(&thread, NULL, print, NULL) || pthread_join(thread, NULL);
}
