/* Each kernel against its plain reference and against floats: random weights, edges, extremes. */
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "check.h"
#include "infer/fmath.h"
#include "infer/kernels/kernels.h"
#include "infer/matmul.h"

enum { GROUP = 32,
       MAX_ROWS = 9 };

struct matrix {
    struct tensor w;
    uint8_t *data;
    float *scales;
};

/* A half-precision number of about that size, either sign. */
static uint16_t random_half(uint64_t *seed, uint32_t exponent)
{
    return (uint16_t)((check_random(seed) & 0x83ff) | exponent << 10);
}

static void put(uint8_t *p, uint16_t h)
{
    memcpy(p, &h, sizeof(h));
}

/* Scales of one block that would otherwise be any half. */
static void tame(enum weight_type type, uint8_t *block, uint64_t *seed, uint32_t exponent)
{
    if (type == WEIGHT_Q8_0 || type == WEIGHT_Q4_0) {
        put(block, random_half(seed, exponent));
    } else if (type == WEIGHT_Q4_K) {
        put(block, random_half(seed, exponent));
        put(block + 2, random_half(seed, exponent));
    } else if (type == WEIGHT_Q6_K) {
        put(block + 208, random_half(seed, exponent));
    } else if (type == WEIGHT_F16) {
        put(block, random_half(seed, exponent));
    } else if (type == WEIGHT_BF16) {
        put(block, (uint16_t)((check_random(seed) & 0x807f) | (112 + exponent) << 7));
    } else if (type == WEIGHT_F32) {
        uint32_t bits = (uint32_t)(check_random(seed) & 0x807fffff) | (112 + exponent) << 23;
        memcpy(block, &bits, sizeof(bits));
    }
}

static struct matrix make(enum weight_type type, uint32_t rows, uint32_t cols, uint64_t *seed, uint32_t exponent)
{
    struct matrix m = { .w = { .type = type, .rows = rows, .cols = cols } };
    uint32_t block = weight_types[type].block_bytes;
    size_t bytes = (size_t)rows * tensor_row_bytes(&m.w);

    m.data = malloc(bytes);
    m.scales = malloc(((size_t)rows * cols / GROUP + 1) * sizeof(float));
    for (size_t i = 0; i < bytes; i++) {
        m.data[i] = (uint8_t)(check_random(seed) >> 16);
    }
    for (size_t i = 0; i + block <= bytes; i += block) {
        tame(type, m.data + i, seed, exponent > 2 ? exponent - (uint32_t)(check_random(seed) % 3) : exponent);
    }
    for (size_t i = 0; i < (size_t)rows * cols / GROUP; i++) {
        m.scales[i] = ldexpf((float)(check_random(seed) % 1999) - 999, (int)exponent - 26);
    }
    m.w.data = m.data;
    if (type == WEIGHT_Q8_GROUPS) {
        m.w.group = GROUP;
        m.w.scales = (const uint8_t *)m.scales;
    }
    return m;
}

static void drop(struct matrix *m)
{
    free(m->data);
    free(m->scales);
}

static void open_vectors(struct vectors *x, uint32_t count, uint32_t cols)
{
    uint32_t padded = quant_padded(cols);

    memset(x, 0, sizeof(*x));
    x->quant.words = malloc((size_t)count * padded / 2 * sizeof(int64_t));
    x->quant.sums = malloc((size_t)count * padded / QUANT_SUM_COLS * sizeof(int32_t));
    x->quant.exponent = malloc(count * sizeof(int32_t));
}

static void close_vectors(struct vectors *x)
{
    free(x->quant.words);
    free(x->quant.sums);
    free(x->quant.exponent);
}

static float *random_vector(uint32_t n, uint64_t *seed)
{
    float *x = malloc(n * sizeof(*x));

    for (uint32_t i = 0; i < n; i++) {
        x[i] = ldexpf((float)(check_random(seed) % 2000001) - 1e6f, -20 - (int)(check_random(seed) % 8));
    }
    return x;
}

/* What the reference says of one row, as the product must come out. */
static float right(const struct tensor *w, uint32_t row, const struct vectors *x)
{
    const struct kernel *k = kernel_of(w->type);
    struct kernel_piece piece = { .words = x->quant.words, .sums = x->quant.sums, .cols = w->cols };
    kernel_wide sum;

    if (k->form == QUANT_INTEGERS) {
        piece.integers = x->quant.integers;
    }
    if (!k->dot_reference(w, row, &piece, &sum)) {
        return NAN;
    }
    return fmath_scale((float)sum, (k->unit != NULL ? k->unit(w, row) : HALF_UNIT) - x->quant.exponent[0]);
}

static void multiply(const struct tensor *w, struct vectors *x, float *y, size_t stride)
{
    struct par alone = { .workers = 1 };
    struct product product = { .w = w, .y = y, .stride = stride };

    matmul(&alone, &product, 1, x);
}

static bool same(float a, float b)
{
    return memcmp(&a, &b, sizeof(a)) == 0 || (isnan(a) && isnan(b));
}

/* The product through matmul, bit for bit the reference's. */
static void against_reference(struct check *c, enum weight_type type, uint32_t rows, uint32_t cols, uint32_t exponent,
                              uint64_t *seed)
{
    struct matrix m = make(type, rows, cols, seed, exponent);
    struct vectors v;
    float *x = random_vector(cols, seed), y[MAX_ROWS];

    open_vectors(&v, 1, cols);
    vectors_set(&v, x, 1, cols);
    multiply(&m.w, &v, y, rows);
    for (uint32_t r = 0; r < rows; r++) {
        float wanted = right(&m.w, r, &v);
        CHECK(c, same(y[r], wanted), "%s, %u columns, row %u of %u, exponent %u: %a, not %a", weight_types[type].name,
              cols, r, rows, exponent, (double)y[r], (double)wanted);
    }
    close_vectors(&v);
    free(x);
    drop(&m);
}

static void test_references(struct check *c)
{
    uint64_t seed = 11;

    for (int type = 0; type < WEIGHT_TYPES; type++) {
        static char name[WEIGHT_TYPES][40];
        uint32_t block = type == WEIGHT_Q8_GROUPS ? GROUP : weight_types[type].block;
        snprintf(name[type], sizeof(name[type]), "kernel-%s-reference", kernel_of((enum weight_type)type)->name);
        check_begin(c, name[type]);
        for (uint32_t rows = 1; rows <= MAX_ROWS; rows++) {
            for (uint32_t blocks = 1; blocks <= 7; blocks++) {
                against_reference(c, (enum weight_type)type, rows, block * blocks, 6, &seed);
            }
        }
        /* every exponent, also the ones that 64 bits do not hold; more columns than they hold */
        for (uint32_t exponent = 0; exponent < 32; exponent++) {
            against_reference(c, (enum weight_type)type, 3, 2 * 256, exponent, &seed);
        }
        uint32_t most = kernel_of((enum weight_type)type)->max_cols;
        against_reference(c, (enum weight_type)type, 2, most, 6, &seed);
        against_reference(c, (enum weight_type)type, 2, most + 3 * 256, 6, &seed);
        against_reference(c, (enum weight_type)type, 2, most + 3 * 256, 20, &seed);
        check_end(c);
    }
}

/* The largest magnitudes everywhere: sums must not overflow at max_cols. */
static void test_extremes(struct check *c)
{

    check_begin(c, "kernel-extremes");
    for (int type = 0; type < WEIGHT_TYPES; type++) {
        uint64_t seed = 3;
        uint32_t cols = kernel_of((enum weight_type)type)->max_cols;
        struct matrix m = make((enum weight_type)type, 1, cols, &seed, 6);
        struct vectors v;
        float *x = malloc(cols * sizeof(*x)), y;
        open_vectors(&v, 1, cols);
        for (int sign = -1; sign <= 1; sign += 2) {
            for (int fill = 0; fill < 4; fill++) {
                static const uint8_t fills[] = { 0x00, 0x7f, 0x80, 0xff };
                memset(m.data, fills[fill], tensor_row_bytes(&m.w));
                for (uint32_t i = 0; i < cols; i++) {
                    x[i] = (float)sign * 0x1.fffffep+3f;
                }
                vectors_set(&v, x, 1, cols);
                multiply(&m.w, &v, &y, 1);
                float wanted = right(&m.w, 0, &v);
                CHECK(c, same(y, wanted), "%s: %a, not %a", weight_types[type].name, (double)y, (double)wanted);
            }
        }
        close_vectors(&v);
        free(x);
        drop(&m);
    }
    check_end(c);
}

/* Against double-precision products of the decoded weights. */
static void test_accuracy(struct check *c)
{
    uint64_t seed = 5;

    check_begin(c, "kernel-accuracy");
    for (int type = 0; type < WEIGHT_TYPES; type++) {
        uint32_t cols = 768;
        struct matrix m = make((enum weight_type)type, 8, cols, &seed, 8);
        struct vectors v;
        float *x = random_vector(cols, &seed), row[768], y[8];
        double limit = kernel_of((enum weight_type)type)->form == QUANT_PAIRS ? 1e-4 : 1e-6;
        open_vectors(&v, 1, cols);
        vectors_set(&v, x, 1, cols);
        multiply(&m.w, &v, y, 8);
        for (uint32_t r = 0; r < 8; r++) {
            double sum = 0, scale = 0;
            kernel_of((enum weight_type)type)->decode_row(&m.w, r, row);
            for (uint32_t j = 0; j < cols; j++) {
                sum += (double)row[j] * (double)x[j];
                scale += fabs((double)row[j] * (double)x[j]);
            }
            double error = fabs((double)y[r] - sum) / scale;
            CHECK(c, error < limit, "%s: %g of the sum of magnitudes", weight_types[type].name, error);
        }
        close_vectors(&v);
        free(x);
        drop(&m);
    }
    check_end(c);
}

static void test_not_finite(struct check *c)
{
    uint64_t seed = 9;

    check_begin(c, "kernel-not-finite");
    for (int type = 0; type < WEIGHT_TYPES; type++) {
        struct matrix m = make((enum weight_type)type, 5, 256, &seed, 8);
        struct vectors v;
        float *x = random_vector(512, &seed), y[10];
        open_vectors(&v, 2, 256);
        x[17] = INFINITY;
        vectors_set(&v, x, 2, 256);
        multiply(&m.w, &v, y, 5);
        for (int i = 0; i < 5; i++) {
            CHECK(c, isnan(y[i]) && isfinite(y[5 + i]), "%s: %g, then %g", weight_types[type].name, (double)y[i],
                  (double)y[5 + i]);
        }
        if (type == WEIGHT_F32) {
            memcpy(m.data, &x[17], sizeof(float));
            vectors_set(&v, x + 256, 1, 256);
            multiply(&m.w, &v, y, 5);
            CHECK(c, isnan(y[0]) && isfinite(y[1]), "an infinite weight");
        }
        close_vectors(&v);
        free(x);
        drop(&m);
    }
    check_end(c);
}

int main(void)
{
    struct check c = { 0 };

    test_references(&c);
    test_extremes(&c);
    test_accuracy(&c);
    test_not_finite(&c);
    return c.failed != 0;
}
