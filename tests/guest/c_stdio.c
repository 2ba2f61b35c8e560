// run:
// setup: $ROOT/tests/guest/native.sh c_stdio
// check: cmp want stdout
// Streams on files and on memory: positions, buffering, pushing back, errors, modes.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* The call first, then what it left in errno. */
#define SHOW(text, call, wanted) \
    do { \
        int shown = (errno = 0, (int)(call)); \
        printf("%s%d %d\n", text, shown, errno == (wanted)); \
    } while (0)

static void show(const char *name)
{
    FILE *f = fopen(name, "rb");
    int c;

    printf("%s:", name);
    while (f && (c = getc(f)) != EOF)
        printf(c >= ' ' && c < 127 ? "%c" : "\\%03o", c);
    printf(" eof %d error %d\n", feof(f) != 0, ferror(f) != 0);
    fclose(f);
}

static void positions(void)
{
    FILE *f = fopen("a.txt", "w+");
    fpos_t at;
    char line[64];

    fprintf(f, "line one\nline two\nline three\n");
    printf("at %ld\n", ftell(f));
    rewind(f);
    printf("%s", fgets(line, sizeof(line), f));
    fgetpos(f, &at);
    printf("%s", fgets(line, sizeof(line), f));
    fsetpos(f, &at);
    printf("%s", fgets(line, 5, f));
    printf("|%s", fgets(line, sizeof(line), f));
    fseek(f, -6, SEEK_END);
    putchar(getc(f));
    putchar(getc(f));
    ungetc('Z', f);
    putchar(getc(f));
    putchar(getc(f));
    putchar('\n');
    fseek(f, 5, SEEK_SET);
    fputs("ONE", f);
    fflush(f);
    SHOW("seek before start: ", fseek(f, -1, SEEK_SET), EINVAL);
    fclose(f);
    show("a.txt");
}

static void modes(void)
{
    FILE *f;

    f = fopen("b.txt", "a");
    fputs("first ", f);
    fclose(f);
    f = fopen("b.txt", "a+");
    fputs("second", f);
    rewind(f);
    printf("%c\n", getc(f));
    fseek(f, 0, SEEK_CUR);
    fputs(" third", f);
    fclose(f);
    show("b.txt");
    f = fopen("b.txt", "r+");
    fputs("FIRST", f);
    fclose(f);
    show("b.txt");
    SHOW("missing ", fopen("none", "r") == NULL, ENOENT);
    SHOW("exclusive ", fopen("b.txt", "wx") == NULL, EEXIST);
    f = fopen("b.txt", "r");
    errno = 0;
    printf("write to read-only: %d", fputc('x', f));
    printf(" error %d\n", ferror(f) != 0);
    clearerr(f);
    printf("cleared %d\n", ferror(f) != 0);
    f = freopen("c.txt", "w", f);
    fputs("reopened", f);
    fclose(f);
    show("c.txt");
}

static void memory(void)
{
    char text[] = "alpha beta", word[16], *out = NULL, *line = NULL;
    size_t size = 0, n = 0;
    FILE *f = fmemopen(text, strlen(text), "r");

    while (fscanf(f, "%15s", word) == 1)
        printf("<%s>", word);
    fclose(f);
    f = open_memstream(&out, &size);
    fprintf(f, "%d squared is %d", 12, 144);
    fclose(f);
    printf(" %zu '%s'\n", size, out);
    free(out);
    f = fopen("a.txt", "r");
    while (getline(&line, &n, f) > 0)
        printf("getline %s", line);
    free(line);
    fclose(f);
}

static void blocks(void)
{
    static int numbers[5000], back[5000];
    FILE *f = tmpfile();
    size_t n;

    for (int i = 0; i < 5000; i++)
        numbers[i] = i * i;
    setvbuf(f, NULL, _IOFBF, 777);
    n = fwrite(numbers, sizeof(int), 5000, f);
    rewind(f);
    printf("%zu", n);
    n = fread(back, sizeof(int), 5000, f);
    printf(" %zu %d %d\n", n, memcmp(numbers, back, sizeof(back)), getc(f));
    printf("eof %d\n", feof(f) != 0);
    fclose(f);
}

int main(void)
{
    FILE *f;
    int fd;

    errno = 0;
    printf("first\n");
    getchar();
    printf("errno after it %d\n", errno);
    printf("sizes %d %d %d\n", BUFSIZ, FILENAME_MAX, FOPEN_MAX);
    positions();
    modes();
    memory();
    blocks();
    fd = open("d.txt", O_RDWR | O_CREAT | O_TRUNC, 0600);
    f = fdopen(fd, "w");
    fprintf(f, "through a descriptor");
    printf("same %d\n", fileno(f) == fd);
    fclose(f);
    show("d.txt");
    SHOW("remove ", remove("d.txt"), 0);
    SHOW("access ", access("d.txt", F_OK), ENOENT);
    SHOW("rename ", rename("c.txt", "e.txt"), 0);
    SHOW("access ", access("e.txt", F_OK), 0);
    dprintf(1, "%s", ""); /* no bytes, but must link */
    fflush(NULL);
    return 0;
}
