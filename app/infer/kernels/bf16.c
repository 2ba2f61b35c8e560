/* BF16: the upper halves of floats. */
#include "kernels.h"

static float upper_half(uint32_t h)
{
    uint32_t bits = h << 16;
    float f;

    memcpy(&f, &bits, sizeof(f));
    return f;
}

static void decode_row(const struct tensor *w, uint32_t row, float *out)
{
    const uint8_t *p = tensor_row(w, row);

    for (uint32_t j = 0; j < w->cols; j++) {
        uint32_t h = load_u16(p + 2 * (size_t)j);
        out[j] = upper_half(h);
    }
}

static void dot_floats(const struct tensor *w, uint32_t row, uint32_t rows, const float *x,
                       float *out)
{
    for (uint32_t i = 0; i < rows; i++) {
        const uint8_t *p = tensor_row(w, row + i);
        float sum = 0.0f;
        for (uint32_t j = 0; j < w->cols; j++) {
            uint32_t h = load_u16(p + 2 * (size_t)j);
            sum += upper_half(h) * x[j];
        }
        out[i] = sum;
    }
}

const struct kernel kernel_bf16 = {
    .name = "bf16",
    .decode_row = decode_row,
    .dot_floats = dot_floats,
};
