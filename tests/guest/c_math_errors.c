// run:
// setup: $ROOT/tests/guest/native.sh c_math_errors
// check: cmp want stdout
// Errors of domain and range of <math.h> in errno and as exceptions, and what the functions return then.
#include <errno.h>
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#define COUNT(list) (sizeof list / sizeof *list)

static void show(const char *name, double x, double y, double result, int error)
{
    printf("%s(%g, %g) = ", name, x, y);
    if (isnan(result))
        printf("nan, errno %d\n", error); /* its sign says nothing */
    else
        printf("%.9g, errno %d\n", result, error);
}

static void one(double x)
{
    static const struct {
        const char *name;
        double (*function)(double);
    } list[] = {
        { "sqrt", sqrt },
        { "log", log },
        { "log2", log2 },
        { "log10", log10 },
        { "exp", exp },
        { "exp2", exp2 },
        { "acos", acos },
        { "asin", asin },
        { "acosh", acosh },
        { "sinh", sinh },
        { "cosh", cosh },
        { "sin", sin },
        { "cos", cos },
        { "tan", tan },
        { "atanh", atanh },
        { "tgamma", tgamma },
        { "lgamma", lgamma },
        { "y0", y0 },
        { "y1", y1 },
    };

    for (size_t i = 0; i < COUNT(list); i++) {
        errno = 0;
        double result = list[i].function(x);
        show(list[i].name, x, 0, result, errno);
    }
}

static void of_two(const char *name, double (*function)(double, double), double x, double y)
{
    errno = 0;
    double result = function(x, y);
    show(name, x, y, result, errno);
}

static void two(double x, double y)
{
    errno = 0;
    double result = (double)powf((float)x, (float)y);
    show("powf", x, y, result, errno);
    of_two("pow", pow, x, y);
    of_two("hypot", hypot, x, y);
    of_two("fmod", fmod, x, y);
    of_two("remainder", remainder, x, y);
    of_two("fdim", fdim, x, y);
    of_two("nextafter", nextafter, x, y);
    errno = 0;
    result = nexttoward(x, (long double)y);
    show("nexttoward", x, y, result, errno);
    errno = 0;
    result = (double)sinf((float)x) + (double)fmodf((float)x, (float)y);
    show("sinf and fmodf", x, y, isnan(result) ? result : 0, errno);
}

static void scaled(double x)
{
    static const int list[] = { 0, 1, -1, 1000, -1000, 1023, -1074, 2100, -2200, 100000, -100000, 2147483647, -2147483647 };

    for (size_t i = 0; i < COUNT(list); i++) {
        errno = 0;
        double result = ldexp(x, list[i]);
        show("ldexp", x, list[i], result, errno);
        errno = 0;
        result = scalbn(x, list[i]);
        show("scalbn", x, list[i], result, errno);
        errno = 0;
        result = (double)ldexpf((float)x, list[i]);
        show("ldexpf", x, list[i], result, errno);
    }
    errno = 0;
    printf("ilogb %d", isfinite(x) && x != 0 ? ilogb(x) : ilogb(x) < -1000000);
    printf(", errno %d\n", errno);
}

#define RAISED(call) \
    do { \
        feclearexcept(FE_ALL_EXCEPT); \
        errno = 0; \
        (void)(call); \
        printf("%s: errno %d, invalid %d\n", #call, errno, fetestexcept(FE_INVALID) != 0); \
    } while (0)

static void exceptions(void)
{
    volatile double one = 1, zero = 0, nothing = (double)NAN, infinity = (double)INFINITY;

    RAISED(tgamma(-one));
    RAISED(tgamma(-infinity));
    RAISED(tgamma(zero));
    RAISED(ilogb(zero));
    RAISED(ilogb(infinity));
    RAISED(ilogb(one));
    RAISED(fdim(one, nothing));
    RAISED(fdim(nothing, zero));
    RAISED(tgamma(nothing));
    RAISED(tgammaf((float)nothing));
    RAISED(lgamma(nothing));
    RAISED(lgammaf((float)nothing));
    RAISED(sin(nothing));
    RAISED(cos(nothing));
    RAISED(tan(nothing));
    RAISED(tanf((float)nothing));
    RAISED(asin(nothing));
    RAISED(acos(nothing));
    RAISED(atan(nothing));
    RAISED(atan2(nothing, one));
    RAISED(atan2(one, nothing));
    RAISED(asin(infinity));
    RAISED(sin(infinity));
}

/* What the functions of <fenv.h> return, and the flags and rounding that they leave. */
static void environment(void)
{
    fexcept_t none, some;
    volatile double one = 1, three = 3;
    double nearest = one / three;
    int raised;

    feclearexcept(FE_ALL_EXCEPT);
    printf("get %d, ", fegetexceptflag(&none, FE_ALL_EXCEPT));
    printf("raise %d, ", feraiseexcept(FE_DIVBYZERO | FE_INVALID));
    printf("raised %d %d\n", fetestexcept(FE_DIVBYZERO) != 0, fetestexcept(FE_UNDERFLOW) != 0);
    printf("raise none %d\n", feraiseexcept(0));
    fegetexceptflag(&some, FE_ALL_EXCEPT);
    printf("set none %d, ", fesetexceptflag(&none, FE_DIVBYZERO));
    raised = fetestexcept(FE_ALL_EXCEPT);
    printf("raised %d %d\n", (raised & FE_DIVBYZERO) != 0, (raised & FE_INVALID) != 0);
    printf("set some %d, ", fesetexceptflag(&some, FE_ALL_EXCEPT));
    raised = fetestexcept(FE_ALL_EXCEPT);
    printf("raised %d %d\n", (raised & FE_DIVBYZERO) != 0, (raised & FE_INVALID) != 0);
    printf("round %d ", fesetround(FE_UPWARD));
    printf("%d ", fesetround(1234567) != 0);
    printf("%d ", fesetround(-1) != 0);
    printf("%d %d, ", fegetround() == FE_UPWARD, one / three > nearest);
    printf("%d %d\n", fesetround(FE_TONEAREST), one / three > nearest);
    printf("kept %d\n", (fetestexcept(FE_ALL_EXCEPT) & FE_INVALID) != 0);
}

/* Of floats near 0, and of any order. */
static void more(double x)
{
    float tiny = (float)x * 0x1p-100f;
    double result;

    for (int i = 0; i < 5; i++, tiny *= 0x1p20f) {
        errno = 0;
        result = (double)tgammaf(tiny);
        show("tgammaf", (double)tiny, 0, isfinite(result) ? round(result * 1e4 * (double)tiny) : result, errno);
        errno = 0;
        result = (double)lgammaf(tiny);
        printf("%d ", signgam);
        show("lgammaf", (double)tiny, 0, isfinite(result) ? round(result * 1e3) : result, errno);
    }
    for (int n = 2; n < 4; n++) {
        errno = 0;
        result = yn(n, x);
        show("yn", x, n, isfinite(result) ? 0 : result, errno);
        errno = 0;
        result = jn(n, x);
        show("jn", x, n, fabs(result) < 0x1p-1022 ? result : 1, errno);
    }
}

int main(void)
{
    static const double values[] = { 0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e4, -1e4, 1e30, -1e30, 1e308, -2.5, 5e-324,
                                     -1e-310, (double)INFINITY, -(double)INFINITY };

    for (size_t i = 0; i < COUNT(values); i++) {
        one(values[i]);
        scaled(values[i]);
        more(values[i]);
        for (size_t k = 0; k < COUNT(values); k++)
            two(values[i], values[k]);
    }
    exceptions();
    environment();
    two(-1, (double)NAN);
    two(1, (double)NAN);
    errno = 0;
    printf("fmod %d", isnan(fmod(values[6], values[0])) != 0);
    printf(", errno %d\n", errno);
    return 0;
}
