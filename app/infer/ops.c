#include "ops.h"

#include "fmath.h"
#include "quant.h"

/* float(1 / sqrt(v * 2^(-2 exponent) + eps)). */
static float inverse_root(double v, const struct quant_moments *of, float eps)
{
    return (float)(1.0 / fmath_sqrt_double(v * fmath_power_of_two(-2 * of->exponent) + (double)eps));
}

void ops_rms_norm(float *y, const float *x, const float *weight, uint32_t n, float eps)
{
    struct quant_moments of;

    quant_moments(&of, x, n);
    if (of.exponent == QUANT_NOT_FINITE) {
        fmath_fill_nan(y, n);
        return;
    }
    float scale = inverse_root((double)of.squares / (double)n, &of, eps);
    for (uint32_t i = 0; i < n; i++) {
        y[i] = x[i] * scale * weight[i];
    }
}

void ops_layer_norm(float *y, const float *x, const float *weight, const float *bias, uint32_t n,
                    float eps)
{
    struct quant_moments of;

    quant_moments(&of, x, n);
    if (of.exponent == QUANT_NOT_FINITE) {
        fmath_fill_nan(y, n);
        return;
    }
    __int128 spread = of.squares * n - (__int128)of.sum * of.sum; /* n^2 times the variance */
    float scale = inverse_root((double)spread / ((double)n * (double)n), &of, eps);
    float mean = (float)((double)of.sum / (double)n * fmath_power_of_two(-of.exponent));
    for (uint32_t i = 0; i < n; i++) {
        y[i] = (x[i] - mean) * scale * weight[i] + bias[i];
    }
}

void ops_activate(enum ffn_kind kind, float *up, const float *gate, uint32_t n)
{
    switch (kind) {
    case FFN_GELU:
        for (uint32_t i = 0; i < n; i++) {
            up[i] = fmath_gelu(up[i]);
        }
        break;
    case FFN_SILU_GATE:
        for (uint32_t i = 0; i < n; i++) {
            up[i] = fmath_silu(gate[i]) * up[i];
        }
        break;
    case FFN_RELU_GATE:
        for (uint32_t i = 0; i < n; i++) {
            up[i] = (gate[i] > 0.0f ? gate[i] : 0.0f) * up[i];
        }
        break;
    }
}

void ops_rope_frequencies(const struct model *m, float *frequencies)
{
    double log_base = fmath_log((double)m->rope_base);

    for (uint32_t i = 0; i < m->rope_width / 2; i++) {
        double exponent = -((double)(2 * i) / (double)m->rope_width) * log_base;
        float f = (float)fmath_exp_double(exponent);
        frequencies[i] = m->rope_factors != NULL ? f / m->rope_factors[i] : f;
    }
}

void ops_rope_angles(const struct model *m, const float *frequencies, uint32_t position,
                     float *cosine, float *sine)
{
    float at = (float)position;

    if (m->rope_scale < 1.0f || m->rope_scale > 1.0f) {
        at = at / m->rope_scale;
    }
    for (uint32_t i = 0; i < m->rope_width / 2; i++) {
        float angle = at * frequencies[i];
        double s, c;
        fmath_sincos((double)angle, &s, &c);
        cosine[i] = (float)c;
        sine[i] = (float)s;
    }
}

void ops_rope(const struct model *m, float *x, uint32_t heads, const float *cosine,
              const float *sine)
{
    for (uint32_t h = 0; h < heads; h++, x += m->shape.head_width) {
        for (uint32_t i = 0; i < m->rope_width / 2; i++) {
            float x0 = x[2 * i], x1 = x[2 * i + 1];
            x[2 * i] = x0 * cosine[i] - x1 * sine[i];
            x[2 * i + 1] = x0 * sine[i] + x1 * cosine[i];
        }
    }
}
