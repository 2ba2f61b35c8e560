// run:
// setup: $ROOT/tests/guest/native.sh c_tgmath
// check: cmp want stdout
// <tgmath.h>: which function is called, and that a call is one operand of the expression around it.
#include <stdio.h>
#include <tgmath.h>

#define SHOW(call) printf("%s: %zu bytes, %.6Lg\n", #call, sizeof(call) == 16 ? (size_t)16 : sizeof(call), (long double)creal(call))

int main(void)
{
    volatile float f = 2;
    volatile double d = 2;
    volatile long double ld = 2;
    volatile int i = 4, quotient;
    double complex z = d + 3 * I;
    int e;

    SHOW(sqrt(f));
    SHOW(sqrt(d));
    SHOW(sqrt(ld));
    SHOW(sqrt(i));
    SHOW(2 * sqrt(f) + 1);
    SHOW(2 * exp(d) + 1);
    SHOW(pow(f, f));
    SHOW(pow(f, d));
    SHOW(pow(f, i));
    SHOW(pow(ld, f));
    SHOW(pow(z, 2));
    SHOW(fabs(z));
    SHOW(fabs(f) * 2);
    SHOW(sin(z));
    SHOW(carg(z));
    SHOW(creal(z) + cimag(z));
    SHOW(conj(z));
    SHOW(ldexp(f, 3));
    SHOW(frexp(d * 5, &e));
    SHOW(fmax(f, 3.5f) - fmin(d, 1));
    SHOW(nexttoward(f, 3.0L));
    SHOW(lround(ld * 1.3L));
    SHOW(log2(i) + log2(f));
    SHOW(hypot(3.0f, 4.0f));
    quotient = e;
    printf("%d\n", quotient);
    return 0;
}
