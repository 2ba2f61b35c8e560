// run:
// setup: $ROOT/tests/guest/native.sh c_complex
// check: cmp want stdout
// Complex functions of long double to 14 digits, of double to 12, of float to 5.
#include <complex.h>
#include <math.h>
#include <stdio.h>

static double shown(long double x)
{
    return fabsl(x) < 1e-17L ? 0 : (double)x; /* what is nothing but rounding, and the sign of zero */
}

/* (f): the compiler knows them all by name; in parentheses they must be declared. */
#define SHOW(f) \
    do { \
        long double complex w = (f)(z); \
        printf(#f " %.14g %.14g\n", shown(creall(w)), shown(cimagl(w))); \
    } while (0)
#define SHOW_SHORT(name) \
    do { \
        double complex w = name((double complex)z); \
        float complex v = name##f((float complex)z); \
        printf(#name " %.12g %.12g", shown(creal(w)), shown(cimag(w))); \
        printf(" %.5g %.5g\n", shown(crealf(v)), shown(cimagf(v))); \
    } while (0)
/* With the signs of zeros. */
#define SHOW_EDGE(f) printf(#f " %.12g %.12g\n", creal(f(z)), cimag(f(z)))

static void all(long double complex z)
{
    printf("of %.5g %.5g\n", (double)creall(z), (double)cimagl(z));
    SHOW(cexpl);
    SHOW(clogl);
    SHOW(csqrtl);
    SHOW(csinl);
    SHOW(ccosl);
    SHOW(ctanl);
    SHOW(csinhl);
    SHOW(ccoshl);
    SHOW(ctanhl);
    SHOW(casinl);
    SHOW(cacosl);
    SHOW(catanl);
    SHOW(casinhl);
    SHOW(cacoshl);
    SHOW(catanhl);
    SHOW(conjl);
    SHOW(cprojl);
    SHOW_SHORT(cexp);
    SHOW_SHORT(clog);
    SHOW_SHORT(csqrt);
    SHOW_SHORT(csin);
    SHOW_SHORT(ccos);
    SHOW_SHORT(ctan);
    SHOW_SHORT(csinh);
    SHOW_SHORT(ccosh);
    SHOW_SHORT(ctanh);
    SHOW_SHORT(casin);
    SHOW_SHORT(cacos);
    SHOW_SHORT(catan);
    SHOW_SHORT(casinh);
    SHOW_SHORT(cacosh);
    SHOW_SHORT(catanh);
    printf("%.14g %.14g\n", (double)cabsl(z), (double)cargl(z));
    z = (cpowl)(z, CMPLXL(1.5L, -0.5L));
    printf("cpowl %.14g %.14g\n", shown(creall(z)), shown(cimagl(z)));
}

/* Branch cuts, overflow, and what is nearly so. */
static void at_edge(double complex z)
{
    SHOW_EDGE(cexp);
    SHOW_EDGE(csqrt);
    SHOW_EDGE(ctanh);
    SHOW_EDGE(casin);
    SHOW_EDGE(cacos);
    SHOW_EDGE(catan);
    SHOW_EDGE(casinh);
    SHOW_EDGE(cacosh);
    SHOW_EDGE(catanh);
}

int main(void)
{
    static const double parts[][2] = { { 1, 0 }, { 0, 8.4 }, { 0.5, -2 }, { -1.25, 3 }, { -3, -0.75 }, { 2.5, 0.25 }, { 1e-3, 1e3 } };
    static const double cuts[][2] = { { -2, 0.0 }, { -2, -0.0 }, { 2, -0.0 }, { -0.9999999999, 0 }, { 0.9999999999, -1e-12 } };
    static const double sizes[][2] = { { -1e160, 3 }, { 4e200, -3e200 }, { -INFINITY, 1 }, { 1e18, 2 }, { 710, 1.5 }, { 1e-30, -1e-30 } };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        all(CMPLXL(parts[i][0] + 1e-3L, parts[i][1]));
    for (size_t i = 0; i < sizeof cuts / sizeof *cuts; i++)
        at_edge(CMPLX(cuts[i][0], cuts[i][1]));
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++)
        at_edge(CMPLX(sizes[i][0], sizes[i][1]));
    printf("%.6g %.6g\n", (double)cimagf(catanf(CMPLXF(0, 2))), cimag(CMPLX(0, INFINITY)));
    return 0;
}
