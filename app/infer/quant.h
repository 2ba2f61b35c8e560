/*
 * ARITHMETIC: what the engine computes, exactly.
 *
 * The same bits come out with every compiler, C library, machine, block size and number of
 * workers (-ffp-contract=off, no -ffast-math). tests/ hold a model of this text in numpy. "float"
 * below is IEEE single, every operation rounded once to nearest, ties to even.
 *
 * 1. All products with matrices work on integers, those with plain floats too: under QEMU's TCG a
 *    floating-point operation is a call of some 20 ns, and an integer one takes less than 1 ns.
 *    Once per vector x of `cols` floats, for a number of bits B:
 *      E = the biased 8-bit exponent field of max |x[j]|, but at least 1
 *      k = 126 + B - E                   so that max |x| * 2^k is in [2^(B-1), 2^B)
 *      q[j] = sign(x[j]) * min(floor(|x[j]| * 2^k + 1/2), 2^B - 1)
 *    One scale per vector, a power of two: quantising needs no floating-point operation, and the
 *    scale is exact. If any x[j] is infinite or NaN, every y is NaN.
 *
 *    With I(r) the integer below, exact whatever the order (it is held in 64 bits, or in 128 where
 *    64 might not do), and u the exponent of its unit:
 *      y[r] = float(I(r)) * 2^(u - k)    float() rounds once; the product rounds only if subnormal
 *      y[r] = y[r] + bias[r]             where the layer has a bias
 *
 * 2. B and I by the type of the matrix.
 *    Plain floats, B = 24: what a vector's largest element keeps in fp32, all keep. For a vector
 *    whose maximum is 30 times its root mean square (a bad one) that is a relative noise of 5e-7.
 *      F32, BF16  u = -14   I = sum over j of floor(M(w) q[j] / 2^min(136 - e(w), 63))
 *                           e the biased exponent field of w as fp32, M = sign * (2^23 + mantissa),
 *                           also for zero and subnormals (their terms are 0 or -1); where e > 136,
 *                           that is |w| >= 1024, the power is a multiplication by 2^(e - 136);
 *                           y is NaN where a row has an e > 190 (|w| >= 2^64, infinities, NaNs)
 *      F16        u = -24   I = sum over j of H(w) q[j]
 *
 *    Quantised types, B = 18: the noise for the same bad vector is 4e-5, a hundredth of what Q8_0
 *    does to the weights, and 32 products of an unsigned byte with 18 bits and a sign are what fits
 *    into half a word (struct quant).
 *    A half-precision number h is the integer H(h) = significand << shift in units of 2^-24:
 *    significand = mantissa + 1024, shift = exponent - 1, or mantissa and 0 for subnormals;
 *    negative with the sign bit. Exponent 31 (infinity, NaN) counts as an ordinary exponent.
 *      Q8_0   u = -24   I = sum over blocks of H(d) * sum w q
 *      Q4_0   u = -24   I = sum over blocks of H(d) * sum (n - 8) q            n: nibble
 *      Q4_K   u = -24   I = sum over blocks of H(d) * sum_s sc_s (sum n q)
 *                                             - H(dmin) * sum_s mn_s (sum q)   s: 8 runs of 32
 *      Q6_K   u = -24   I = sum over blocks of H(d) * sum_s sc_s (sum (n - 32) q)    16 of 16
 *      Q8 groups of llama2.c, fp32 scale s = M(s) * 2^(e(s) - 150), M the signed 24-bit significand
 *      and e the biased exponent (1 for subnormals); emax the largest e of the row:
 *             u = emax - 150   I = sum over groups of floor(M(s) * (sum w q) / 2^min(emax-e, 63))
 *
 * 3. A row of the embedding is decoded to floats: H(d) * 2^-24 and the integers of the block
 *    multiply as written in the format, d * (n - 8) and so on; Q4_K: (d*sc)*n - (dmin*mn);
 *    Q6_K: (d*sc)*(n-32); each operation in float.
 *
 * 4. Norms, over n elements: integers q by the rule of 1. with B = 24, so that m is x to the bit where all x are equal, as in
 *    floating point. S1 = sum of q and S2 = sum of q^2 are exact, as is n S2 - S1^2 in 128 bits; then, in double:
 *      rms:   r = float(1 / sqrt((S2 / n) 2^-2k + eps));  y = (x * r) * w, in float
 *      layer: m = float((S1 / n) 2^-k), v = (n S2 - S1^2) / n^2, r = float(1 / sqrt(v 2^-2k + eps));
 *             y = ((x - m) * r) * w + b, in float
 *    If any x is infinite or NaN, every y is NaN.
 *
 * 5. Rotary positions, on pairs (2i, 2i+1) of the leading rope_width elements of a head:
 *      f_i = float(exp(-(2i / rope_width) * log(base))), then / rope_factors[i] where the model has
 *      them; a = (float(position) / scale) * f_i, in float (no division where scale is 1);
 *      c = float(cos(a)), s = float(sin(a)), computed in double
 *      (x0, x1) -> (x0*c - x1*s, x0*s + x1*c)
 *
 * 6. Attention: see attention.h.
 *
 * 7. Residual sums x = x + y in float. Gated feed-forward: float(act(gate) * up), act = SiLU or
 *    ReLU (x > 0 ? x : 0). exp, SiLU and GELU: fmath.h. Embedding of gpt2: token + position.
 */
#ifndef INFER_QUANT_H
#define INFER_QUANT_H

#include <stddef.h>
#include <stdint.h>

enum {
    QUANT_PAIR_BITS = 18,        /* B for quantised matrices */
    QUANT_INTEGER_BITS = 24,     /* B for plain floats, and for norms */
    QUANT_LANES = 8,             /* columns that share four words */
    QUANT_SUM_COLS = 16,         /* columns per partial sum */
    QUANT_NOT_FINITE = INT32_MAX /* exponent of a vector with infinities or NaNs */
};

enum quant_form { QUANT_PAIRS,
                  QUANT_INTEGERS };

/*
 * Quantised vectors, one per position of a block, in one of two forms.
 *
 * QUANT_INTEGERS: q[j] as int32, B = 24.
 *
 * QUANT_PAIRS, B = 18: columns 8g+j and 8g+j+4 (j = 0..3) share word 4g+j, q[8g+j] * 2^32 +
 * q[8g+j+4]. Multiplied by a word of two weights, w[8g+j] + w[8g+j+4] * 2^32, modulo 2^64, the upper
 * half of the product holds w[8g+j] q[8g+j] + w[8g+j+4] q[8g+j+4], and the lower half one cross
 * term: two multiply-adds for one multiplication. Columns are padded with zeros to a multiple of 16.
 */
struct quant {
    uint32_t cols; /* padded */
    union {
        int64_t *words;    /* QUANT_PAIRS: [positions][cols / 2] */
        int32_t *integers; /* QUANT_INTEGERS: [positions][cols] */
    };
    int32_t *sums;     /* QUANT_PAIRS: [positions][cols / 16], sums of q */
    int32_t *exponent; /* [positions]: k */
};

static inline uint32_t quant_padded(uint32_t cols)
{
    return (cols + QUANT_SUM_COLS - 1) / QUANT_SUM_COLS * QUANT_SUM_COLS;
}

/* Quantises cols floats into position p of out, whose cols must be quant_padded(cols). */
void quant_vector(struct quant *out, enum quant_form form, size_t p, const float *x, uint32_t cols);

/* The rule of 1. by itself: n floats to n integers of up to 24 bits and a sign; returns k.
 * QUANT_NOT_FINITE (out untouched) where an x is infinite or NaN. */
int32_t quant_integers(const float *x, uint32_t n, int bits, int32_t *out);

/* What a norm needs of a vector: the exact sums of its integers and of their squares. */
struct quant_moments {
    __int128 squares;
    int64_t sum;
    int32_t exponent; /* k; QUANT_NOT_FINITE: the sums are 0 */
};

void quant_moments(struct quant_moments *out, const float *x, uint32_t n);

/* q[col] of a vector of words. For references; kernels use the words as they are. */
static inline int32_t quant_at(const int64_t *words, uint32_t col)
{
    uint64_t word = (uint64_t)words[col / QUANT_LANES * (QUANT_LANES / 2) + col % (QUANT_LANES / 2)];
    int32_t low = (int32_t)(uint32_t)word;

    if (col % QUANT_LANES >= QUANT_LANES / 2) {
        return low;
    }
    return (int32_t)((int64_t)(word - (uint64_t)(int64_t)low) >> 32);
}

#endif
