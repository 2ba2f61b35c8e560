/* F32: plain floats, 4-byte aligned in every format, as fixed-point numbers: quant.h. */
#include "float_terms.h"

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    memcpy(out, tensor_row(w, row), w->cols * sizeof(*out));
}

static bool dot_reference(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out)
{
    const uint8_t *p = tensor_row(w, row);
    kernel_wide total = 0, term;
    bool number = true;

    for (uint32_t j = 0; j < w->cols; j++) {
        number &= float_term_reference(load_u32(p + sizeof(float) * j), x->integers[j], &term);
        total += term;
    }
    *out = total;
    return number;
}

/* One row at a time: the decoding of a weight needs the registers that a second row would. */
static int64_t one_row(const uint8_t *p, const int32_t *q, uint32_t cols, int64_t *room)
{
    const int32_t *bits = (const int32_t *)(const void *)p;
    const int32_t *fours_end = bits + cols / 4 * 4, *end = bits + cols;
    int64_t total = 0;

    for (; bits != fours_end; bits += 4, q += 4) {
        total += float_term(bits[0], q[0], room);
        total += float_term(bits[1], q[1], room);
        total += float_term(bits[2], q[2], room);
        total += float_term(bits[3], q[3], room);
    }
    for (; bits != end; bits++, q++) {
        total += float_term(*bits, *q, room);
    }
    return total;
}

KERNEL_LOOP
static bool dot(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out)
{
    int64_t room = 0;

    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i) + sizeof(float) * x->begin;
        out[i] = one_row(p, x->integers + x->begin, x->cols, &room);
    }
    return room >= 0;
}

const struct kernel kernel_f32 = {
    .name = "f32",
    .form = QUANT_INTEGERS,
    .decode_row = decode_row,
    .dot = dot,
    .max_cols = FLOAT_MAX_COLS,
    .dot_reference = dot_reference,
    .unit = float_unit,
};
