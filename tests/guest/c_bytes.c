// run:
// setup: $ROOT/tests/guest/native.sh c_bytes -pthread
// check: cmp want stdout
// Single bytes from streams and into them, between other calls, with one thread and with several.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <wchar.h>

static FILE *file;
static int wrong;

static void mixed(const char *how)
{
    char line[32] = "";
    long sum = 0;
    int byte;

    file = tmpfile();
    for (int i = 0; i < 5000; i++)
        putc(i % 251, file);
    fprintf(file, "between %d", 7);
    fputc(255, file);
    printf("%s: %ld", how, ftell(file));
    rewind(file);
    for (int i = 0; i < 2500; i++)
        sum += getc(file);
    ungetc('u', file);
    ungetc('v', file);
    printf(" %c", fgetc(file));
    printf("%c", getc(file));
    printf(" %ld", ftell(file));
    fseek(file, 5000, SEEK_SET);
    printf(" %s", fgets(line, 10, file));
    while ((byte = fgetc(file)) != EOF)
        sum += byte;
    printf(" %ld %d", sum, feof(file));
    printf(" %d", fgetc(file));
    fseek(file, 10, SEEK_SET);
    fputc('x', file);
    fflush(file);
    fseek(file, 10, SEEK_SET);
    printf(" %c", getc(file));
    printf("%d\n", getc(file));
    fclose(file);
}

static void refused(void)
{
    FILE *input = fopen("none", "w");
    int byte, error;

    byte = fputc('a', input);
    errno = 0;
    printf("%d", byte);
    printf(" %d", getc(input));
    printf(" %d %d", errno, ferror(input) != 0);
    fclose(input);
    input = fopen("none", "r");
    errno = 0;
    byte = putc('a', input);
    error = errno;
    printf(" %d %d", byte, error);
    printf(" %c\n", getc(input));
    fclose(input);
    remove("none");
}

static void *writes(void *unused)
{
    for (int i = 0; i < 20000; i++)
        putc('a' + i % 26, file);
    return unused;
}

static void *reads(void *unused)
{
    for (int byte; (byte = getc(file)) != EOF;)
        __atomic_add_fetch(&wrong, byte < 'a' || byte > 'z', __ATOMIC_RELAXED);
    return unused;
}

static void side_by_side(void *(*work)(void *))
{
    pthread_t threads[4];

    for (int i = 0; i < 4; i++)
        pthread_create(&threads[i], NULL, work, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
}

static void *mixed_beside(void *unused)
{
    mixed("another thread");
    return unused;
}

int main(void)
{
    pthread_t thread;

    mixed("one thread");
    refused();
    pthread_create(&thread, NULL, mixed_beside, NULL);
    pthread_join(thread, NULL);
    file = tmpfile();
    side_by_side(writes);
    printf("%ld\n", ftell(file));
    rewind(file);
    side_by_side(reads);
    printf("%d %d\n", wrong, feof(file));
    for (const char *p = "by bytes\n"; *p; p++)
        putchar(*p);
    fputwc(L'w', stdout);
    printf("%d\n", fwide(stdout, 0) < 0);
    return 0;
}
