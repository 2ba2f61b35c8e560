#include "sequence.h"

#include <errno.h>

const uint8_t *sequence_skip(struct sequence *s, const char *name, uint64_t n, uint32_t bytes)
{
    const struct file *file = &s->m->file;

    if (s->result < 0) {
        return NULL;
    }
    if (s->at > file->size || n > (file->size - s->at) / bytes) {
        s->result = infer_fail(s->err, EINVAL,
                               "%s: tensor %s: offset = %lu: %lu weights of %u bytes run beyond the "
                               "file's %zu bytes",
                               file->name, name, (unsigned long)s->at, (unsigned long)n, bytes,
                               file->size);
        return NULL;
    }
    const uint8_t *data = file->data + s->at;
    s->at += n * bytes;
    return data;
}

void sequence_matrix(struct sequence *s, const char *name, uint32_t rows, uint32_t cols,
                     struct tensor *out)
{
    uint64_t n = (uint64_t)rows * cols;
    struct tensor w = { .type = s->type, .rows = rows, .cols = cols };

    w.data = sequence_skip(s, name, n, weight_types[s->type].block_bytes);
    if (s->type == WEIGHT_Q8_GROUPS) {
        w.group = s->group;
        w.scales = sequence_skip(s, name, n / s->group, sizeof(float));
    }
    *out = w;
}

float *sequence_vector(struct sequence *s, const char *name, enum weight_type type, uint32_t n)
{
    const uint8_t *data = sequence_skip(s, name, n, weight_types[type].block_bytes);

    if (data == NULL) {
        return NULL;
    }
    float *vector = model_copy_vector(s->m, data, type, n);
    if (vector == NULL) {
        s->result = infer_fail(s->err, ENOMEM, "%s: tensor %s: no memory for %u floats",
                               s->m->file.name, name, n);
    }
    return vector;
}
