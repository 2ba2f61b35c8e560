// run:
// setup: $ROOT/tests/guest/native.sh c_uchar
// check: cmp want stdout
// Characters of UTF-16 and UTF-32, one after another and in pieces.
#include <errno.h>
#include <limits.h>
#include <locale.h>
#include <stdio.h>
#include <string.h>
#include <uchar.h>
#include <wchar.h>

static const char text[] = "z\xc3\x9f\xe6\xb0\xb4\xf0\x9f\x8d\x8c\xef\xbf\xbd.";

static void to_utf16(size_t piece)
{
    mbstate_t state = { 0 };
    const char *at = text, *end = text + sizeof(text);

    while (at < end) {
        char16_t c = 0;
        size_t n = piece < (size_t)(end - at) ? piece : (size_t)(end - at), result = mbrtoc16(&c, at, n, &state);

        printf("%zd %04x %d\n", (ssize_t)result, c, mbsinit(&state) != 0);
        if (result == 0 || result == (size_t)-1)
            break;
        if (result != (size_t)-3)
            at += result == (size_t)-2 ? n : result;
    }
}

static void from_utf16(const char16_t *at, size_t n)
{
    mbstate_t state = { 0 };

    for (size_t i = 0; i < n; i++) {
        char out[MB_LEN_MAX];
        size_t result;

        errno = 0;
        result = c16rtomb(out, at[i], &state);
        printf("%04x: %zd %d", at[i], (ssize_t)result, errno == EILSEQ);
        for (size_t k = 0; k < result && result != (size_t)-1; k++)
            printf(" %02x", (unsigned char)out[k]);
        printf("\n");
        if (result == (size_t)-1)
            memset(&state, 0, sizeof(state));
    }
}

int main(void)
{
    static const char16_t well[] = u"z\u00df\u6c34\U0001f34c.", alone[] = { 0xdc00, 'a', 0xd83c, 'b', 0xd83c, 0xdf4c };
    char16_t c = 1;
    char32_t wide = 1;

    printf("%zd\n", (ssize_t)mbrtoc16(&c, "\xf0\x9f\x8d\x8c", 4, NULL));
    setlocale(LC_ALL, "C.UTF-8");
    to_utf16(100);
    to_utf16(1);
    from_utf16(well, sizeof(well) / sizeof(*well));
    from_utf16(alone, sizeof(alone) / sizeof(*alone));
    printf("%zd %zd\n", (ssize_t)mbrtoc16(NULL, NULL, 0, NULL), (ssize_t)c16rtomb(NULL, 'x', NULL));
    mbrtoc32(&wide, "\xf0\x9f\x8d\x8c", 4, NULL);
    printf("%04x\n", (unsigned)wide);
    return 0;
}
