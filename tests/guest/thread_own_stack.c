// setup: truncate -s 64K weights
// run: --frames 8 --model {dir}/weights --harts 2 --timeout 60
// Stacks that the program brings, of which threads wait: memory whose pages may leave is refused, where the switch to such a thread could
// fault with the scheduler's queue locked.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

#define STACK (64 << 10)

static _Alignas(16) char in_data[STACK];

static void *work(void *argument)
{
    volatile char below[8192];

    for (int i = 0; i < 100; i++) {
        below[i] = (char)i;
        sched_yield();
    }
    return argument;
}

static void try(const char *what, void *stack, int wanted)
{
    pthread_attr_t attr;
    pthread_t threads[2];

    pthread_attr_init(&attr);
    pthread_attr_setstack(&attr, stack, STACK);
    int error = pthread_create(&threads[0], &attr, work, NULL);
    if (error == 0) {
        pthread_create(&threads[1], NULL, work, NULL);
        pthread_join(threads[0], NULL);
        pthread_join(threads[1], NULL);
    }
    if (error != wanted) {
        printf("%s: error %d, not %d\n", what, error, wanted);
        exit(1);
    }
}

int main(void)
{
    int fd = open("/dev/model", O_RDONLY);
    char *anonymous = mmap(NULL, 2 * STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    char *llm = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LLM, fd, 0);
    char *file = mmap(NULL, STACK, PROT_READ | PROT_WRITE, MAP_PRIVATE, fd, 0);

    try("static memory", in_data, 0);
    try("the heap", aligned_alloc(16, STACK), 0);
    try("anonymous memory", anonymous, 0);
    try("a MAP_LLM mapping", llm, EINVAL);
    mmap(anonymous + STACK, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_LLM | MAP_FIXED, fd, 0);
    try("one page of one", anonymous + 4096, EINVAL);
    try("mapped file", file, EINVAL);
    return 0;
}
