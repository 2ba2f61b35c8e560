// run:
// setup: $ROOT/tests/guest/native.sh c_streams
// check: cmp want stdout
// Corners of streams and of printf: the two kinds of streams, sizes 0 and 1, null pointers, digits that end in zeros.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <wchar.h>

#define SHOW(call) printf("%s = %ld\n", #call, (long)(call))

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
    sizes();
    texts();
    return 0;
}
