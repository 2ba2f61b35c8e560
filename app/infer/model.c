#include "model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "kernels/kernels.h"

/* Bounds far above any published model: with them, no product of two fields leaves 64 bits. */
enum {
    MAX_LAYERS = 1024,
    MAX_WIDTH = 1 << 17,
    MAX_HEADS = 4096,
    MAX_HEAD_WIDTH = 1024,
    MAX_FFN_WIDTH = 1 << 20,
    MAX_CONTEXT = 1 << 24,
    MAX_VOCAB = 1 << 24,
    VECTORS_AT_ONCE = 64
};

struct bound {
    const char *field;
    uint32_t value;
    uint32_t max;
};

static int check_bounds(const struct model *m, struct infer_error *err)
{
    const struct model_shape *s = &m->shape;
    const struct bound bounds[] = {
        { "layers", s->layers, MAX_LAYERS },
        { "embedding width", s->width, MAX_WIDTH },
        { "heads", s->heads, MAX_HEADS },
        { "key/value heads", s->kv_heads, MAX_HEADS },
        { "head width", s->head_width, MAX_HEAD_WIDTH },
        { "feed-forward width", s->ffn_width, MAX_FFN_WIDTH },
        { "context length", s->context, MAX_CONTEXT },
        { "vocabulary size", s->vocab, MAX_VOCAB },
    };

    for (size_t i = 0; i < sizeof(bounds) / sizeof(bounds[0]); i++) {
        if (bounds[i].value == 0 || bounds[i].value > bounds[i].max) {
            return infer_fail(err, EINVAL, "%s: %s = %u: must be 1 to %u", m->file.name,
                              bounds[i].field, bounds[i].value, bounds[i].max);
        }
    }
    return 0;
}

int model_check_shape(const struct model *m, struct infer_error *err)
{
    const struct model_shape *s = &m->shape;
    int result = check_bounds(m, err);

    if (result < 0) {
        return result;
    }
    if (s->heads % s->kv_heads != 0) {
        return infer_fail(err, EINVAL, "%s: key/value heads = %u: must divide the %u heads",
                          m->file.name, s->kv_heads, s->heads);
    }
    if (!(m->norm_eps >= 0.0f && m->norm_eps < 1.0f)) {
        return infer_fail(err, EINVAL, "%s: norm epsilon = %g: must be in [0, 1)", m->file.name,
                          (double)m->norm_eps);
    }
    if (m->arch != ARCH_LLAMA) {
        return 0;
    }
    if (m->rope_width == 0 || m->rope_width % 2 != 0 || m->rope_width > s->head_width) {
        return infer_fail(err, EINVAL,
                          "%s: rope dimensions = %u: must be even and at most the head width %u",
                          m->file.name, m->rope_width, s->head_width);
    }
    if (!(m->rope_base > 1.0f && m->rope_base < 1e12f)) {
        return infer_fail(err, EINVAL, "%s: rope base = %g: must be above 1", m->file.name,
                          (double)m->rope_base);
    }
    if (!(m->rope_scale > 0.0f && m->rope_scale < 1e6f)) {
        return infer_fail(err, EINVAL, "%s: rope scaling factor = %g: must be above 0",
                          m->file.name, (double)m->rope_scale);
    }
    return 0;
}

int model_alloc_layers(struct model *m, struct infer_error *err)
{
    m->layer = calloc(m->shape.layers, sizeof(*m->layer));
    if (m->layer == NULL) {
        return infer_fail(err, ENOMEM, "%s: no memory for %u layers", m->file.name,
                          m->shape.layers);
    }
    return 0;
}

static bool keep_vector(struct model *m, float *vector)
{
    if (m->vector_count == m->vector_room) {
        size_t room = m->vector_room + VECTORS_AT_ONCE;
        float **more = realloc(m->vectors, room * sizeof(*more));
        if (more == NULL) {
            return false;
        }
        m->vectors = more;
        m->vector_room = room;
    }
    m->vectors[m->vector_count++] = vector;
    return true;
}

float *model_copy_vector(struct model *m, const uint8_t *data, enum weight_type type, uint32_t n)
{
    float *vector = malloc(n * sizeof(*vector));
    struct tensor row = { .data = data, .type = type, .rows = 1, .cols = n };

    if (vector == NULL || !keep_vector(m, vector)) {
        free(vector);
        return NULL;
    }
    kernel_of(type)->decode_row(&row, 0, vector);
    return vector;
}

static int load(struct model *m, struct infer_error *err)
{
    if (gguf_is(&m->file)) {
        m->format = FORMAT_GGUF;
        return load_gguf(m, err);
    }
    if (llmc_is(&m->file)) {
        m->format = FORMAT_LLMC;
        return load_llmc(m, err);
    }
    m->format = FORMAT_LLAMA2C; /* v0 has no magic: its loader must refuse everything else */
    return load_llama2c(m, err);
}

int model_from_file(struct model *m, struct file file, struct infer_error *err)
{
    *m = (struct model){ .file = file, .rope_scale = 1.0f };

    int result = load(m, err);
    if (result < 0) {
        model_close(m);
    }
    return result;
}

int model_open(struct model *m, const char *path, struct infer_error *err)
{
    struct file file;
    int result = file_open(&file, path, FILE_PAGED, err);

    if (result < 0) {
        return result;
    }
    return model_from_file(m, file, err);
}

void model_close(struct model *m)
{
    for (size_t i = 0; i < m->vector_count; i++) {
        free(m->vectors[i]);
    }
    free(m->vectors);
    free(m->layer);
    gguf_close(&m->gguf);
    file_close(&m->file);
    memset(m, 0, sizeof(*m));
}
