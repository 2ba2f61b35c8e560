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
        quant_vector(&x->quant, p, x->values + (size_t)p * x->cols, x->cols);
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

/* I(row) for a row of more columns than 64 bits allow, or with scales that are too large. */
static kernel_wide wide_sum(const struct job *job, uint32_t row, const int64_t *words,
                            const int32_t *sums)
{
    uint32_t most = piece_cols(job);
    kernel_wide total = 0;

    for (uint32_t at = 0; at < job->w->cols; at += most) {
        uint32_t cols = job->w->cols - at < most ? job->w->cols - at : most;
        struct kernel_piece piece = {.words = words, .sums = sums, .begin = at, .cols = cols};
        int64_t sum;
        if (!job->kernel->dot_quant(job->w, row, 1, &piece, &sum)) {
            return job->kernel->dot_reference(job->w, row, words);
        }
        total += sum;
    }
    return total;
}

static void quant_rows(const struct job *job, uint32_t row, uint32_t rows, uint32_t p, float *out)
{
    const struct quant *q = &job->x->quant;
    struct kernel_piece piece = {
        .words = q->words + (size_t)p * (q->cols / 2),
        .sums = q->sums + (size_t)p * (q->cols / QUANT_SUM_COLS),
        .begin = 0,
        .cols = piece_cols(job),
    };
    int64_t sums[KERNEL_ROWS];
    float floats[KERNEL_ROWS];

    if (q->exponent[p] == QUANT_NOT_FINITE) {
        for (uint32_t i = 0; i < rows; i++) {
            out[i] = fmath_from_bits(NAN_BITS);
        }
        return;
    }
    if (piece.cols == job->w->cols && job->kernel->dot_quant(job->w, row, rows, &piece, sums)) {
        for (uint32_t i = 0; i < rows; i++) {
            floats[i] = (float)sums[i];
        }
    } else {
        for (uint32_t i = 0; i < rows; i++) {
            floats[i] = (float)wide_sum(job, row + i, piece.words, piece.sums);
        }
    }
    for (uint32_t i = 0; i < rows; i++) {
        out[i] = fmath_scale(floats[i], job->kernel->unit(job->w, row + i) - q->exponent[p]);
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
            if (job->kernel->dot_quant != NULL) {
                quant_rows(job, row, rows, p, out);
            } else {
                const float *x = job->x->values + (size_t)p * job->x->cols;
                job->kernel->dot_floats(job->w, row, rows, x, out);
            }
            for (uint32_t i = 0; job->bias != NULL && i < rows; i++) {
                out[i] += job->bias[row + i];
            }
        }
    }
}

void matmul(struct par *par, const struct tensor *w, const float *bias, struct vectors *x, float *y,
            size_t stride)
{
    struct job job = {
        .kernel = kernel_of(w->type), .w = w, .bias = bias, .x = x, .y = y, .stride = stride};

    if (job.kernel->dot_quant != NULL && !x->quantised) {
        x->quant.cols = quant_padded(x->cols);
        par_run(par, x->count, 1, quantise_loop, x);
        x->quantised = true;
    }
    par_run(par, w->rows, KERNEL_ROWS, row_loop, &job);
}
