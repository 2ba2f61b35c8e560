#include "kernels.h"

static const struct kernel *table[WEIGHT_TYPES];

void kernels_select(void)
{
    table[WEIGHT_F32] = &kernel_f32;
    table[WEIGHT_F16] = &kernel_f16;
    table[WEIGHT_BF16] = &kernel_bf16;
    table[WEIGHT_Q8_0] = &kernel_q8_0;
    table[WEIGHT_Q4_0] = &kernel_q4_0;
    table[WEIGHT_Q4_K] = &kernel_q4_k;
    table[WEIGHT_Q6_K] = &kernel_q6_k;
    table[WEIGHT_Q8_GROUPS] = &kernel_q8_groups;
}

const struct kernel *kernel_of(enum weight_type type)
{
    if (table[type] == NULL) {
        kernels_select();
    }
    return table[type];
}
