#include "matmul.h"

#include "fmath.h"
#include "kernels/kernels.h"

#define NAN_BITS 0x7fc00000u

struct job {
    const struct kernel *kernel;
    const struct tensor *w;
    const float *bias;
    const struct vectors *x;
    float *y;
    size_t stride;
};

void vectors_set(struct vectors *x, const float *values, uint32_t count, uint32_t cols)
{
    x->values = values;
    x->count = count;
    x->cols = cols;
    x->quantised = false;
}

static void quantise_loop(void *context, uint32_t begin, uint32_t end)
{
    struct vectors *x = context;

    for (uint32_t p = begin; p < end; p++) {
        quant_vector(&x->quant, x->form, p, x->values + (size_t)p * x->cols, x->cols);
    }
}

/* Most columns per call of the kernel: as many as 64-bit sums allow, in whole blocks. */
static uint32_t piece_cols(const struct job *job)
{
    const struct tensor *w = job->w;
    uint32_t block = w->type == WEIGHT_Q8_GROUPS ? w->group : weight_types[w->type].block;
    uint32_t most = job->kernel->max_cols / block * block;

    return w->cols < most ? w->cols : most;
}

/* Vector p, the first columns of it that fit into one call. */
static struct kernel_piece first_piece(const struct job *job, uint32_t p)
{
    const struct quant *q = &job->x->quant;
    struct kernel_piece piece = { .cols = piece_cols(job) };

    if (job->x->form == QUANT_INTEGERS) {
        piece.integers = q->integers + (size_t)p * q->cols;
    } else {
        piece.words = q->words + (size_t)p * (q->cols / 2);
        piece.sums = q->sums + (size_t)p * (q->cols / QUANT_SUM_COLS);
    }
    return piece;
}

/* float(I(row)) for a row of more columns than 64 bits allow, or with weights that are too large. */
static float wide_sum(const struct job *job, uint32_t row, struct kernel_piece piece)
{
    uint32_t most = piece.cols;
    kernel_wide total = 0;

    for (; piece.begin < job->w->cols; piece.begin += most) {
        uint32_t left = job->w->cols - piece.begin;
        int64_t sum;
        piece.cols = left < most ? left : most;
        if (!job->kernel->dot(job->w, row, 1, &piece, &sum)) {
            bool number = job->kernel->dot_reference(job->w, row, &piece, &total);
            return number ? (float)total : fmath_from_bits(NAN_BITS);
        }
        total += sum;
    }
    return (float)total;
}

/* A few rows against one vector. */
static void some_rows(const struct job *job, uint32_t row, uint32_t rows, uint32_t p, float *out)
{
    const struct kernel *kernel = job->kernel;
    struct kernel_piece piece = first_piece(job, p);
    int32_t exponent = job->x->quant.exponent[p];
    int64_t sums[KERNEL_ROWS];
    bool fits = piece.cols == job->w->cols && kernel->dot(job->w, row, rows, &piece, sums);

    for (uint32_t i = 0; i < rows; i++) {
        float sum = fits ? (float)sums[i] : wide_sum(job, row + i, piece);
        int unit = kernel->unit != NULL ? kernel->unit(job->w, row + i) : HALF_UNIT;
        out[i] = fmath_scale(sum, unit - exponent);
        if (job->bias != NULL) {
            out[i] += job->bias[row + i];
        }
    }
}

/* A few rows at a time against every position, so that the rows stay in the cache. */
static void row_loop(void *context, uint32_t begin, uint32_t end)
{
    const struct job *job = context;

    for (uint32_t row = begin; row < end; row += KERNEL_ROWS) {
        uint32_t rows = end - row < KERNEL_ROWS ? end - row : KERNEL_ROWS;
        for (uint32_t p = 0; p < job->x->count; p++) {
            float *out = job->y + p * job->stride + row;
            if (job->x->quant.exponent[p] != QUANT_NOT_FINITE) {
                some_rows(job, row, rows, p, out);
                continue;
            }
            for (uint32_t i = 0; i < rows; i++) {
                out[i] = fmath_from_bits(NAN_BITS);
            }
        }
    }
}

void matmul(struct par *par, const struct tensor *w, const float *bias, struct vectors *x, float *y,
            size_t stride)
{
    struct job job = {
        .kernel = kernel_of(w->type), .w = w, .bias = bias, .x = x, .y = y, .stride = stride
    };

    if (!x->quantised || x->form != job.kernel->form) {
        x->quant.cols = quant_padded(x->cols);
        x->form = job.kernel->form;
        x->quantised = true;
        par_run(par, x->count, 1, quantise_loop, x);
    }
    par_run(par, w->rows, KERNEL_ROWS, row_loop, &job);
}
