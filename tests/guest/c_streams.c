// run:
// setup: $ROOT/tests/guest/native.sh c_streams
// check: cmp want stdout
// Corners of streams and of printf: the two kinds of streams, sizes 0 and 1, null pointers, digits that end in zeros, the offset
// of the descriptor, where appending and reopening begin, what is pushed back onto a stream without a buffer.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define SHOW(call) printf("%s = %ld\n", #call, (long)(call))

/* Where the descriptor is, then the stream, and what is read there. */
static void show_offset(FILE *f)
{
    long descriptor = (long)lseek(fileno(f), 0, SEEK_CUR);
    long stream = ftell(f);

    printf("%ld %ld %c\n", descriptor, stream, getc(f));
}

/* Once fflush has been called for a stream that is read from, others may use its descriptor, and it theirs. */
static void offset(const char *mode)
{
    FILE *f = fopen("offset.txt", "w");
    int c;

    for (int i = 0; i < 20000; i++)
        putc('a' + i % 26, f);
    fclose(f);
    f = fopen("offset.txt", mode);
    show_offset(f);
    SHOW(fflush(f));
    show_offset(f);
    SHOW(fflush(f) || fseeko(f, 0, SEEK_CUR));
    show_offset(f);
    SHOW(fflush(f) || fseeko(f, 9000, SEEK_SET)); /* the descriptor: 9000 by POSIX, in glibc what was read ahead */
    SHOW(getc(f));
    SHOW(fflush(f) || fseek(f, -3, SEEK_END));
    SHOW(getc(f));
    fflush(f);
    lseek(fileno(f), 100, SEEK_SET);
    SHOW(fseeko(f, 1, SEEK_CUR));
    show_offset(f);
    while ((c = getc(f)) != EOF)
        ;
    SHOW(fflush(f));
    lseek(fileno(f), 50, SEEK_SET);
    SHOW(ftell(f));
    fclose(f);
}

static void begin_appending(FILE *f, int reads)
{
    char text[40] = "";

    printf("%ld", ftell(f));
    if (reads) {
        printf(" %c", getc(f));
        fseek(f, 0, SEEK_CUR);
    }
    fputs("xy", f);
    printf(" %ld", ftell(f));
    fclose(f);
    f = fopen("append.txt", "r+");
    fgets(text, sizeof(text), f);
    printf(" %s\n", text);
    fclose(f);
}

static void appending(void)
{
    fclose(fopen("append.txt", "w"));
    begin_appending(fopen("append.txt", "a"), 0);
    begin_appending(fopen("append.txt", "a+"), 1);
    begin_appending(fopen("append.txt", "a+"), 0);
    begin_appending(freopen("append.txt", "a", fopen("append.txt", "r")), 0);
    begin_appending(freopen("append.txt", "a+", fopen("append.txt", "r")), 1);
    begin_appending(fdopen(open("append.txt", O_RDWR), "a"), 0);
    begin_appending(fdopen(open("append.txt", O_RDWR), "a+"), 1);
    begin_appending(fdopen(open("append.txt", O_WRONLY | O_APPEND), "a"), 0);
}

/* Without a name freopen opens the same file again, from its start, and empties it for "w". */
static void opened_again(void)
{
    char text[16] = "";
    FILE *f = fopen("again.txt", "w+");

    fputs("12345678", f);
    f = freopen(NULL, "r", f);
    printf("%ld", ftell(f));
    printf(" %s", fgets(text, 4, f));
    f = freopen(NULL, "r+", f);
    fputs("abc", f);
    f = freopen(NULL, "a", f);
    fputs("9", f);
    fclose(f);
    f = fopen("again.txt", "r+");
    printf(" %s", fgets(text, 12, f));
    f = freopen(NULL, "w", f);
    fputs("new", f);
    fclose(f);
    f = fopen("again.txt", "r");
    printf(" %s\n", fgets(text, 12, f));
    fclose(f);
}

/* scanf gives the x back, ungetc adds one: fread gets both, and what is behind them. */
static void pushed_back(size_t length, int buffering)
{
    char text[8] = "";
    int n;
    FILE *f = fopen("pushed.txt", "w+");

    fputs("12xyz", f);
    rewind(f);
    setvbuf(f, NULL, buffering, BUFSIZ);
    printf("%d", fscanf(f, "%d", &n));
    printf(" %c", ungetc('-', f));
    printf(" %zu", fread(text, 1, length, f));
    printf(" [%s]", text);
    printf(" %c\n", getc(f));
    fclose(f);
}

static void kinds(void)
{
    FILE *f = fopen("wide.txt", "w+");
    char bytes[20];
    wchar_t wide[20];

    SHOW(fwide(f, 0));
    SHOW(fputws(L"wide\n", f) >= 0);
    SHOW(fwide(f, -1) > 0);
    SHOW(fputs("bytes\n", f));
    SHOW(fwrite("abc", 1, 3, f));
    SHOW(fprintf(f, "%d", 5));
    SHOW(fputwc(L'y', f));
    SHOW(fwprintf(f, L"%d", 3) < 0);
    rewind(f);
    SHOW(fgetws(wide, 20, f) != NULL);
    fclose(f);
    f = fopen("wide.txt", "r+");
    SHOW(fgetc(f));
    SHOW(fwide(f, 1) < 0);
    SHOW((int)fgetwc(f));
    SHOW(fgetws(wide, 20, f) != NULL);
    SHOW((int)fputwc(L'y', f));
    SHOW(fputws(L"yy", f));
    SHOW(fwprintf(f, L"%d", 3));
    printf("%s", fgets(bytes, 20, f));
    fclose(f);
    wprintf(L"this is not printed\n");
    puts("but this is");
}

static void sizes(void)
{
    char line[8] = "xxxxxxx";
    FILE *f = fopen("sizes.txt", "w+");
    int fd;

    SHOW(fwrite(line, 0, 5, f));
    SHOW(fwrite(line, 5, 0, f));
    fputs("line\n", f);
    rewind(f);
    SHOW(fgets(line, 1, f) == line && line[0] == '\0');
    SHOW(fgets(line, 0, f) == NULL);
    SHOW(fread(line, 0, 5, f));
    SHOW(fgets(line, 3, f) == line && strcmp(line, "li") == 0);
    fclose(f);
    fd = open("sizes.txt", O_RDONLY);
    errno = 0;
    printf("%d", fdopen(fd, "w") == NULL);
    printf(" %d\n", errno == EINVAL);
    printf("%d", fdopen(fd, "r+") == NULL);
    printf(" %d\n", fdopen(fd, "r") != NULL);
    errno = 0;
    printf("%d", fdopen(77, "r") == NULL);
    printf(" %d\n", errno == EBADF);
}

static void texts(void)
{
    char *volatile none = NULL;
    unsigned state = 1;

    printf("[%s] [%.3s] [%.6s] [%10s] [%-10.7s] [%p]\n", none, none, none, none, none, (void *)none);
    printf("%Ld %Lx\n", 1ll << 40, 1ull << 40);
    printf("%.2g %.2g %.3g %.7g %.5g %g\n", 105.0, -705.0, 1005.0, 12780505.0, 100005.0, 1000005.0);
    for (int i = 0; i < 300; i++) {
        double x;

        state = state * 1103515245u + 12345u;
        x = i % 3 == 0 ? (double)(state >> 8) : i % 3 == 1 ? (double)(state >> 8) / 1024
                                                           : (double)(state % 1000) * 5 / 1000;
        for (int digits = 0; digits < 10; digits++)
            printf("%.*g %.*e %.*f ", digits, x, digits, x, digits, x);
        printf("\n");
    }
}

int main(void)
{
    kinds();
    offset("r");
    offset("r+");
    appending();
    opened_again();
    for (size_t length = 1; length <= 4; length++) {
        pushed_back(length, _IOFBF);
        pushed_back(length, _IONBF);
    }
    sizes();
    texts();
    return 0;
}
