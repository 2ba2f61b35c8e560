/*
 * Products of a weight matrix with the vectors of a block of positions, weights passing once.
 *
 * Each element of the result is computed by itself as quant.h says, so neither the size of the
 * block nor the split over workers shows in it.
 */
#ifndef INFER_MATMUL_H
#define INFER_MATMUL_H

#include <stdbool.h>
#include <stdint.h>

#include "par.h"
#include "quant.h"
#include "tensor.h"

/* The vectors of a block. They are quantised when the first matrix meets them, and again only where
 * one of another form (quant.h) does. */
struct vectors {
    uint32_t count, cols;
    const float *values; /* [count][cols] */
    struct quant quant;  /* its arrays have room for [count][quant_padded(cols)] */
    bool quantised;
    enum quant_form form; /* where quantised */
};

/* Declares new contents: count vectors of cols floats. Keeps the room for quantised ones. */
void vectors_set(struct vectors *x, const float *values, uint32_t count, uint32_t cols);

/* Called by the worker that computed rows [row, row + rows) of vector p, once they stand in y. */
typedef void (*product_then)(const void *context, uint32_t p, uint32_t row, uint32_t rows);

/* y[p * stride + r] = row r of w times vector p, + bias[r] where bias is not NULL, for all rows of w and all vectors; or, to
 * `add`, that much more than it was. */
struct product {
    const struct tensor *w;
    const float *bias;
    float *y;
    size_t stride;
    bool add;
    product_then then; /* NULL: nothing */
    const void *context;
};

enum { PRODUCTS = 3 }; /* most that are computed together */

/*
 * Products of the same vectors, one after the other as far as the order of bytes goes, and without a barrier between them
 * where they want vectors of one form. x->cols must be w->cols of each.
 */
void matmul(struct par *par, const struct product *products, uint32_t count, struct vectors *x);

#endif
