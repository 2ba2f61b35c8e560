#include "tensor.h"

const struct weight_type_info weight_types[WEIGHT_TYPES] = {
    [WEIGHT_F32] = { "F32", 1, 4 },
    [WEIGHT_F16] = { "F16", 1, 2 },
    [WEIGHT_BF16] = { "BF16", 1, 2 },
    [WEIGHT_Q8_0] = { "Q8_0", 32, 34 },
    [WEIGHT_Q4_0] = { "Q4_0", 32, 18 },
    [WEIGHT_Q4_K] = { "Q4_K", 256, 144 },
    [WEIGHT_Q6_K] = { "Q6_K", 256, 210 },
    [WEIGHT_Q8_GROUPS] = { "Q8 groups", 1, 1 },
};

struct tensor tensor_slice(const struct tensor *w, uint32_t first, uint32_t rows)
{
    struct tensor slice = *w;

    slice.data = tensor_row(w, first);
    slice.rows = rows;
    if (w->scales != NULL) {
        slice.scales = w->scales + (size_t)first * (w->cols / w->group) * sizeof(float);
    }
    return slice;
}
