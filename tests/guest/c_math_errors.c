// run:
// setup: $ROOT/tests/guest/native.sh c_math_errors
// check: cmp want stdout
// Errors of domain and range of <math.h> in errno, and what the functions return then.
#include <errno.h>
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
    };

    for (size_t i = 0; i < COUNT(list); i++) {
        errno = 0;
        double result = list[i].function(x);
        show(list[i].name, x, 0, result, errno);
    }
}

static void two(double x, double y)
{
    errno = 0;
    double result = pow(x, y);
    show("pow", x, y, result, errno);
    errno = 0;
    result = (double)powf((float)x, (float)y);
    show("powf", x, y, result, errno);
    errno = 0;
    result = hypot(x, y);
    show("hypot", x, y, result, errno);
}

int main(void)
{
    static const double values[] = { 0.0, -0.0, 1, -1, 0.5, -0.5, 2, -2, 3, -3, 1e4, -1e4, 1e30, -1e30, 1e308 };

    for (size_t i = 0; i < COUNT(values); i++) {
        one(values[i]);
        for (size_t k = 0; k < COUNT(values); k++)
            two(values[i], values[k]);
    }
    two(-1, (double)NAN);
    two(1, (double)NAN);
    errno = 0;
    printf("fmod %d", isnan(fmod(values[6], values[0])) != 0);
    printf(", errno %d\n", errno);
    return 0;
}
