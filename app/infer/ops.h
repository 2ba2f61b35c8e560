/*
 * The elementwise parts of a layer: norms, activation, rotary positions. Arithmetic: quant.h.
 */
#ifndef INFER_OPS_H
#define INFER_OPS_H

#include <stdint.h>

#include "model.h"

/* y = norm of x over n elements; bias == NULL: RMSNorm, else LayerNorm. x and y may be the same. */
void ops_rms_norm(float *y, const float *x, const float *weight, uint32_t n, float eps);
void ops_layer_norm(float *y, const float *x, const float *weight, const float *bias, uint32_t n,
                    float eps);

/* up = act(up), or act(gate) * up for the gated kinds, over n elements. */
void ops_activate(enum ffn_kind kind, float *up, const float *gate, uint32_t n);

/* The angles per position, [m->rope_width / 2]: once per model. */
void ops_rope_frequencies(const struct model *m, float *frequencies);
/* Fills cosine and sine, [m->rope_width / 2] each, for one position. */
void ops_rope_angles(const struct model *m, const float *frequencies, uint32_t position,
                     float *cosine, float *sine);
/* Rotates `heads` heads of x in place. */
void ops_rope(const struct model *m, float *x, uint32_t heads, const float *cosine,
              const float *sine);

#endif
