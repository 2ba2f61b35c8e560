#include "gguf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char gguf_magic[4] = { 'G', 'G', 'U', 'F' };

enum {
    VERSION_MIN = 2, /* version 1 had 32-bit counts; ggml refuses it too */
    VERSION_MAX = 3,
    DEFAULT_ALIGNMENT = 32,
    MIN_ALIGNMENT = 8, /* so the specification says; kernels load plain floats aligned */
    MAX_ALIGNMENT = 1 << 20,
    MIN_VALUE_BYTES = 8 + 4 + 1,          /* empty key, type, one byte */
    MIN_TENSOR_BYTES = 8 + 4 + 8 + 4 + 8, /* empty name, one dimension */
    MAX_NESTING = 4,                      /* arrays of arrays: legal, used by nobody */
    SHOWN_CHARS = 64                      /* of a hostile name in a message */
};

/* Bytes of a scalar; 0 for strings and arrays. */
static const uint8_t scalar_bytes[GGUF_VALUE_TYPES] = {
    [GGUF_U8] = 1,
    [GGUF_I8] = 1,
    [GGUF_U16] = 2,
    [GGUF_I16] = 2,
    [GGUF_U32] = 4,
    [GGUF_I32] = 4,
    [GGUF_F32] = 4,
    [GGUF_BOOL] = 1,
    [GGUF_U64] = 8,
    [GGUF_I64] = 8,
    [GGUF_F64] = 8,
};

struct type_id {
    uint32_t id; /* ggml's number */
    enum weight_type type;
};

static const struct type_id type_ids[] = {
    { 0, WEIGHT_F32 },
    { 1, WEIGHT_F16 },
    { 2, WEIGHT_Q4_0 },
    { 8, WEIGHT_Q8_0 },
    { 12, WEIGHT_Q4_K },
    { 14, WEIGHT_Q6_K },
    { 30, WEIGHT_BF16 },
};

static const char *shown(char buf[SHOWN_CHARS], struct gguf_string s)
{
    return infer_printable(buf, SHOWN_CHARS, s.text, s.len);
}

static struct gguf_string read_string(struct reader *r)
{
    uint64_t len = reader_u64(r);
    const uint8_t *bytes = reader_bytes(r, len);

    if (bytes == NULL) {
        return (struct gguf_string){ "", 0 };
    }
    return (struct gguf_string){ (const char *)bytes, (size_t)len };
}

/* Steps over a value; false where its type is unknown or it does not fit into the file. */
static bool skip_value(struct reader *r, uint32_t type, int depth)
{
    if (type >= GGUF_VALUE_TYPES || depth > MAX_NESTING) {
        return false;
    }
    if (type == GGUF_STRING) {
        read_string(r);
        return !r->failed;
    }
    if (type != GGUF_ARRAY) {
        return reader_bytes(r, scalar_bytes[type]) != NULL;
    }
    uint32_t item = reader_u32(r);
    uint64_t count = reader_u64(r);
    if (r->failed || item >= GGUF_VALUE_TYPES || count > reader_left(r)) {
        return false;
    }
    if (scalar_bytes[item] != 0) {
        return reader_bytes(r, count * scalar_bytes[item]) != NULL;
    }
    for (uint64_t i = 0; i < count; i++) {
        if (!skip_value(r, item, depth + 1)) {
            return false;
        }
    }
    return true;
}

static int read_value(struct gguf *g, struct reader *r, struct gguf_value *v,
                      struct infer_error *err)
{
    char key[SHOWN_CHARS];

    v->key = read_string(r);
    uint32_t type = reader_u32(r);
    if (r->failed) {
        return infer_fail(err, EINVAL, "%s: key %zu of the metadata runs beyond the file's %zu bytes",
                          g->file->name, g->value_count, g->file->size);
    }
    struct reader value = *r;
    if (!skip_value(r, type, 0)) {
        return infer_fail(err, EINVAL,
                          "%s: %s: value of type %u is of an unknown type or runs beyond the file",
                          g->file->name, shown(key, v->key), type);
    }
    v->type = (enum gguf_value_type)type;
    v->count = 0;
    if (type == GGUF_ARRAY) {
        v->item = (enum gguf_value_type)reader_u32(&value);
        v->count = reader_u64(&value);
    }
    v->data = value.data + value.at;
    return 0;
}

static int by_name(struct gguf_string a, struct gguf_string b)
{
    int order = memcmp(a.text, b.text, a.len < b.len ? a.len : b.len);

    return order != 0 ? order : (a.len > b.len) - (a.len < b.len);
}

static int compare_values(const void *a, const void *b)
{
    return by_name(((const struct gguf_value *)a)->key, ((const struct gguf_value *)b)->key);
}

static int compare_tensors(const void *a, const void *b)
{
    return by_name(((const struct gguf_tensor *)a)->name, ((const struct gguf_tensor *)b)->name);
}

static int read_values(struct gguf *g, struct reader *r, uint64_t count, struct infer_error *err)
{
    char key[SHOWN_CHARS];

    g->values = calloc((size_t)count + 1, sizeof(*g->values));
    if (g->values == NULL) {
        return infer_fail(err, ENOMEM, "%s: no memory for %lu metadata keys", g->file->name,
                          (unsigned long)count);
    }
    for (; g->value_count < count; g->value_count++) {
        int result = read_value(g, r, &g->values[g->value_count], err);
        if (result < 0) {
            return result;
        }
    }
    qsort(g->values, g->value_count, sizeof(*g->values), compare_values);
    for (size_t i = 1; i < g->value_count; i++) {
        if (compare_values(&g->values[i - 1], &g->values[i]) == 0) {
            return infer_fail(err, EINVAL, "%s: %s: the key occurs twice", g->file->name,
                              shown(key, g->values[i].key));
        }
    }
    return 0;
}

static bool weight_type_of(uint32_t id, enum weight_type *type)
{
    for (size_t i = 0; i < sizeof(type_ids) / sizeof(type_ids[0]); i++) {
        if (type_ids[i].id == id) {
            *type = type_ids[i].type;
            return true;
        }
    }
    return false;
}

/* Number of weights, or 0 where a dimension is zero or the product leaves 64 bits. */
static uint64_t weight_count(const struct gguf_tensor *t)
{
    uint64_t count = 1;

    for (uint32_t i = 0; i < t->dims_count; i++) {
        if (t->dims[i] == 0 || count > UINT64_MAX / t->dims[i]) {
            return 0;
        }
        count *= t->dims[i];
    }
    return count;
}

/* Reads one entry; its offset, relative to a start not known yet, goes to *offset. */
static int read_tensor(struct gguf *g, struct reader *r, struct gguf_tensor *t, uint64_t *offset,
                       struct infer_error *err)
{
    char name[SHOWN_CHARS];
    const char *file = g->file->name;

    t->name = read_string(r);
    t->dims_count = reader_u32(r);
    if (!r->failed && (t->dims_count == 0 || t->dims_count > GGUF_MAX_DIMS)) {
        return infer_fail(err, EINVAL, "%s: tensor %s: dimensions = %u: must be 1 to %d", file,
                          shown(name, t->name), t->dims_count, GGUF_MAX_DIMS);
    }
    for (uint32_t i = 0; i < t->dims_count && !r->failed; i++) {
        t->dims[i] = reader_u64(r);
    }
    uint32_t id = reader_u32(r);
    *offset = reader_u64(r);
    if (r->failed) {
        return infer_fail(err, EINVAL, "%s: tensor %zu of the table runs beyond the file's %zu bytes",
                          file, g->tensor_count, g->file->size);
    }
    if (!weight_type_of(id, &t->type)) {
        return infer_fail(err, EINVAL,
                          "%s: tensor %s: type = %u: known are F32 F16 BF16 Q8_0 Q4_0 Q4_K Q6_K",
                          file, shown(name, t->name), id);
    }
    if (weight_count(t) == 0 || t->dims[0] % weight_types[t->type].block != 0) {
        return infer_fail(err, EINVAL,
                          "%s: tensor %s: row length = %lu: not a positive multiple of %u (%s), or "
                          "too many weights",
                          file, shown(name, t->name), (unsigned long)t->dims[0],
                          weight_types[t->type].block, weight_types[t->type].name);
    }
    return 0;
}

static int place_tensor(struct gguf *g, struct gguf_tensor *t, size_t data_start, uint64_t offset,
                        uint32_t alignment, struct infer_error *err)
{
    char name[SHOWN_CHARS];
    const struct weight_type_info *info = &weight_types[t->type];
    uint64_t room = g->file->size > data_start ? g->file->size - data_start : 0;
    uint64_t blocks = weight_count(t) / info->block;

    if (offset % alignment != 0) {
        return infer_fail(err, EINVAL, "%s: tensor %s: offset = %lu: not a multiple of %u",
                          g->file->name, shown(name, t->name), (unsigned long)offset, alignment);
    }
    if (offset > room || blocks > (room - offset) / info->block_bytes) {
        return infer_fail(err, EINVAL,
                          "%s: tensor %s: offset = %lu: %lu blocks of %u bytes run beyond the file's "
                          "%zu bytes",
                          g->file->name, shown(name, t->name), (unsigned long)offset,
                          (unsigned long)blocks, info->block_bytes, g->file->size);
    }
    t->data = g->file->data + data_start + (size_t)offset;
    return 0;
}

static int read_tensors(struct gguf *g, struct reader *r, uint64_t count, struct infer_error *err)
{
    char name[SHOWN_CHARS];
    uint32_t alignment = DEFAULT_ALIGNMENT;
    uint64_t *offsets = calloc((size_t)count + 1, sizeof(*offsets));
    int result;

    g->tensors = calloc((size_t)count + 1, sizeof(*g->tensors));
    if (g->tensors == NULL || offsets == NULL) {
        result = infer_fail(err, ENOMEM, "%s: no memory for %lu tensors", g->file->name,
                            (unsigned long)count);
        goto out;
    }
    for (; g->tensor_count < count; g->tensor_count++) {
        size_t i = g->tensor_count;
        result = read_tensor(g, r, &g->tensors[i], &offsets[i], err);
        if (result < 0) {
            goto out;
        }
    }
    result = gguf_get_u32(g, "general.alignment", &alignment, err);
    if (result < 0) {
        goto out;
    }
    if (alignment < MIN_ALIGNMENT || alignment > MAX_ALIGNMENT || (alignment & (alignment - 1)) != 0) {
        result = infer_fail(err, EINVAL, "%s: general.alignment = %u: must be a power of two, %d to %d",
                            g->file->name, alignment, MIN_ALIGNMENT, MAX_ALIGNMENT);
        goto out;
    }
    size_t data_start = (r->at + alignment - 1) & ~((size_t)alignment - 1);
    for (size_t i = 0; i < g->tensor_count; i++) {
        result = place_tensor(g, &g->tensors[i], data_start, offsets[i], alignment, err);
        if (result < 0) {
            goto out;
        }
    }
    qsort(g->tensors, g->tensor_count, sizeof(*g->tensors), compare_tensors);
    result = 0;
    for (size_t i = 1; i < g->tensor_count && result == 0; i++) {
        if (compare_tensors(&g->tensors[i - 1], &g->tensors[i]) == 0) {
            result = infer_fail(err, EINVAL, "%s: tensor %s: the name occurs twice", g->file->name,
                                shown(name, g->tensors[i].name));
        }
    }
out:
    free(offsets);
    return result;
}

bool gguf_is(const struct file *file)
{
    return file->size >= sizeof(gguf_magic) &&
           memcmp(file->data, gguf_magic, sizeof(gguf_magic)) == 0;
}

int gguf_open(struct gguf *g, const struct file *file, struct infer_error *err)
{
    *g = (struct gguf){ .file = file };
    struct reader r = reader_of(file);

    reader_bytes(&r, sizeof(gguf_magic));
    g->version = reader_u32(&r);
    uint64_t tensor_count = reader_u64(&r);
    uint64_t value_count = reader_u64(&r);
    if (r.failed) {
        return infer_fail(err, EINVAL, "%s: %zu bytes: too short for a GGUF header", file->name,
                          file->size);
    }
    if (g->version < VERSION_MIN || g->version > VERSION_MAX) {
        return infer_fail(err, EINVAL,
                          "%s: GGUF version = %u: known are %d and %d, little-endian", file->name,
                          g->version, VERSION_MIN, VERSION_MAX);
    }
    if (value_count > reader_left(&r) / MIN_VALUE_BYTES) {
        return infer_fail(err, EINVAL, "%s: metadata keys = %lu: more than the file can hold",
                          file->name, (unsigned long)value_count);
    }
    if (tensor_count > reader_left(&r) / MIN_TENSOR_BYTES) {
        return infer_fail(err, EINVAL, "%s: tensors = %lu: more than the file can hold", file->name,
                          (unsigned long)tensor_count);
    }
    int result = read_values(g, &r, value_count, err);
    if (result == 0) {
        result = read_tensors(g, &r, tensor_count, err);
    }
    if (result < 0) {
        gguf_close(g);
    }
    return result;
}

void gguf_close(struct gguf *g)
{
    free(g->values);
    free(g->tensors);
    memset(g, 0, sizeof(*g));
}

const struct gguf_value *gguf_find(const struct gguf *g, const char *key)
{
    struct gguf_value wanted = { .key = { key, strlen(key) } };

    return bsearch(&wanted, g->values, g->value_count, sizeof(*g->values), compare_values);
}

const struct gguf_tensor *gguf_find_tensor(const struct gguf *g, const char *name)
{
    struct gguf_tensor wanted = { .name = { name, strlen(name) } };

    return bsearch(&wanted, g->tensors, g->tensor_count, sizeof(*g->tensors), compare_tensors);
}

static int wrong_type(const struct gguf *g, const struct gguf_value *v, const char *wanted,
                      struct infer_error *err)
{
    char key[SHOWN_CHARS];

    return infer_fail(err, EINVAL, "%s: %s: value type = %d: expected %s", g->file->name,
                      shown(key, v->key), (int)v->type, wanted);
}

/* Any integer scalar as unsigned; false for other types and for negative values. */
static bool as_unsigned(const struct gguf_value *v, uint64_t *out)
{
    uint64_t bits = 0;
    unsigned bytes = scalar_bytes[v->type];
    bool is_signed = v->type == GGUF_I8 || v->type == GGUF_I16 || v->type == GGUF_I32 ||
                     v->type == GGUF_I64;

    if (bytes == 0 || v->type == GGUF_F32 || v->type == GGUF_F64 || v->type == GGUF_BOOL) {
        return false;
    }
    memcpy(&bits, v->data, bytes);
    if (is_signed && (bits >> (8 * bytes - 1)) != 0) {
        return false;
    }
    *out = bits;
    return true;
}

int gguf_get_u32(const struct gguf *g, const char *key, uint32_t *out, struct infer_error *err)
{
    const struct gguf_value *v = gguf_find(g, key);
    uint64_t value;

    if (v == NULL) {
        return 0;
    }
    if (!as_unsigned(v, &value)) {
        return wrong_type(g, v, "a non-negative integer", err);
    }
    if (value > UINT32_MAX) {
        return infer_fail(err, EINVAL, "%s: %s = %lu: must fit into 32 bits", g->file->name, key,
                          (unsigned long)value);
    }
    *out = (uint32_t)value;
    return 1;
}

int gguf_get_f32(const struct gguf *g, const char *key, float *out, struct infer_error *err)
{
    const struct gguf_value *v = gguf_find(g, key);

    if (v == NULL) {
        return 0;
    }
    if (v->type == GGUF_F64) {
        double value;
        memcpy(&value, v->data, sizeof(value));
        *out = (float)value;
        return 1;
    }
    if (v->type != GGUF_F32) {
        return wrong_type(g, v, "a float", err);
    }
    memcpy(out, v->data, sizeof(*out));
    return 1;
}

int gguf_get_bool(const struct gguf *g, const char *key, bool *out, struct infer_error *err)
{
    const struct gguf_value *v = gguf_find(g, key);

    if (v == NULL) {
        return 0;
    }
    if (v->type != GGUF_BOOL) {
        return wrong_type(g, v, "a bool", err);
    }
    *out = *v->data != 0;
    return 1;
}

int gguf_get_string(const struct gguf *g, const char *key, struct gguf_string *out,
                    struct infer_error *err)
{
    const struct gguf_value *v = gguf_find(g, key);

    if (v == NULL) {
        return 0;
    }
    if (v->type != GGUF_STRING) {
        return wrong_type(g, v, "a string", err);
    }
    const uint8_t *at = v->data;
    *out = gguf_next_string(&at);
    return 1;
}

int gguf_get_array(const struct gguf *g, const char *key, enum gguf_value_type item,
                   const struct gguf_value **out, struct infer_error *err)
{
    const struct gguf_value *v = gguf_find(g, key);

    if (v == NULL) {
        return 0;
    }
    if (v->type != GGUF_ARRAY || v->item != item) {
        return wrong_type(g, v, "an array of another type", err);
    }
    *out = v;
    return 1;
}

struct gguf_string gguf_next_string(const uint8_t **at)
{
    uint64_t len;

    memcpy(&len, *at, sizeof(len));
    struct gguf_string s = { (const char *)*at + sizeof(len), (size_t)len };
    *at += sizeof(len) + len;
    return s;
}

bool gguf_string_is(struct gguf_string s, const char *text)
{
    return s.len == strlen(text) && memcmp(s.text, text, s.len) == 0;
}
