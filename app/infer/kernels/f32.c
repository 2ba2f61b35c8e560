/* F32: plain floats, 4-byte aligned in every format. */
#include "kernels.h"

static const float *row_floats(const struct tensor *w, uint32_t row)
{
    return (const float *)(const void *)tensor_row(w, row);
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    memcpy(out, tensor_row(w, row), w->cols * sizeof(*out));
}

static void four_rows(const float *a, size_t cols, const float *x, float out[KERNEL_ROWS])
{
    const float *b = a + cols, *c = b + cols, *d = c + cols;
    float sa = 0.0f, sb = 0.0f, sc = 0.0f, sd = 0.0f;

    for (size_t j = 0; j < cols; j++) {
        float v = x[j];
        sa += a[j] * v;
        sb += b[j] * v;
        sc += c[j] * v;
        sd += d[j] * v;
    }
    out[0] = sa;
    out[1] = sb;
    out[2] = sc;
    out[3] = sd;
}

static void dot_floats(const struct tensor *w, uint32_t row, uint32_t rows, const float *x,
                       float *out)
{
    if (rows == KERNEL_ROWS) {
        four_rows(row_floats(w, row), w->cols, x, out);
        return;
    }
    for (uint32_t i = 0; i < rows; i++) {
        const float *a = row_floats(w, row + i);
        float sum = 0.0f;
        for (uint32_t j = 0; j < w->cols; j++) {
            sum += a[j] * x[j];
        }
        out[i] = sum;
    }
}

const struct kernel kernel_f32 = {
    .name = "f32",
    .decode_row = decode_row,
    .dot_floats = dot_floats,
};
