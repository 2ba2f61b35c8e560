// run:
// stdout~: ^wrong 0$
// Functions of long double to 31 digits (the constants are those of libquadmath), and their special cases.
#define _GNU_SOURCE
#include <errno.h>
#include <fenv.h>
#include <float.h>
#include <limits.h>
#include <math.h>
#include <stdio.h>

static int wrong;

static void near(const char *what, long double got, long double want)
{
    if (fabsl(got - want) <= fabsl(want) * 2e-31L)
        return;
    printf("%s: %.33Lg, not %.33Lg\n", what, got, want);
    wrong++;
}

static void same(const char *what, long double got, long double want)
{
    if ((got == want && signbit(got) == signbit(want)) || (got != got && want != want))
        return;
    printf("%s: %Lg, not %Lg\n", what, got, want);
    wrong++;
}

#define NEAR(call, want) near(#call, call, want)
#define SAME(call, want) same(#call, call, want)

static void exact(void)
{
    long double whole;
    int exponent;

    SAME(truncl(-2.7L), -2.0L);
    SAME(floorl(-2.1L), -3.0L);
    SAME(ceill(-0.5L), -0.0L);
    SAME(roundl(2.5L), 3.0L);
    SAME(rintl(2.5L), 2.0L);
    SAME(rintl(-3.5L), -4.0L);
    SAME(floorl(0x1p112L), 0x1p112L);
    SAME(fmaxl(-0.0L, 0.0L), 0.0L);
    SAME(fminl(NAN, 3), 3.0L);
    SAME(fmodl(-7.5L, 2), -1.5L);
    SAME(fmodl(1e30L, 7), 1.0L);
    SAME(remainderl(7.5L, 2), -0.5L);
    SAME(modfl(-2.25L, &whole), -0.25L);
    SAME(whole, -2.0L);
    SAME(frexpl(-12, &exponent), -0.75L);
    SAME(exponent, 4);
    SAME(ldexpl(1, -16494), 0x1p-16494L);
    SAME(ldexpl(3, 20000), INFINITY);
    SAME(nextafterl(1, 2) - 1, 0x1p-112L);
    SAME(copysignl(2, -0.0L), -2.0L);
    SAME(lroundl(-2.5L), -3);
    SAME(hypotl(3e4900L, 4e4900L), 5e4900L);
    SAME(sqrtl(2) * 0, 0.0L);
    SAME(powl(-2, 3), -8.0L);
    SAME(powl(-2, 0.5L), NAN);
    SAME(powl(0, -1), INFINITY);
    SAME(powl(-INFINITY, -3), -0.0L);
    SAME(powl(0.5L, INFINITY), 0.0L);
    SAME(expl(-INFINITY), 0.0L);
    SAME(logl(0), -INFINITY);
    SAME(logl(-1), NAN);
    SAME(atan2l(0, -0.0L) > 3, 1);
    SAME(sinl(-0.0L), -0.0L);
}

/* What a call tells besides its result: errno, and of the exceptions all but FE_INEXACT. */
#define TELLS(call, error, exceptions) \
    do { \
        errno = 0; \
        feclearexcept(FE_ALL_EXCEPT); \
        volatile long double result = (call); \
        int raised = fetestexcept(FE_ALL_EXCEPT & ~FE_INEXACT), found = errno; \
        if (raised != (exceptions) || found != (error)) { \
            printf("%s = %Lg: errno %d, exceptions %x\n", #call, result, found, raised); \
            wrong++; \
        } \
    } while (0)

static void told(void)
{
    volatile long double zero = 0, one = 1, most = LDBL_MAX, least = 0x1p-16494L, infinity = INFINITY, nothing = NAN;
    int quotient;

    TELLS(sqrtl(-one), EDOM, FE_INVALID);
    TELLS(logl(zero), ERANGE, FE_DIVBYZERO);
    TELLS(log1pl(-2 * one), EDOM, FE_INVALID);
    TELLS(expl(most), ERANGE, FE_OVERFLOW);
    TELLS(expl(-most), ERANGE, FE_UNDERFLOW);
    TELLS(exp2l(-infinity), 0, 0);
    TELLS(powl(zero, -one), ERANGE, FE_DIVBYZERO);
    TELLS(powl(most, 2 * one), ERANGE, FE_OVERFLOW);
    TELLS(sinl(infinity), EDOM, FE_INVALID);
    TELLS(sinl(nothing), 0, 0);
    TELLS(asinl(most), EDOM, FE_INVALID);
    TELLS(acosl(least), 0, 0);
    TELLS(coshl(-most), ERANGE, FE_OVERFLOW);
    TELLS(acoshl(-most), EDOM, FE_INVALID);
    TELLS(atanhl(one), ERANGE, FE_DIVBYZERO);
    TELLS(fmodl(one, zero), EDOM, FE_INVALID);
    TELLS(remainderl(infinity, one), EDOM, FE_INVALID);
    TELLS(hypotl(most, one), 0, 0);
    TELLS(atan2l(one, least), 0, 0);
    TELLS(scalbnl(one, 20000), ERANGE, FE_OVERFLOW);
    TELLS(nextafterl(most, infinity), ERANGE, FE_OVERFLOW);
    TELLS(logbl(zero), 0, FE_DIVBYZERO);
    TELLS(ilogbl(zero), EDOM, FE_INVALID);
    TELLS(fmaxl(nothing, one), 0, 0);
    TELLS(nearbyintl(one / 3), 0, 0);
    TELLS(floorl(nothing), 0, 0);
    TELLS(ceill(nothing), 0, 0);
    TELLS(roundl(infinity), 0, 0);
    TELLS(roundevenl(-infinity), 0, 0);
    SAME(ldexpl((0x1.4p0L + 0x1p-112L) * 0x1p-120L, -16373), 0x3p-16494L); /* rounded once */
    SAME(scalblnl(infinity, LONG_MIN), INFINITY);
    SAME(scalblnl(one, LONG_MIN), 0.0L);
    SAME(hypotl(most, one), LDBL_MAX);
    SAME(acoshl(-0x1p63L), NAN);
    SAME(fmodl(0x1p16383L, 3), 2.0L);
    SAME(remquol(one, -one, &quotient), 0.0L);
    SAME(quotient, -1);
    SAME(remquol(15, 2, &quotient), -1.0L);
    SAME(quotient & 7, 0);
    SAME(roundevenl(2.5L), 2.0L);
    SAME(roundevenl(-3.5L), -4.0L);
    volatile long double square = (1 + 0x1p-56L) * (1 + 0x1p-56L);
    feclearexcept(FE_INEXACT);
    SAME(sqrtl(square), 1 + 0x1p-56L);
    SAME(fetestexcept(FE_INEXACT), 0);
    fesetround(FE_UPWARD);
    SAME(sqrtl(2 * one) > 1.41421356237309504880168872420969808L, 1);
    SAME(rintl(0.25L), 1.0L);
    fesetround(FE_TONEAREST);
}

int main(void)
{
    exact();
    told();
    SAME(sqrtl(3), 1.73205080756887729352744634150587237L);
    SAME(sqrtl(0x1p-16493L), 0x1.6a09e667f3bcc908b2fb1366ea95p-8247L);
    NEAR(sqrtl(2), 1.41421356237309504880168872420969808L);
    NEAR(expl(1), 2.71828182845904523536028747135266250L);
    NEAR(expl(-100.25L), 2.89719808321014780719736106689587e-44L);
    NEAR(logl(10), 2.30258509299404568401799145468436421L);
    NEAR(log10l(2), 0.301029995663981195213738894724493027L);
    NEAR(log2l(10), 3.32192809488736234787031942948939018L);
    NEAR(log1pl(1e-20L), 9.99999999999999999995e-21L);
    NEAR(powl(2, 0.5L), 1.41421356237309504880168872420969808L);
    NEAR(powl(10, -30), 1e-30L);
    NEAR(cbrtl(2), 1.25992104989487316476721060727822835L);
    NEAR(sinl(1), 0.841470984807896506652502321630298999L);
    NEAR(cosl(1), 0.540302305868139717400936607442976603L);
    NEAR(tanl(1), 1.55740772465490223050697480745836017L);
    NEAR(sinl(1e4000L), 0.356948813963500428491908884841406747L);
    NEAR(cosl(-0x1.8p16383L), -0.825386502352590036319254602824469626L);
    NEAR(tanl(0x1.23456789p200L), -8.62301212313781564224249328187224096L);
    NEAR(atanhl(-0.99L), -2.64665241236224619770506064593426860L);
    NEAR(exp10l(-3), 1e-3L);
    NEAR(sinl(100000), 0.0357487979720165093164705006958088L);
    NEAR(4 * atanl(1), 3.14159265358979323846264338327950288L);
    NEAR(atan2l(-1, -1), -2.35619449019234492884698253745962716L);
    NEAR(asinl(0.5L), 0.523598775598298873077107230546583814L);
    NEAR(acosl(-1), 3.14159265358979323846264338327950288L);
    NEAR(sinhl(1), 1.17520119364380145688238185059560082L);
    NEAR(coshl(1), 1.54308063481524377847790562075706168L);
    NEAR(tanhl(1), 0.761594155955764888119458282604793590L);
    NEAR(asinhl(1), 0.881373587019543025232609324979792309L);
    NEAR(acoshl(2), 1.31695789692481670862504634730796844L);
    NEAR(atanhl(0.5L), 0.549306144334054845697622618461262852L);
    printf("wrong %d\n", wrong);
    return 0;
}
