// setup: $ROOT/tests/guest/native.sh thread_named
// check: cmp want stdout
// run: --harts 2
// Named semaphores: the program's threads meet at a name.
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static char name[64], other[64];

static void say(const char *what, sem_t *s)
{
    int value = -1, error = errno;

    if (s != SEM_FAILED)
        sem_getvalue(s, &value);
    printf("%s: %s, value %d\n", what, s == SEM_FAILED ? strerror(error) : "open", value);
}

static void say_status(const char *what, int status)
{
    printf("%s: %s\n", what, status ? strerror(errno) : "done");
}

static void *consume(void *argument)
{
    sem_t *items = sem_open(name, 0), *room = sem_open(other, 0);
    long sum = 0;

    for (int i = 1; i <= 1000; i++) {
        sem_wait(items);
        sum += *(int *)argument;
        sem_post(room);
    }
    sem_close(items);
    sem_close(room);
    return (void *)sum;
}

static void meet(void)
{
    sem_t *items = sem_open(name, O_CREAT | O_EXCL, 0600, 0), *room = sem_open(other, O_CREAT, 0600, 1);
    pthread_t thread;
    void *sum;
    int item;

    pthread_create(&thread, NULL, consume, &item);
    for (int i = 1; i <= 1000; i++) {
        sem_wait(room);
        item = i;
        sem_post(items);
    }
    pthread_join(thread, &sum);
    printf("sum %ld\n", (long)sum);
    sem_close(room);
    say_status("unlink", sem_unlink(other));
    sem_close(items);
}

static void names(void)
{
    char longest[NAME_MAX + 8];
    sem_t *first, *second;

    say("there is one", sem_open(name, O_CREAT | O_EXCL, 0600, 3));
    first = sem_open(name, O_CREAT, 0600, 3);
    sem_post(first);
    second = sem_open(name + 1, 0);
    say("with and without a slash", second);
    sem_close(second);
    say_status("unlink", sem_unlink(name));
    say_status("unlink again", sem_unlink(name));
    say("gone", sem_open(name, 0));
    second = sem_open(name, O_CREAT, 0600, 7);
    say("its name is another's", second);
    say("the one that went", first);
    sem_close(second);
    say("value is kept", sem_open(name, O_RDWR));
    sem_unlink(name);
    say("too many", sem_open(name, O_CREAT, 0600, 1u + SEM_VALUE_MAX));
    say("folder", sem_open("/a/b", O_CREAT, 0600, 1));
    say("no name", sem_open("/", O_CREAT, 0600, 1));
    say_status("unlink no name", sem_unlink(""));
    memset(longest, 'x', sizeof longest);
    longest[NAME_MAX - 3] = '\0';
    say("too long", sem_open(longest, O_CREAT, 0600, 1));
    say_status("unlink too long", sem_unlink(longest));
}

int main(void)
{
    snprintf(name, sizeof name, "/bower.items.%d", (int)getpid());
    snprintf(other, sizeof other, "bower.room.%d", (int)getpid());
    meet();
    names();
    return 0;
}
