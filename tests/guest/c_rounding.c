// run:
// setup: $ROOT/tests/guest/native.sh c_rounding
// check: cmp want stdout
// Functions of <math.h> that round to whole numbers, fma and sqrt in every rounding mode: results and exceptions. Through pointers, as
// the compiler would put instructions in their place.
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#define COUNT(list) (sizeof list / sizeof *list)

static const double numbers[] = { 0.0, -0.0, 0.25, 0.5, -0.5, 1.5, 2.5, -2.5, 3.75, 1e9 + 0.5, 0x1.fffffffffffffp-2, 0x1.fffffp22,
                                  0x1.0000000000001p51, 0x1.8000000000001p52, 0x1.fffffffffffffp53, -0x1.921fb54442d18p58,
                                  0x1.23456789abcdep62,
                                  -0x1p63, 1e300, INFINITY, -INFINITY };

/* The exceptions since the last call. */
static const char *raised(void)
{
    static const int all[] = { FE_INVALID, FE_DIVBYZERO, FE_OVERFLOW, FE_UNDERFLOW, FE_INEXACT };
    static char text[8];

    for (size_t i = 0; i < COUNT(all); i++)
        text[i] = fetestexcept(all[i]) ? "IZOUX"[i] : '-';
    feclearexcept(FE_ALL_EXCEPT);
    return text;
}

static void whole(double x)
{
    static double (*const of_double[])(double) = { rint, nearbyint, round, roundeven, trunc, sqrt };
    static float (*const of_float[])(float) = { rintf, nearbyintf, roundf, roundevenf, truncf, sqrtf };
    static long (*const to_long[])(double) = { lrint, lround };
    static long long (*const to_long_long[])(float) = { llrintf, llroundf };

    for (size_t i = 0; i < COUNT(of_double); i++) {
        errno = 0;
        raised();
        double y = of_double[i](x);
        int error = errno;
        printf("%zu %a %s", i, x, raised());
        printf(" %a %d", y == y ? y : 0, error); /* the sign of a NaN says nothing */
        float z = x > 1e38 ? 0 : (float)x;
        raised();
        z = of_float[i](z);
        printf(" %s", raised());
        printf(" %a\n", z == z ? (double)z : 0);
    }
    if (!(fabs(x) < 0x1p62))
        return;
    for (size_t i = 0; i < COUNT(to_long); i++) {
        raised();
        long n = to_long[i](x);
        printf("%ld %s", n, i == 0 ? raised() : ""); /* lround may say FE_INEXACT or not */
        printf(" %lld\n", to_long_long[i]((float)x));
    }
}

static void quotients(void)
{
    static const double list[] = { 1, -1, 2, 3, -7.5, 0.25, 1e10, -1e300, 0x1p-1074, 1.7976931348623157e308 };
    int quotient;

    for (size_t i = 0; i < COUNT(list); i++)
        for (size_t j = 0; j < COUNT(list); j++) {
            double rest = remquo(list[i], list[j], &quotient);
            printf("%a %% %a: %a %d", list[i], list[j], rest, quotient % 8);
            rest = (double)remquof((float)fmod(list[i], 1e30), (float)fmod(list[j], 1e30) + 0.5f, &quotient);
            printf(" %a %d\n", rest, quotient % 8);
        }
}

int main(void)
{
    static const int modes[] = { FE_TONEAREST, FE_UPWARD, FE_DOWNWARD, FE_TOWARDZERO };
    float (*volatile fused)(float, float, float) = fmaf;
    double (*volatile fused_double)(double, double, double) = fma;
    double (*volatile larger)(double, double) = fmax, part;

    for (size_t i = 0; i < COUNT(modes); i++) {
        fesetround(modes[i]);
        for (size_t j = 0; j < COUNT(numbers); j++)
            whole(numbers[j]);
        printf("%a %a\n", (double)fused(350447182791370080256.0f, 7, -0.75f), (double)fused(-7, 0x1.a8bp-18f, 0x1p-79f));
        printf("%a\n", fused_double(1 + 0x1p-30, 1 - 0x1p-30, -1 + 0x1p-60));
    }
    fesetround(FE_TONEAREST);
    quotients();
    printf("%g %g %g\n", larger(1, NAN), larger(NAN, 2), larger(-3, 2));
    printf("%g", isnan(modf(NAN, (double *)&part)) ? part * 0 != 0 : 2.0);
    printf(" %g", modf(-INFINITY, (double *)&part));
    printf(" %g\n", part);
    return 0;
}
