/*
 * wcstod.c: wcstod, wcstof and wcstold by their kin for bytes. newlib's make bytes of all that follows: in locale "C" a number before
 * a character above 127 was none to them, reading numbers off a long text took time by its square, and its wcstof rounds twice.
 */
#include <locale.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>
#include <wctype.h>

#include "runtime/api.h"

/* What may be part of a number, as bytes. */
struct number {
    const wchar_t *begin; /* behind the space */
    char *bytes;          /* own, or from malloc; NULL: no memory */
    char own[64];
};

static void take(struct number *n, const wchar_t *text)
{
    size_t length = 0;

    while (iswspace((wint_t)*text))
        text++;
    while (text[length] > 0 && text[length] < 128 &&
           strchr("+-.()_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ", (int)text[length]))
        length++;
    n->begin = text;
    n->bytes = length < sizeof(n->own) ? n->own : malloc(length + 1);
    for (size_t i = 0; n->bytes && i < length; i++)
        n->bytes[i] = (char)text[i];
    if (n->bytes)
        n->bytes[length] = '\0';
}

/* rest: where reading the bytes ended. */
static void finish(struct number *n, const wchar_t *text, const char *rest, wchar_t **end)
{
    if (end)
        *end = (wchar_t *)(rest == n->bytes ? text : n->begin + (rest - n->bytes));
    if (n->bytes != n->own)
        free(n->bytes);
}

#define DEFINE(type, name, from_bytes) \
    static type read_##name(const wchar_t *text, wchar_t **end) \
    { \
        struct number n; \
        type value = 0; \
        char *rest; \
        take(&n, text); \
        rest = n.bytes; \
        if (rest) \
            value = from_bytes(n.bytes, &rest); \
        finish(&n, text, rest, end); \
        return value; \
    } \
    API type name(const wchar_t *restrict text, wchar_t **restrict end) \
    { \
        return read_##name(text, end); \
    } \
    API type name##_l(const wchar_t *restrict text, wchar_t **restrict end, locale_t locale) \
    { \
        (void)locale; /* all have the point of "C" */ \
        return read_##name(text, end); \
    }
DEFINE(double, wcstod, strtod)
DEFINE(float, wcstof, strtof)
DEFINE(long double, wcstold, strtold)
