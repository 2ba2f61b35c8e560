/*
 * llama2.c v2: int8 values, row after row, and elsewhere one fp32 scale per group of columns.
 *
 * The scales' significands are integers, shifted right to the exponent of the row's largest scale:
 * what falls off is below 2^-23 of that scale times one step of the activations.
 */
#include "kernels.h"

enum {
    MANTISSA_BITS = 23,
    EXP_MASK = 0xff,
    FLOAT_UNIT = -150, /* of a significand with biased exponent 0 */
    MAX_SHIFT = 63,
    BIAS = 128,
    RUN = 32 /* columns whose sum fits into half a word */
};

#define HIDDEN_BIT (1u << MANTISSA_BITS)
#define BIAS_BYTES UINT64_C(0x8080808080808080)

static uint32_t scale_bits(const struct tensor *w, size_t index)
{
    uint32_t bits;

    memcpy(&bits, w->scales + index * sizeof(bits), sizeof(bits));
    return bits;
}

static int scale_exponent(uint32_t bits)
{
    int e = (int)(bits >> MANTISSA_BITS) & EXP_MASK;

    return e != 0 ? e : 1;
}

static int64_t scale_significand(uint32_t bits)
{
    bool normal = ((bits >> MANTISSA_BITS) & EXP_MASK) != 0;
    int64_t m = (int64_t)((bits & (HIDDEN_BIT - 1)) | (normal ? HIDDEN_BIT : 0));

    return (bits >> 31) != 0 ? -m : m;
}

static int largest_exponent(const struct tensor *w, uint32_t row)
{
    uint32_t groups = w->cols / w->group;
    int largest = 1;

    for (uint32_t g = 0; g < groups; g++) {
        int e = scale_exponent(scale_bits(w, (size_t)row * groups + g));
        largest = e > largest ? e : largest;
    }
    return largest;
}

static int unit(const struct tensor *w, uint32_t row)
{
    return largest_exponent(w, row) + FLOAT_UNIT;
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const int8_t *p = (const int8_t *)tensor_row(w, row);
    size_t first = (size_t)row * (w->cols / w->group);

    for (uint32_t j = 0; j < w->cols; j++) {
        uint32_t bits = scale_bits(w, first + j / w->group);
        float scale;
        memcpy(&scale, &bits, sizeof(scale));
        out[j] = (float)p[j] * scale;
    }
}

static int64_t group_reference(const int8_t *p, const int64_t *words, uint32_t from, uint32_t n)
{
    int64_t sum = 0;

    for (uint32_t j = from; j < from + n; j++) {
        sum += (int64_t)p[j] * quant_at(words, j);
    }
    return sum;
}

/* The sum of one group in units of the row. */
static int64_t scaled(uint32_t bits, int top, int64_t sum)
{
    int shift = top - scale_exponent(bits);

    return (scale_significand(bits) * sum) >> (shift < MAX_SHIFT ? shift : MAX_SHIFT);
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const int8_t *p = (const int8_t *)tensor_row(w, row);
    uint32_t groups = w->cols / w->group;
    int top = largest_exponent(w, row);
    kernel_wide total = 0;

    for (uint32_t g = 0; g < groups; g++) {
        uint32_t bits = scale_bits(w, (size_t)row * groups + g);
        total += scaled(bits, top, group_reference(p, x->words, g * w->group, w->group));
    }
    *out = total;
    return true;
}

/* A group whose length is a multiple of QUANT_SUM_COLS, by words. */
static int64_t group_dot(const uint8_t *p, const int64_t *words, const int32_t *sums, uint32_t from,
                         uint32_t n)
{
    const uint64_t *x = (const uint64_t *)(const void *)(words + from / 2);
    int64_t total = 0;

    p += from;
    sums += from / QUANT_SUM_COLS;
    for (uint32_t done = 0; done < n; done += RUN) {
        uint64_t acc = 0;
        uint32_t run = n - done < RUN ? n - done : RUN;
        for (uint32_t i = 0; i < run; i += QUANT_LANES, p += QUANT_LANES, x += 4) {
            acc = eight_bytes(acc, load_u64(p) ^ BIAS_BYTES, x);
        }
        total += pair_sum(acc);
    }
    for (uint32_t i = 0; i < n / QUANT_SUM_COLS; i++) {
        total -= (int64_t)sums[i] * BIAS;
    }
    return total;
}

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    uint32_t groups = w->cols / w->group;
    bool by_words = w->group % QUANT_SUM_COLS == 0;

    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i);
        int top = largest_exponent(w, row + i);
        int64_t total = 0;
        for (uint32_t g = x->begin / w->group; g < (x->begin + x->cols) / w->group; g++) {
            uint32_t bits = scale_bits(w, (size_t)(row + i) * groups + g), from = g * w->group;
            int64_t sum = by_words ? group_dot(p, x->words, x->sums, from, w->group)
                                   : group_reference((const int8_t *)p, x->words, from, w->group);
            total += scaled(bits, top, sum);
        }
        out[i] = total;
    }
    return true;
}

const struct kernel kernel_q8_groups = {
    .name = "q8_groups",
    .form = QUANT_PAIRS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = 8192, /* 2^7 * 2^18 * 2^24 * 2^13 */
    .dot_reference = dot_reference,
    .unit = unit,
};
