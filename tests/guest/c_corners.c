// run:
// setup: $ROOT/tests/guest/native.sh c_corners
// check: cmp want stdout
// Corners of the library where newlib is otherwise: 0x without digits, bases that are none, UTF-8 that is none, memory streams
// that go back, %z, wide characters given back, holes of files, ecvt, strsep.
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <locale.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <wchar.h>

static void prefixes(void)
{
    static const char *const texts[] = { "0x", "0xz", "-0x", "0X1g", "0", "x1", " +0x", "0x-1" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        wchar_t wide[16], *wide_end;
        char *end;
        long l;

        swprintf(wide, 16, L"%s", texts[i]);
        for (int base = 0; base <= 16; base += 8) {
            l = strtol(texts[i], &end, base);
            printf("%s %d: %ld %td", texts[i], base, l, end - texts[i]);
            printf(" %lu", strtoul(texts[i], &end, base));
            printf(" %td", end - texts[i]);
            printf(" %jd", strtoimax(texts[i], &end, base));
            printf(" %td", end - texts[i]);
            printf(" %ld", wcstol(wide, &wide_end, base));
            printf(" %td\n", wide_end - wide);
        }
    }
}

/* Bases that are none, and texts that are no number: value, errno, whether the end is told. */
#define IN_BASE(function, type, text) \
    do { \
        type *end = NULL; \
        long long value = (errno = 0, (long long)function(text, &end, base)); \
        printf(" %lld %d %d", value, errno, end ? (int)(end - (text)) : -1); \
    } while (0)

static void bases(void)
{
    static const int list[] = { -1, 1, 37, 1 << 30, 0, 36 };
    static const char *const texts[] = { "zz-", " -!" };
    static const wchar_t *const wide[] = { L"zz-", L" -!" };

    for (int i = 0; i < 12; i++) {
        const char *text = texts[i % 2];
        const wchar_t *wide_text = wide[i % 2];
        int base = list[i / 2];

        printf("%d \"%s\":", base, text);
        IN_BASE(strtol, char, text);
        IN_BASE(strtoll, char, text);
        IN_BASE(strtoul, char, text);
        IN_BASE(strtoull, char, text);
        IN_BASE(strtoimax, char, text);
        IN_BASE(strtoumax, char, text);
        IN_BASE(wcstol, wchar_t, wide_text);
        IN_BASE(wcstoll, wchar_t, wide_text);
        IN_BASE(wcstoul, wchar_t, wide_text);
        IN_BASE(wcstoull, wchar_t, wide_text);
        IN_BASE(wcstoimax, wchar_t, wide_text);
        IN_BASE(wcstoumax, wchar_t, wide_text);
        printf("\n");
    }
}

static void characters(void)
{
    static const char *const texts[] = { "\xc0\x80", "\xc1", "\xc2", "\xc3\xa4", "\xed\x9f\xbf", "\xed\xa0\x80", "\xed\xbf\xbf",
                                         "\xee\x80\x80",
                                         "\xf4\x8f\xbf\xbf", "\xe0\x9f\xbf", "\x80" };

    setlocale(LC_ALL, "C.UTF-8");
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        mbstate_t state = { 0 };
        wchar_t c = 0;
        int result;

        errno = 0;
        result = (int)mbrtowc(&c, texts[i], strlen(texts[i]), &state);
        printf("%d %x %d\n", result, (unsigned)c, errno);
    }
    setlocale(LC_ALL, "C");
}

static void memory(void)
{
    char *text;
    size_t size;
    FILE *f = open_memstream(&text, &size);

    fputs("abcdef", f);
    fflush(f);
    printf("%s %zu\n", text, size);
    fseek(f, 1, SEEK_SET);
    fflush(f);
    printf("%s %zu\n", text, size);
    fputc('X', f);
    fflush(f);
    printf("%s %zu\n", text, size);
    fclose(f);
    free(text);
}

static void zones(void)
{
    static const char *const texts[] = { "+0200", "-05:30", "-06", "Z", "+1", "+012", "0200", "+0260", " +0100", "-0530x" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        struct tm tm = { .tm_gmtoff = 1 };
        const char *end = strptime(texts[i], "%z", &tm);

        printf("%s: %s", texts[i], end ? end : "none");
        printf(end ? " %ld\n" : "\n", tm.tm_gmtoff);
    }
}

static void wide(void)
{
    FILE *f = fopen("wide.txt", "w+");
    wchar_t word[16];
    int n = 0, a = 0, b = 0;

    fputws(L"   12x34 word", f);
    rewind(f);
    printf("%d\n", (int)fgetwc(f));
    printf("%d\n", (int)ungetwc(L'9', f));
    n = fwscanf(f, L"%d x%dy", &a, &b);
    printf("%d %d %d\n", n, a, b);
    n = fwscanf(f, L"%*d%dx%n%d%ls", &a, &b, &n, word);
    printf("%d %d %d\n", n, a, b);
    fclose(f);
}

static void holes(void)
{
    int fd = open("holes", O_RDWR | O_CREAT, 0600);
    long data, end, hole;

    if (write(fd, "0123456789", 10) != 10)
        return;
    hole = lseek(fd, 3, SEEK_HOLE);
    data = lseek(fd, 4, SEEK_DATA);
    end = lseek(fd, 0, SEEK_CUR);
    printf("%ld %ld %ld\n", hole, data, end);
    data = lseek(fd, 10, SEEK_DATA);
    printf("%ld %d\n", data, errno == ENXIO);
    data = lseek(fd, -1, SEEK_HOLE);
    printf("%ld %d\n", data, errno == ENXIO);
    close(fd);
}

/* A stream that has failed once goes on printing, and says so. */
static void after_an_error(void)
{
    for (int mode = _IOFBF; mode <= _IONBF; mode++) {
        char text[64] = "";
        FILE *f = fopen("printed", "w");

        setvbuf(f, NULL, mode, mode == _IONBF ? 0 : 32);
        printf("%d", getc(f));
        printf(" %d", ferror(f) != 0);
        printf(" %d", fprintf(f, "%d and %s\n", 5, "more than fits into its buffer at once"));
        printf(" %d\n", ferror(f) != 0);
        fclose(f);
        f = fopen("printed", "r");
        printf("%s", fgets(text, sizeof(text), f) ? text : "nothing\n");
        printf("%d\n", fprintf(f, "x"));
        fclose(f);
    }
    unlink("printed");
}

static void separated(void)
{
    static const char *const texts[] = { "a,b", "a,b,", ",", "", ",,x;", "one" };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        char text[16], *rest = strcpy(text, texts[i]), *part;

        while ((part = strsep(&rest, ",;")) != NULL)
            printf("<%s>", part);
        printf(" %d\n", rest == NULL);
    }
}

int main(void)
{
    int point, sign;
    char out[32];

    after_an_error();
    separated();
    prefixes();
    bases();
    characters();
    memory();
    zones();
    wide();
    holes();
    printf("%s", ecvt(-3.14159, 4, &point, &sign));
    printf(" %d %d", point, sign != 0);
    printf(" %s", fcvt(31.4159, 2, &point, &sign));
    printf(" %d %s\n", point, gcvt(0.000123456, 4, out));
    return 0;
}
