/* uchar.c: UTF-32 (ISO C, 7.28) by newlib's wide characters, which are UTF-32 themselves. */
#include <uchar.h>
#include <wchar.h>

#include "runtime/api.h"

API size_t mbrtoc32(char32_t *restrict out, const char *restrict s, size_t n, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;
    wchar_t c = 0;
    size_t result = s ? mbrtowc(&c, s, n, state ? state : &own) : mbrtowc(NULL, "", 1, state ? state : &own);

    if (out && s && result <= n)
        *out = (char32_t)c;
    return result;
}

API size_t c32rtomb(char *restrict out, char32_t c, mbstate_t *restrict state)
{
    static _Thread_local mbstate_t own;

    return wcrtomb(out, (wchar_t)c, state ? state : &own);
}
