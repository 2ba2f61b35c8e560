/*
 * Dot products of rows of one weight type with one vector: the inner loops, one file per type.
 *
 * The first use of kernel_of, by who loads a model, before there are workers, fills the table by the
 * extensions that the device tree names: portable C here, and the place where kernels for a vector unit
 * fit in. Every kernel of a type computes the same bits (quant.h says which), so the choice never shows
 * in a result. Kernels read only the rows that they are given, each row once per call, in ascending
 * order of bytes.
 *
 * The portable ones are written for a machine where multiplication and shifts are cheap, memory
 * accesses dear and floating point dearest (QEMU's TCG): 64-bit loads of packed weights, two
 * weights per multiplication (struct quant), several rows per pass over the vector.
 */
#ifndef INFER_KERNELS_H
#define INFER_KERNELS_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "../quant.h"
#include "../tensor.h"

enum { KERNEL_ROWS = 4 }; /* most rows per call */

/* Sums that 64 bits may not hold. Every machine of ours has 64-bit registers, so GCC has this. */
__extension__ typedef __int128 kernel_wide;

/* A piece of a quantised vector: columns [begin, begin + cols), both multiples of the type's block;
 * the pointers are those of column 0. */
struct kernel_piece {
    const int64_t *words;    /* QUANT_PAIRS */
    const int32_t *sums;     /* QUANT_PAIRS */
    const int32_t *integers; /* QUANT_INTEGERS */
    uint32_t begin, cols;
};

struct kernel {
    const char *name;
    enum quant_form form; /* of the vectors that it takes */
    uint32_t max_cols;    /* of a piece */
    /* out[i] = I (quant.h) of row (row + i) over that piece, i < rows <= KERNEL_ROWS. Returns false
     * where weights are so large that 64 bits might not hold a sum: then out means nothing. */
    bool (*dot)(const struct tensor *w, uint32_t row, uint32_t rows, const struct kernel_piece *x,
                int64_t *out);
    /* The same for one whole row of any weights, plainly: the reference of dot. Returns false where
     * the product is NaN. */
    bool (*dot_reference)(const struct tensor *w, uint32_t row, const struct kernel_piece *x,
                          kernel_wide *out);
    /* The exponent u of I's unit; NULL: HALF_UNIT. */
    int (*unit)(const struct tensor *w, uint32_t row);
    /* Row as floats, out[cols]. */
    void (*decode_row)(const struct tensor *w, uint32_t row, float *out);
};

/*
 * Fills the table with the best kernels for a machine with these extensions ("rv64imafdcv_zba...",
 * riscv,isa of the device tree; "" on other machines). Only while no other thread uses kernel_of.
 */
void kernels_select(const char *isa);
/* Does riscv,isa name this single-letter extension? 0 is always there. */
bool kernels_isa_has(const char *isa, char extension);
const struct kernel *kernel_of(enum weight_type type);

extern const struct kernel kernel_f32, kernel_f16, kernel_bf16, kernel_q8_0, kernel_q4_0,
    kernel_q4_k, kernel_q6_k, kernel_q8_groups;

/* --- shared by the kernels -------------------------------------------------------------------- */

/* Of `dot` and whatever is inlined there: lies within one page. QEMU chains the blocks that it has translated only where both lie
 * in one page of code, so a loop across two looks its blocks up every time round, which made products a third slower. */
#define KERNEL_LOOP __attribute__((aligned(1024)))

enum { HALF_UNIT = -24 }; /* of integers that are multiples of half-precision numbers */

/* The bits of one half-precision exponent that must be clear in every scale for `dot`: below
 * 2^1 (Q8_0, Q4_0: exponent < 16) and below 2^-7 (Q4_K, Q6_K: exponent < 8). */
#define HALF_LARGE_BLOCK 0x4000u
#define HALF_LARGE_SUPER 0x6000u

/* Two bytes of a word that lie 32 bits apart. */
#define BYTE_PAIR UINT64_C(0x000000ff000000ff)
#define NIBBLE_PAIR UINT64_C(0x0000000f0000000f)

/* Any address. GCC 12 splits a load that may be misaligned into bytes on RISC-V, which would cost
 * eight loads and as many shifts; the machine, and QEMU, do it in one. */
static inline uint64_t load_u64(const uint8_t *p)
{
    uint64_t v;
#if defined(__riscv)
    __asm__("ld %0, %1"
            : "=r"(v)
            : "m"(*(const uint8_t(*)[8])p));
#else
    memcpy(&v, p, sizeof(v));
#endif
    return v;
}

/* The same for addresses that are multiples of 4: plain floats are, in every format. */
static inline uint32_t load_u32(const uint8_t *p)
{
    uint32_t v;

    memcpy(&v, __builtin_assume_aligned(p, 4), sizeof(v));
    return v;
}

/* Even addresses: blocks have an even size and tensors start at multiples of 8. */
static inline uint32_t load_u16(const uint8_t *p)
{
    uint16_t v;

    memcpy(&v, __builtin_assume_aligned(p, 2), sizeof(v));
    return v;
}

/* H(h) / 2^shift of quant.h, and the shift. */
static inline int64_t half_significand(uint32_t h)
{
    int64_t m = (h & 0x3ff) + ((h & 0x7c00) != 0 ? 0x400 : 0);

    return (h & 0x8000) != 0 ? -m : m;
}

static inline uint32_t half_shift(uint32_t h)
{
    uint32_t e = (h >> 10) & 31;

    return e - (e != 0);
}

/* sum * H(h) modulo 2^64: where h is too large it wraps, and is not used. */
static inline uint64_t half_times(uint32_t h, int64_t sum)
{
    return (uint64_t)(sum * half_significand(h)) << half_shift(h);
}

/* The same in 128 bits, for any exponent. */
static inline kernel_wide wide_half_times(uint32_t h, int64_t sum)
{
    return (kernel_wide)(sum * half_significand(h)) * (INT64_C(1) << half_shift(h));
}

/* Exact; infinity and NaN convert as the ordinary exponent 31. */
static inline float half_to_float(uint32_t h)
{
    float two_to_112 = 0x1p112f, f;
    uint32_t bits = (h & 0x7fff) << 13;

    memcpy(&f, &bits, sizeof(f));
    f = f * two_to_112;
    return (h & 0x8000) != 0 ? -f : f;
}

/* The upper half of sums of word products: what the lower half borrowed is given back. */
static inline int64_t pair_sum(uint64_t word)
{
    int64_t low = (int32_t)(uint32_t)word;

    return (int64_t)(word - (uint64_t)low) >> 32;
}

/* Eight byte-sized weights (unsigned) times their eight columns, added to acc. */
static inline uint64_t eight_bytes(uint64_t acc, uint64_t w, const uint64_t x[4])
{
    acc += (w & BYTE_PAIR) * x[0];
    acc += ((w >> 8) & BYTE_PAIR) * x[1];
    acc += ((w >> 16) & BYTE_PAIR) * x[2];
    acc += ((w >> 24) & BYTE_PAIR) * x[3];
    return acc;
}

#endif
