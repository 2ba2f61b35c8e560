// run:
// setup: $ROOT/tests/guest/native.sh c_complex
// check: cmp want stdout
// Complex functions of long double, and catan and catanh, to 14 digits.
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
    SHOW(catan);
    SHOW(catanh);
    printf("%.14g %.14g\n", (double)cabsl(z), (double)cargl(z));
    z = (cpowl)(z, CMPLXL(1.5L, -0.5L));
    printf("cpowl %.14g %.14g\n", shown(creall(z)), shown(cimagl(z)));
}

int main(void)
{
    static const double parts[][2] = { { 1, 0 }, { 0, 8.4 }, { 0.5, -2 }, { -1.25, 3 }, { -3, -0.75 }, { 2.5, 0.25 }, { 1e-3, 1e3 } };
    static const double edges[][2] = { { -0.9999999999, 0 }, { 0.9999999999, -1e-12 }, { -1e160, 3 }, { 4e200, -3e200 }, { -INFINITY, 1 } };

    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        all(CMPLXL(parts[i][0] + 1e-3L, parts[i][1]));
    for (size_t i = 0; i < sizeof edges / sizeof *edges; i++) {
        double complex w = catanh(CMPLX(edges[i][0], edges[i][1]));
        printf("%.12g %.12g\n", creal(w), cimag(w));
    }
    printf("%.6g %.6g\n", (double)cimagf(catanf(CMPLXF(0, 2))), cimag(CMPLX(0, INFINITY)));
    return 0;
}
