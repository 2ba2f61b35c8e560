/* uchar.c: UTF-16 and UTF-32 (ISO C, 7.28) by newlib's wide characters, which are UTF-32 themselves. */
#include <errno.h>
#include <stdbool.h>
#include <uchar.h>
#include <wchar.h>

#include "runtime/api.h"

static size_t to_utf32(char32_t *out, const char *s, size_t n, mbstate_t *state)
{
    wchar_t c = 0;
    size_t result = s ? mbrtowc(&c, s, n, state) : mbrtowc(NULL, "", 1, state);

    if (out && s && result <= n)
        *out = (char32_t)c;
    return result;
}

API size_t mbrtoc32(char32_t *restrict out, const char *restrict s, size_t n, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;

    return to_utf32(out, s, n, state ? state : &own);
}

API size_t c32rtomb(char *restrict out, char32_t c, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;

    return wcrtomb(out, (wchar_t)c, state ? state : &own);
}

/* Half of a pair waits in the state: of mbrtoc16 the second, to be given next; of c16rtomb the first, to be completed. */
#define HALF (-1) /* what __count never is else */

static void put_half(mbstate_t *state, char16_t half)
{
    state->__count = HALF;
    state->__value.__wch = half;
}

API size_t mbrtoc16(char16_t *restrict out, const char *restrict s, size_t n, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;
    char32_t c = 0;
    size_t result = (size_t)-3;

    if (!state)
        state = &own;
    if (state->__count == HALF) {
        c = (char32_t)state->__value.__wch;
        state->__count = 0;
    } else {
        result = to_utf32(&c, s, n, state);
        if (!s || result > n)
            return result;
        if (c > 0xffff) {
            put_half(state, (char16_t)(0xdc00 + (c & 0x3ff)));
            c = 0xd7c0 + (c >> 10);
        }
    }
    if (out && s)
        *out = (char16_t)c;
    return result;
}

API size_t c16rtomb(char *restrict out, char16_t c, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;
    char32_t whole = c;
    bool had_half;

    if (!state)
        state = &own;
    had_half = state->__count == HALF;
    if (had_half)
        state->__count = 0;
    if (!out)
        return wcrtomb(NULL, 0, state);
    if (had_half != (c >= 0xdc00 && c < 0xe000)) {
        errno = EILSEQ;
        return (size_t)-1;
    }
    if (c >= 0xd800 && c < 0xdc00) {
        put_half(state, c);
        return 0;
    }
    if (had_half)
        whole = 0x10000 + (((char32_t)state->__value.__wch - 0xd800) << 10) + (c - 0xdc00u);
    return wcrtomb(out, (wchar_t)whole, state);
}
