/*
 * The directory of a GGUF file, versions 2 and 3 (ggml's docs/gguf.md): keys, values, tensors.
 *
 * Everything in it points into the mapping; only the two tables are on the heap. gguf_open checks
 * every length, offset and type against the file before anybody uses it: after it succeeds, each
 * tensor's bytes and each value's bytes are inside the file, and names are unique.
 */
#ifndef INFER_GGUF_H
#define INFER_GGUF_H

#include <stdbool.h>

#include "error.h"
#include "file.h"
#include "tensor.h"

enum gguf_value_type {
    GGUF_U8,
    GGUF_I8,
    GGUF_U16,
    GGUF_I16,
    GGUF_U32,
    GGUF_I32,
    GGUF_F32,
    GGUF_BOOL,
    GGUF_STRING,
    GGUF_ARRAY,
    GGUF_U64,
    GGUF_I64,
    GGUF_F64,
    GGUF_VALUE_TYPES
};

enum { GGUF_MAX_DIMS = 4 };

struct gguf_string {
    const char *text; /* not terminated */
    size_t len;
};

struct gguf_value {
    struct gguf_string key;
    enum gguf_value_type type;
    enum gguf_value_type item; /* of an array */
    uint64_t count;            /* of an array */
    const uint8_t *data;       /* scalar, array's first item, or string's length field */
};

struct gguf_tensor {
    struct gguf_string name;
    uint32_t dims_count;
    uint64_t dims[GGUF_MAX_DIMS]; /* dims[0] is the contiguous one */
    enum weight_type type;
    const uint8_t *data;
};

struct gguf {
    const struct file *file; /* borrowed */
    uint32_t version;
    struct gguf_value *values; /* sorted by key */
    size_t value_count;
    struct gguf_tensor *tensors; /* sorted by name */
    size_t tensor_count;
};

bool gguf_is(const struct file *file);
int gguf_open(struct gguf *g, const struct file *file, struct infer_error *err);
void gguf_close(struct gguf *g);

const struct gguf_value *gguf_find(const struct gguf *g, const char *key);
const struct gguf_tensor *gguf_find_tensor(const struct gguf *g, const char *name);

/*
 * Typed look-ups. Each returns 1 where the key was found and *out was set, 0 where the file has no
 * such key (*out untouched), -EINVAL with a line where it has another type or range. Integers of
 * any width are accepted for u32 as long as the value fits.
 */
int gguf_get_u32(const struct gguf *g, const char *key, uint32_t *out, struct infer_error *err);
int gguf_get_f32(const struct gguf *g, const char *key, float *out, struct infer_error *err);
int gguf_get_bool(const struct gguf *g, const char *key, bool *out, struct infer_error *err);
int gguf_get_string(const struct gguf *g, const char *key, struct gguf_string *out,
                    struct infer_error *err);
/* An array of that item type; its items then start at (*out)->data. */
int gguf_get_array(const struct gguf *g, const char *key, enum gguf_value_type item,
                   const struct gguf_value **out, struct infer_error *err);

/* The string at *at inside an array of strings; *at moves to the next. gguf_open has checked it. */
struct gguf_string gguf_next_string(const uint8_t **at);

bool gguf_string_is(struct gguf_string s, const char *text);

#endif
