/*
 * longdouble.c: long double (IEEE binary128) and float from and to decimal, where newlib 3.3 is wrong on RISC-V.
 *
 * Its printf converts every double as a long double, by an algorithm that is exact to 43 digits and no further; what is a
 * double goes through its exact _dtoa_r here. Its strtold assembles the 80-bit format of the x87, its strtof rounds twice; its
 * general conversion (David Gay's strtodg) knows both formats just as well.
 */
#include <errno.h>
#include <reent.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/api.h"

char *_dtoa_r(struct _reent *reent, double value, int mode, int digits, int *point, int *sign, char **end);
char *__newlib_ldtoa_r(struct _reent *reent, long double value, int mode, int digits, int *point, int *sign, char **end);
char *_ldtoa_r(struct _reent *reent, long double value, int mode, int digits, int *point, int *sign, char **end);

/* newlib's gdtoa.h, which it does not install. */
struct format {
    int bits, least_exponent, most_exponent, rounding, flush_denormals;
};
enum { ZERO,
       NORMAL,
       DENORMAL,
       INFINITE,
       NAN_PLAIN,
       NAN_BITS,
       NO_NUMBER,
       KIND = 7,
       NEGATIVE = 8,
       INEXACT = 0x30 };
int _strtodg_l(struct _reent *reent, const char *text, char **end, struct format *format, int32_t *exponent, uint32_t *bits,
               locale_t locale);
extern struct __locale_t __global_locale;

#define BIAS 16383
#define FRACTION 112      /* bits */
#define EXPONENT_SHIFT 48 /* in the upper half */
#define FLOAT_BIAS 127
#define FLOAT_FRACTION 23
#define NEAREST 1

char *_ldtoa_r(struct _reent *reent, long double value, int mode, int digits, int *point, int *sign, char **end)
{
    double narrow = (double)value;

    if ((long double)narrow == value || value != value)
        return _dtoa_r(reent, narrow, mode, digits, point, sign, end);
    return __newlib_ldtoa_r(reent, value, mode, digits, point, sign, end);
}

static locale_t current_locale(const struct _reent *reent)
{
    return reent->_locale ? reent->_locale : &__global_locale;
}

/* ERANGE also of a denormal number that is not what the text says, as on Linux, and of hexadecimal ones that are too large. */
static int read_number(struct _reent *reent, const char *text, char **end, struct format *format, int32_t *exponent, uint32_t *bits,
                       locale_t locale)
{
    char *rest;
    int kind = _strtodg_l(reent, text, &rest, format, exponent, bits, locale);

    if (((kind & KIND) == DENORMAL || (kind & KIND) == ZERO || (kind & KIND) == INFINITE) && (kind & INEXACT))
        reent->_errno = ERANGE;
    if ((kind & KIND) == NO_NUMBER) {
        const char *p = text + strspn(text, " \t\n\v\f\r");

        kind = NO_NUMBER; /* without the sign */
        p += *p == '+' || *p == '-';
        if (*p == '0') { /* the one before an x that no number follows */
            rest = (char *)p + 1;
            kind = ZERO | (p > text && p[-1] == '-' ? NEGATIVE : 0);
        }
    }
    if (end)
        *end = rest;
    return kind;
}

static float convert_float(struct _reent *reent, const char *text, char **end, locale_t locale)
{
    struct format binary32 = { FLOAT_FRACTION + 1, 1 - FLOAT_BIAS - FLOAT_FRACTION, 254 - FLOAT_BIAS - FLOAT_FRACTION, NEAREST, 0 };
    uint32_t bits[1] = { 0 };
    int32_t exponent = 0;
    int kind = read_number(reent, text, end, &binary32, &exponent, bits, locale);
    float value;

    switch (kind & KIND) {
    case NORMAL:
        bits[0] &= ~((uint32_t)1 << FLOAT_FRACTION); /* the leading one is implied */
        bits[0] |= (uint32_t)(exponent + FLOAT_BIAS + FLOAT_FRACTION) << FLOAT_FRACTION;
        break;
    case DENORMAL: break;
    case INFINITE: bits[0] = 0x7f800000; break;
    case NAN_PLAIN:
    case NAN_BITS: bits[0] = 0x7fc00000; break;
    default: bits[0] = 0; break;
    }
    if (kind & NEGATIVE)
        bits[0] |= (uint32_t)1 << 31;
    memcpy(&value, bits, sizeof(value));
    return value;
}

static long double convert(struct _reent *reent, const char *text, char **end, locale_t locale)
{
    struct format binary128 = { FRACTION + 1, 1 - BIAS - FRACTION, 32766 - BIAS - FRACTION, NEAREST, 0 };
    uint32_t bits[4] = { 0 };
    uint64_t half[2];
    int32_t exponent = 0;
    int kind = read_number(reent, text, end, &binary128, &exponent, bits, locale);
    long double value;

    half[0] = (uint64_t)bits[1] << 32 | bits[0];
    half[1] = (uint64_t)bits[3] << 32 | bits[2];
    switch (kind & KIND) {
    case NORMAL:
        half[1] &= ~((uint64_t)1 << EXPONENT_SHIFT); /* the leading one is implied */
        half[1] |= (uint64_t)(exponent + BIAS + FRACTION) << EXPONENT_SHIFT;
        break;
    case DENORMAL: break;
    case INFINITE: half[0] = 0, half[1] = (uint64_t)0x7fff << EXPONENT_SHIFT; break;
    case NAN_PLAIN:
    case NAN_BITS: half[0] = 0, half[1] = (uint64_t)0x7fff8 << (EXPONENT_SHIFT - 4); break;
    default: half[0] = half[1] = 0; break;
    }
    if (kind & NEGATIVE)
        half[1] |= (uint64_t)1 << 63;
    memcpy(&value, half, sizeof(value));
    return value;
}

long double _strtold_r(struct _reent *reent, const char *restrict text, char **restrict end)
{
    return convert(reent, text, end, current_locale(reent));
}

API long double strtold(const char *restrict text, char **restrict end)
{
    return convert(_REENT, text, end, current_locale(_REENT));
}

API long double strtold_l(const char *restrict text, char **restrict end, locale_t locale)
{
    return convert(_REENT, text, end, locale);
}

API float strtof(const char *restrict text, char **restrict end)
{
    return convert_float(_REENT, text, end, current_locale(_REENT));
}

API float strtof_l(const char *restrict text, char **restrict end, locale_t locale)
{
    return convert_float(_REENT, text, end, locale);
}
