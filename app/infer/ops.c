#include "ops.h"

#include "fmath.h"

void ops_rms_norm(float *y, const float *x, const float *weight, uint32_t n, float eps)
{
    double squares = 0.0;

    for (uint32_t i = 0; i < n; i++) {
        double v = fmath_double(x[i]);
        squares += v * v;
    }
    float scale = (float)(1.0 / fmath_sqrt_double(squares / (double)n + (double)eps));
    for (uint32_t i = 0; i < n; i++) {
        y[i] = x[i] * scale * weight[i];
    }
}

void ops_layer_norm(float *y, const float *x, const float *weight, const float *bias, uint32_t n,
                    float eps)
{
    double sum = 0.0, squares = 0.0;

    for (uint32_t i = 0; i < n; i++) {
        sum += fmath_double(x[i]);
    }
    double mean = sum / (double)n;
    for (uint32_t i = 0; i < n; i++) {
        double d = fmath_double(x[i]) - mean;
        squares += d * d;
    }
    float scale = (float)(1.0 / fmath_sqrt_double(squares / (double)n + (double)eps));
    float shift = (float)mean;
    for (uint32_t i = 0; i < n; i++) {
        y[i] = (x[i] - shift) * scale * weight[i] + bias[i];
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
