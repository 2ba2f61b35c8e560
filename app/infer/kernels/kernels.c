#include "kernels.h"

#include "../machine.h"

static const struct kernel *const portable[WEIGHT_TYPES] = {
    [WEIGHT_F32] = &kernel_f32,
    [WEIGHT_F16] = &kernel_f16,
    [WEIGHT_BF16] = &kernel_bf16,
    [WEIGHT_Q8_0] = &kernel_q8_0,
    [WEIGHT_Q4_0] = &kernel_q4_0,
    [WEIGHT_Q4_K] = &kernel_q4_k,
    [WEIGHT_Q6_K] = &kernel_q6_k,
    [WEIGHT_Q8_GROUPS] = &kernel_q8_groups,
};

/*
 * Sets of kernels, the best first, each with the extension letter of riscv,isa that it needs ('v' for a
 * vector unit); 0: none. A type that a set leaves out falls to the next.
 */
static const struct {
    char extension;
    const struct kernel *const *kernels;
} sets[] = {
    { 0, portable },
};

static const struct kernel *table[WEIGHT_TYPES];

bool kernels_isa_has(const char *isa, char extension)
{
    /* "rv64imafdc_zba_...": single letters end at the first underscore (ISA manual, ch. 27). */
    size_t base = strlen("rv64"), end = strcspn(isa, "_");
    if (extension == 0) {
        return true;
    }
    return end > base && memchr(isa + base, extension, end - base) != NULL;
}

void kernels_select(const char *isa)
{
    for (int type = 0; type < WEIGHT_TYPES; type++) {
        table[type] = NULL;
        for (size_t i = 0; i < sizeof sets / sizeof sets[0] && table[type] == NULL; i++) {
            if (kernels_isa_has(isa, sets[i].extension)) {
                table[type] = sets[i].kernels[type];
            }
        }
    }
}

const struct kernel *kernel_of(enum weight_type type)
{
    if (table[type] == NULL) {
        kernels_select(machine_isa());
    }
    return table[type];
}
