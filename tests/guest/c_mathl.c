// run:
// stdout~: ^wrong 0$
// Functions of long double to 31 digits (the constants are those of libquadmath), and their special cases.
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

int main(void)
{
    exact();
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
