// run:
// setup: $ROOT/tests/guest/native.sh c_math
// check: cmp want stdout
// libm, to ten digits, and the rounding of conversions.
#include <complex.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#define SHOW(f) printf(#f " %.10g\n", (double)(f))

/* Nearly all powers of ten are what the literal is, and exp, log and pow the nearest double there is. */
static void nearest(void)
{
    int missed = 0, far = 0;

    for (int i = -300; i <= 300; i++) {
        char text[8];

        snprintf(text, sizeof(text), "1e%d", i);
        missed += pow(10, i) != strtod(text, NULL);
        far += pow(10, i) < strtod(text, NULL) * (1 - 3e-16) || pow(10, i) > strtod(text, NULL) * (1 + 3e-16);
    }
    printf("%d %d\n", missed <= 6, far);
    printf("%.17g %.17g %.17g %.17g\n", exp(0.3), log(0.3), pow(1.1, 7.7), exp(-17.3));
    printf("%.9g %.9g %.9g %.9g %.9g\n", expf(0.3f), logf(0.3f), powf(1.1f, 7.7f), sinf(0.3f), cosf(1.3f));
}

/* Logarithms of powers of two are whole. */
static void powers_of_two(void)
{
    int missed = 0;

    for (int i = -1074; i < 1024; i++)
        missed += log2(ldexp(1, i)) != i;
    for (int i = -149; i < 128; i++)
        missed += log2f(ldexpf(1, i)) != i;
    printf("%d %.17g %.9g\n", missed, log2(0.3), log2f(0.3f));
}

/* The longest side of a right triangle is glibc's to the bit: near ones, far ones, the largest and the least. */
static void sides(void)
{
    static const double powers[] = { 1, 1e160, 1e307, 1e-150, 1e-307, 1e-315, 3e-322 };
    double sum = 0;

    srand(1);
    for (int i = 0; i < 7000; i++) {
        double a = rand() / 1e8, b = rand() / 1e8 / (i % 9 ? 1 : rand() / 1e6 + 1), c = hypot(a * powers[i % 7], -b * powers[i % 7]);

        sum = sum * 0.5 + (isinf(c) ? 1 : frexp(c, &(int){ 0 }));
        if (i % 50 == 0)
            printf("%.17g %a%c", c, sum, i % 250 ? ' ' : '\n');
    }
}

/* Sine, cosine, tangent and angles are the nearest double there is, but for a few in a thousand. */
static void trigonometry(void)
{
    int missed[7] = { 0 };

    srand(1);
    for (int i = 0; i < 4000; i++) {
        double x = (rand() / 1e9 - 1) * (i % 2 ? 1 : 30), y = rand() / 1e8 - 10;

        missed[0] += sin(x) != (double)sinl((long double)x);
        missed[1] += cos(x) != (double)cosl((long double)x);
        missed[2] += tan(x) != (double)tanl((long double)x);
        missed[3] += atan(x) != (double)atanl((long double)x);
        missed[4] += atan2(y, x) != (double)atan2l((long double)y, (long double)x);
        y = i % 4 ? y / 20 : 1 - ldexp(fabs(y) / 12, -i / 80); /* up to 0.6, or ever closer to 1 */
        missed[5] += asin(y) != (double)asinl((long double)y);
        missed[6] += acos(y) != (double)acosl((long double)y);
    }
    for (int i = 0; i < 7; i++) {
        printf("%d ", missed[i] < 40);
    }
    printf("\n%.17g %.17g %g %g %.17g %g\n", asin(-1), acos(-1), acos(1), asin(-0.0), acos(1e-310), asin(1e-310));
    printf("%.17g %.17g %.17g\n", atan2(1, -1e-20), atan2(-1e300, 1e-9), atan2(INFINITY, -5));
    printf("%.17g %.17g %.17g %.17g\n", sin(M_PI), cos(M_PI_2), tan(M_PI), tan(-M_PI_4));
    printf("%.17g %.17g %.17g\n", sin(1e22), cos(-0x1p1000), tan(1e300));
    for (int i = 0; i < 36; i++) {
        static const double sides[] = { -INFINITY, -1.5, -0.0, 1e-310, 0.3, 1e308 };
        printf("%.16g%c", atan2(sides[i / 6], sides[i % 6]), i % 6 < 5 ? ' ' : '\n');
    }
    printf("%.17g %.17g %g %g\n", atan(INFINITY), atan(-1e30), atan(-0.0), atan(1e-310));
    printf("%g %g %g %g %g\n", sin(-0.0), tan(-0.0), sin(-1e-310), tan(3e-9), cos(1e-9));
}

int main(void)
{
    static const double x[] = { 0.1, 0.5, 1, 1.5, 2, 3.7, 10, 123.456 };

    for (int i = 0; i < 8; i++) {
        double v = x[i];

        printf("%g: %.10g %.10g %.10g %.10g %.10g\n", v, sin(v), cos(v), tan(v), atan(v), sqrt(v));
        printf("   %.10g %.10g %.10g %.10g %.10g\n", exp(-v), log(v), log10(v), log2(v), cbrt(v));
        printf("   %.10g %.10g %.10g %.10g\n", pow(v, 1.7), tanh(v), sinh(v / 10), erf(v));
        printf("   %.10g %.10g %.10g\n", tgamma(v / 4), lgamma(v), atan2(v, -2));
        printf("   %.6g %.6g %.6g %.6g\n", (double)sinf((float)v), (double)expf((float)v / 10), (double)logf((float)v),
               (double)powf((float)v, 0.3f));
        printf("   %g %g %g %g %ld\n", floor(v), ceil(v), round(v), trunc(v), lrint(v));
    }
    for (int i = 1; i <= 12; i++)
        printf("%d%c", (int)tgamma(i), i < 12 ? ' ' : '\n');
    for (int i = 13; i <= 18; i++)
        printf("%.0f %.10g\n", tgamma(i), tgamma(8 * i));
    printf("%.10g %.10g %.6g %d\n", gamma(5), gamma(-0.5), (double)gammaf(5), signgam);
    SHOW(fmod(10.5, 3));
    SHOW(remainder(10.5, 3));
    SHOW(hypot(3, 4));
    SHOW(ldexp(0.75, 5));
    SHOW(fma(2, 3, 4));
    SHOW(nextafter(1, 2) - 1);
    SHOW(copysign(3, -0.0));
    SHOW(fmax(1, NAN));
    SHOW(rint(2.5));
    SHOW(rint(-3.5));
    SHOW(nearbyint(0.5));
    SHOW(asin(0.3));
    SHOW(acos(0.3));
    SHOW(cabs(3 + 4 * I));
    SHOW(creal(cexp(I)));
    printf("%d %d %d %d\n", isnan(NAN) != 0, isinf(INFINITY) != 0, signbit(-0.0) != 0, fpclassify(1e-310) == FP_SUBNORMAL);
    printf("%d %d %u %lld\n", (int)-2.9, (int)2.9, (unsigned)3e9, (long long)1e18);
    printf("%.17g %.17g %.17g\n", 0.1 + 0.2, 1e16 + 1, (double)0.1f);
    fesetround(FE_TOWARDZERO);
    SHOW(rint(2.9));
    fesetround(FE_TONEAREST);
    nearest();
    powers_of_two();
    sides();
    trigonometry();
    return 0;
}
