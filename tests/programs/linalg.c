/*
 * linalg [N]: linear algebra by hand: LU with partial pivoting, Cholesky, conjugate gradients, Jacobi's eigenvalues, and a fast
 * Fourier transform, each checked by what it must give back.
 */
#include <complex.h>
#include <float.h>
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef double complex cplx;

static uint64_t seed = 88172645463325252u;

static double uniform(void)
{
    seed ^= seed << 13;
    seed ^= seed >> 7;
    seed ^= seed << 17;
    return (double)(seed >> 11) / 9007199254740992.0;
}

static double *matrix(int n)
{
    double *a = calloc((size_t)n * (size_t)n, sizeof(*a));

    if (!a) {
        perror("calloc");
        exit(EXIT_FAILURE);
    }
    return a;
}

static double *random_matrix(int n)
{
    double *a = matrix(n);

    for (int i = 0; i < n * n; i++)
        a[i] = 2 * uniform() - 1;
    return a;
}

/* A * A^T + n I: symmetric and positive definite. */
static double *spd_matrix(int n)
{
    double *a = random_matrix(n), *s = matrix(n);

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
            for (int k = 0; k < n; k++)
                s[i * n + j] += a[i * n + k] * a[j * n + k];
        }
        s[i * n + i] += n;
    }
    free(a);
    return s;
}

/* Solves in place; the sign and product of pivots is the determinant, whose logarithm is returned. */
static double lu_solve(double *a, double *x, int n, int *sign)
{
    double log_det = 0;

    *sign = 1;
    for (int k = 0; k < n; k++) {
        int pivot = k;

        for (int i = k + 1; i < n; i++) {
            if (fabs(a[i * n + k]) > fabs(a[pivot * n + k]))
                pivot = i;
        }
        if (pivot != k) {
            for (int j = 0; j < n; j++) {
                double t = a[k * n + j];

                a[k * n + j] = a[pivot * n + j];
                a[pivot * n + j] = t;
            }
            double t = x[k];

            x[k] = x[pivot];
            x[pivot] = t;
            *sign = -*sign;
        }
        log_det += log(fabs(a[k * n + k]));
        if (a[k * n + k] < 0)
            *sign = -*sign;
        for (int i = k + 1; i < n; i++) {
            double f = a[i * n + k] / a[k * n + k];

            for (int j = k; j < n; j++)
                a[i * n + j] -= f * a[k * n + j];
            x[i] -= f * x[k];
        }
    }
    for (int i = n - 1; i >= 0; i--) {
        for (int j = i + 1; j < n; j++)
            x[i] -= a[i * n + j] * x[j];
        x[i] /= a[i * n + i];
    }
    return log_det;
}

static void test_lu(int n)
{
    double *a = random_matrix(n), *copy = matrix(n), *b = calloc((size_t)n, sizeof(*b)), log_det, worst = 0;
    int sign;

    for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++)
            b[i] += a[i * n + j] * (j + 1); /* the solution will be 1, 2, 3, ... */
    }
    memcpy(copy, a, sizeof(*a) * (size_t)n * (size_t)n);
    log_det = lu_solve(copy, b, n, &sign);
    for (int i = 0; i < n; i++)
        worst = fmax(worst, fabs(b[i] - (i + 1)));
    printf("lu %d: determinant %+d * e^%.6f, solution %s\n", n, sign, log_det, worst < 1e-7 ? "right" : "wrong");
    free(a);
    free(copy);
    free(b);
}

static void test_cholesky(int n)
{
    double *s = spd_matrix(n), *l = matrix(n), worst = 0, log_det = 0;

    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = s[i * n + j];

            for (int k = 0; k < j; k++)
                sum -= l[i * n + k] * l[j * n + k];
            l[i * n + j] = i == j ? sqrt(sum) : sum / l[j * n + j];
        }
        log_det += 2 * log(l[i * n + i]);
    }
    for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
            double sum = 0;

            for (int k = 0; k <= j; k++)
                sum += l[i * n + k] * l[j * n + k];
            worst = fmax(worst, fabs(sum - s[i * n + j]) / s[i * n + i]);
        }
    }
    printf("cholesky %d: log determinant %.6f, product %s\n", n, log_det, worst < 1e-13 ? "right" : "wrong");
    free(s);
    free(l);
}

static double dot(const double *a, const double *b, int n)
{
    double sum = 0;

    for (int i = 0; i < n; i++)
        sum += a[i] * b[i];
    return sum;
}

static void multiply(const double *a, const double *x, double *y, int n)
{
    for (int i = 0; i < n; i++)
        y[i] = dot(a + i * n, x, n);
}

static void test_cg(int n)
{
    double *a = spd_matrix(n), *x = calloc((size_t)n * 4, sizeof(*x)), *r = x + n, *p = r + n, *ap = p + n, rr;
    int steps = 0;

    for (int i = 0; i < n; i++)
        r[i] = p[i] = sin(i);
    for (rr = dot(r, r, n); rr > 1e-20 && steps < 10 * n; steps++) {
        double alpha, next;

        multiply(a, p, ap, n);
        alpha = rr / dot(p, ap, n);
        for (int i = 0; i < n; i++) {
            x[i] += alpha * p[i];
            r[i] -= alpha * ap[i];
        }
        next = dot(r, r, n);
        for (int i = 0; i < n; i++)
            p[i] = r[i] + next / rr * p[i];
        rr = next;
    }
    printf("cg %d: %d steps, x[0] %.8f, |x| %.8f\n", n, steps, x[0], sqrt(dot(x, x, n)));
    free(a);
    free(x);
}

static void rotate(double *a, int n, int p, int q)
{
    double theta = (a[q * n + q] - a[p * n + p]) / (2 * a[p * n + q]);
    double t = copysign(1, theta) / (fabs(theta) + sqrt(theta * theta + 1)), c = 1 / sqrt(t * t + 1), s = t * c;

    for (int k = 0; k < n; k++) {
        double x = a[k * n + p], y = a[k * n + q];

        a[k * n + p] = c * x - s * y;
        a[k * n + q] = s * x + c * y;
    }
    for (int k = 0; k < n; k++) {
        double x = a[p * n + k], y = a[q * n + k];

        a[p * n + k] = c * x - s * y;
        a[q * n + k] = s * x + c * y;
    }
}

static int ascending(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void test_jacobi(int n)
{
    double *a = matrix(n), *values = calloc((size_t)n, sizeof(*values)), worst = 0;
    int sweeps = 0;

    for (int i = 0; i < n; i++) { /* the second difference: eigenvalues 2 - 2 cos(k pi / (n + 1)) */
        a[i * n + i] = 2;
        if (i + 1 < n)
            a[i * n + i + 1] = a[(i + 1) * n + i] = -1;
    }
    for (double off = 1; off > 1e-22 && sweeps < 50; sweeps++) {
        off = 0;
        for (int p = 0; p < n; p++) {
            for (int q = p + 1; q < n; q++) {
                off += a[p * n + q] * a[p * n + q];
                if (fabs(a[p * n + q]) > DBL_MIN)
                    rotate(a, n, p, q);
            }
        }
    }
    for (int i = 0; i < n; i++)
        values[i] = a[i * n + i];
    qsort(values, (size_t)n, sizeof(values[0]), ascending);
    for (int i = 0; i < n; i++)
        worst = fmax(worst, fabs(values[i] - (2 - 2 * cos((i + 1) * M_PI / (n + 1)))));
    printf("jacobi %d: smallest %.10f, largest %.10f, all %s\n", n, values[0], values[n - 1], worst < 1e-12 ? "right" : "wrong");
    free(a);
    free(values);
}

static void fft(cplx *x, int n, int sign)
{
    if (n == 1)
        return;
    cplx *half = malloc((size_t)n * sizeof(*half));

    for (int i = 0; i < n / 2; i++) {
        half[i] = x[2 * i];
        half[n / 2 + i] = x[2 * i + 1];
    }
    fft(half, n / 2, sign);
    fft(half + n / 2, n / 2, sign);
    for (int k = 0; k < n / 2; k++) {
        cplx twiddled = cexp(sign * 2 * I * M_PI * k / n) * half[n / 2 + k];

        x[k] = half[k] + twiddled;
        x[k + n / 2] = half[k] - twiddled;
    }
    free(half);
}

static void test_fft(int n)
{
    cplx *x = malloc((size_t)n * sizeof(*x)), *y = malloc((size_t)n * sizeof(*y));
    double worst = 0, power = 0;
    int loudest = 0;

    for (int i = 0; i < n; i++)
        y[i] = x[i] = 3 * cos(2 * M_PI * 17 * i / n) + sin(2 * M_PI * 40 * i / n) + 0.1 * (uniform() - 0.5);
    fft(x, n, -1);
    for (int i = 0; i <= n / 2; i++) {
        if (cabs(x[i]) > cabs(x[loudest]))
            loudest = i;
    }
    for (int i = 0; i < n; i++)
        power += creal(x[i] * conj(x[i])) / n;
    printf("fft %d: loudest %d, amplitude %.5f, phase %.3f, power %.4f", n, loudest, 2 * cabs(x[loudest]) / n,
           fabs(carg(x[loudest])), power);
    fft(x, n, 1);
    for (int i = 0; i < n; i++)
        worst = fmax(worst, cabs(x[i] / n - y[i]));
    printf(", back %s\n", worst < 1e-12 ? "right" : "wrong");
    free(x);
    free(y);
}

int main(int argc, char **argv)
{
    int n = argc > 1 ? atoi(argv[1]) : 30;

    if (n < 2 || n > 1000) {
        fprintf(stderr, "usage: %s [2..1000]\n", argv[0]);
        return EXIT_FAILURE;
    }
    test_lu(n);
    test_cholesky(n);
    test_cg(n);
    test_jacobi(n);
    test_fft(1024);
    return EXIT_SUCCESS;
}
