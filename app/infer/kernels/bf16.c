/* BF16: the upper halves of floats, as fixed-point numbers like those: quant.h. */
#include "float_terms.h"

enum { WEIGHT_BYTES = 2,
       PER_WORD = 4 };

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t j = 0; j < w->cols; j++) {
        uint32_t bits = load_u16(p + WEIGHT_BYTES * j) << 16;
        memcpy(&out[j], &bits, sizeof(bits));
    }
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0, term;
    bool number = true;

    for (uint32_t j = 0; j < w->cols; j++) {
        uint32_t bits = load_u16(p + WEIGHT_BYTES * j) << 16;
        number &= float_term_reference(bits, x->integers[j], &term);
        total += term;
    }
    *out = total;
    return number;
}

/* Weight i of a word, as the bits of a float. */
static inline int64_t float_bits(uint64_t word, unsigned i)
{
    return ((int64_t)(word << (48 - 16 * i)) >> 32) & -(INT64_C(1) << 16);
}

static int64_t one_row(const uint8_t *p, const int32_t *q, uint32_t cols, int64_t *room)
{
    const int32_t *words_end = q + cols / PER_WORD * PER_WORD, *end = q + cols;
    int64_t total = 0;

    for (; q != words_end; q += PER_WORD, p += sizeof(uint64_t)) {
        uint64_t v = load_u64(p);
        total += float_term(float_bits(v, 0), q[0], room);
        total += float_term(float_bits(v, 1), q[1], room);
        total += float_term(float_bits(v, 2), q[2], room);
        total += float_term(float_bits(v, 3), q[3], room);
    }
    for (; q != end; q++, p += WEIGHT_BYTES) {
        total += float_term(float_bits(load_u16(p), 0), *q, room);
    }
    return total;
}

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    int64_t room = 0;

    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i) + WEIGHT_BYTES * x->begin;
        out[i] = one_row(p, x->integers + x->begin, x->cols, &room);
    }
    return room >= 0;
}

const struct kernel kernel_bf16 = {
    .name = "bf16",
    .form = QUANT_INTEGERS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = FLOAT_MAX_COLS,
    .dot_reference = dot_reference,
    .unit = float_unit,
};
