/* GGUF of architecture gpt2 or llama: metadata to shape, tensor names to matrices. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model.h"

enum { NAME_CHARS = 64 }; /* ggml's own limit */

/* Where a look-up failed once, later ones are skipped: the first line is the one to show. */
struct binder {
    struct model *m;
    struct infer_error *err;
    int result;
    const char *arch; /* prefix of the hyper-parameter keys */
};

enum need { OPTIONAL,
            REQUIRED };

static void get_u32(struct binder *b, const char *suffix, enum need need, uint32_t *out)
{
    char key[NAME_CHARS];

    if (b->result < 0) {
        return;
    }
    snprintf(key, sizeof(key), "%s.%s", b->arch, suffix);
    int found = gguf_get_u32(&b->m->gguf, key, out, b->err);
    if (found < 0) {
        b->result = found;
    } else if (found == 0 && need == REQUIRED) {
        b->result = infer_fail(b->err, EINVAL, "%s: %s: missing", b->m->file.name, key);
    }
}

static bool get_f32(struct binder *b, const char *suffix, float *out)
{
    char key[NAME_CHARS];

    if (b->result < 0) {
        return false;
    }
    snprintf(key, sizeof(key), "%s.%s", b->arch, suffix);
    int found = gguf_get_f32(&b->m->gguf, key, out, b->err);
    if (found < 0) {
        b->result = found;
    }
    return found > 0;
}

static const struct gguf_tensor *find(struct binder *b, enum need need, const char *name)
{
    if (b->result < 0) {
        return NULL;
    }
    const struct gguf_tensor *t = gguf_find_tensor(&b->m->gguf, name);
    if (t == NULL && need == REQUIRED) {
        b->result = infer_fail(b->err, EINVAL, "%s: tensor %s: missing", b->m->file.name, name);
    }
    return t;
}

static bool dims_are(const struct gguf_tensor *t, uint64_t cols, uint64_t rows)
{
    for (uint32_t i = 2; i < t->dims_count; i++) {
        if (t->dims[i] != 1) {
            return false;
        }
    }
    return t->dims[0] == cols && (t->dims_count > 1 ? t->dims[1] : 1) == rows;
}

static bool get_matrix(struct binder *b, enum need need, const char *name, uint32_t rows,
                       uint32_t cols, struct tensor *out)
{
    const struct gguf_tensor *t = find(b, need, name);

    if (t == NULL) {
        return false;
    }
    if (!dims_are(t, cols, rows)) {
        b->result = infer_fail(b->err, EINVAL,
                               "%s: tensor %s: dimensions = %lu x %lu: expected %u x %u",
                               b->m->file.name, name, (unsigned long)t->dims[0],
                               (unsigned long)(t->dims_count > 1 ? t->dims[1] : 1), cols, rows);
        return false;
    }
    *out = (struct tensor){ .data = t->data, .type = t->type, .rows = rows, .cols = cols };
    return true;
}

static float *get_vector(struct binder *b, enum need need, const char *name, uint32_t n)
{
    const struct gguf_tensor *t = find(b, need, name);

    if (t == NULL) {
        return NULL;
    }
    if (!dims_are(t, n, 1) || weight_types[t->type].block != 1) {
        b->result = infer_fail(b->err, EINVAL,
                               "%s: tensor %s: type = %s, length = %lu: expected %u plain floats",
                               b->m->file.name, name, weight_types[t->type].name,
                               (unsigned long)t->dims[0], n);
        return NULL;
    }
    float *vector = model_copy_vector(b->m, t->data, t->type, n);
    if (vector == NULL) {
        b->result = infer_fail(b->err, ENOMEM, "%s: tensor %s: no memory for %u floats",
                               b->m->file.name, name, n);
    }
    return vector;
}

/* Names of the parts of a block: blk.N.<part>.<kind> */
static const char *part(char name[NAME_CHARS], uint32_t layer, const char *what, const char *kind)
{
    snprintf(name, NAME_CHARS, "blk.%u.%s.%s", layer, what, kind);
    return name;
}

/* Matrix blk.N.<what>.weight and its optional bias. */
static void get_linear(struct binder *b, uint32_t layer, const char *what, uint32_t rows,
                       uint32_t cols, struct tensor *weight, float **bias)
{
    char name[NAME_CHARS];

    get_matrix(b, REQUIRED, part(name, layer, what, "weight"), rows, cols, weight);
    *bias = get_vector(b, OPTIONAL, part(name, layer, what, "bias"), rows);
}

/* The bias of a norm: gpt2's LayerNorm has one, llama's RMSNorm has none. */
static float *norm_bias(struct binder *b, const char *name)
{
    struct model *m = b->m;

    if (m->arch == ARCH_GPT2) {
        return get_vector(b, REQUIRED, name, m->shape.width);
    }
    if (find(b, OPTIONAL, name) != NULL && b->result == 0) {
        b->result = infer_fail(b->err, EINVAL, "%s: tensor %s: the norms of %s have no bias",
                               m->file.name, name, b->arch);
    }
    return NULL;
}

static void get_norm(struct binder *b, uint32_t layer, const char *what, float **weight,
                     float **bias)
{
    char name[NAME_CHARS];

    *weight = get_vector(b, REQUIRED, part(name, layer, what, "weight"), b->m->shape.width);
    *bias = norm_bias(b, part(name, layer, what, "bias"));
}

/* GPT-2 stores Q, K and V as one matrix, in that order. */
static void get_fused_qkv(struct binder *b, uint32_t layer, struct model_layer *l)
{
    const struct model_shape *s = &b->m->shape;
    uint32_t q_rows = s->heads * s->head_width, kv_rows = s->kv_heads * s->head_width;
    struct tensor qkv;
    float *bias;

    get_linear(b, layer, "attn_qkv", q_rows + 2 * kv_rows, s->width, &qkv, &bias);
    if (b->result < 0) {
        return;
    }
    l->q = tensor_slice(&qkv, 0, q_rows);
    l->k = tensor_slice(&qkv, q_rows, kv_rows);
    l->v = tensor_slice(&qkv, q_rows + kv_rows, kv_rows);
    if (bias != NULL) {
        l->q_bias = bias;
        l->k_bias = bias + q_rows;
        l->v_bias = bias + q_rows + kv_rows;
    }
}

static void get_layer(struct binder *b, uint32_t layer)
{
    const struct model_shape *s = &b->m->shape;
    struct model_layer *l = &b->m->layer[layer];
    uint32_t q_rows = s->heads * s->head_width, kv_rows = s->kv_heads * s->head_width;

    get_norm(b, layer, "attn_norm", &l->attn_norm, &l->attn_norm_bias);
    if (b->m->arch == ARCH_GPT2) {
        get_fused_qkv(b, layer, l);
    } else {
        get_linear(b, layer, "attn_q", q_rows, s->width, &l->q, &l->q_bias);
        get_linear(b, layer, "attn_k", kv_rows, s->width, &l->k, &l->k_bias);
        get_linear(b, layer, "attn_v", kv_rows, s->width, &l->v, &l->v_bias);
    }
    get_linear(b, layer, "attn_output", s->width, q_rows, &l->attn_out, &l->attn_out_bias);
    get_norm(b, layer, "ffn_norm", &l->ffn_norm, &l->ffn_norm_bias);
    if (model_gated(b->m)) {
        get_linear(b, layer, "ffn_gate", s->ffn_width, s->width, &l->gate, &l->gate_bias);
    }
    get_linear(b, layer, "ffn_up", s->ffn_width, s->width, &l->up, &l->up_bias);
    get_linear(b, layer, "ffn_down", s->width, s->ffn_width, &l->down, &l->down_bias);
}

/* The vocabulary's size is that of the embedding; <arch>.vocab_size may say less (padding). */
static void get_embeddings(struct binder *b)
{
    struct model *m = b->m;
    const struct gguf_tensor *embd = find(b, REQUIRED, "token_embd.weight");
    uint32_t vocab = 0;

    if (embd == NULL) {
        return;
    }
    uint64_t rows = embd->dims_count > 1 ? embd->dims[1] : 1;
    get_u32(b, "vocab_size", OPTIONAL, &vocab);
    if (b->result < 0) {
        return;
    }
    if (rows > UINT32_MAX || vocab > rows) {
        b->result = infer_fail(b->err, EINVAL, "%s: %s.vocab_size = %u: token_embd.weight has %lu rows",
                               m->file.name, b->arch, vocab, (unsigned long)rows);
        return;
    }
    m->shape.vocab = vocab != 0 ? vocab : (uint32_t)rows;
    get_matrix(b, REQUIRED, "token_embd.weight", (uint32_t)rows, m->shape.width, &m->token_embd);
    if (!get_matrix(b, OPTIONAL, "output.weight", (uint32_t)rows, m->shape.width, &m->output)) {
        m->output = m->token_embd;
    }
    if (m->arch == ARCH_GPT2) {
        get_matrix(b, REQUIRED, "position_embd.weight", m->shape.context, m->shape.width,
                   &m->pos_embd);
    }
    m->out_norm = get_vector(b, REQUIRED, "output_norm.weight", m->shape.width);
    m->out_norm_bias = norm_bias(b, "output_norm.bias");
}

static void get_head_width(struct binder *b)
{
    struct model_shape *s = &b->m->shape;
    uint32_t key_width = 0, value_width;

    get_u32(b, "attention.key_length", OPTIONAL, &key_width);
    if (b->result < 0) {
        return;
    }
    if (s->heads == 0 || (key_width == 0 && s->width % s->heads != 0)) {
        b->result = infer_fail(b->err, EINVAL,
                               "%s: %s.attention.head_count = %u: must divide the width %u",
                               b->m->file.name, b->arch, s->heads, s->width);
        return;
    }
    s->head_width = key_width != 0 ? key_width : s->width / s->heads;
    value_width = s->head_width;
    get_u32(b, "attention.value_length", OPTIONAL, &value_width);
    if (b->result == 0 && value_width != s->head_width) {
        b->result = infer_fail(b->err, EINVAL,
                               "%s: %s.attention.value_length = %u: must equal the key length %u",
                               b->m->file.name, b->arch, value_width, s->head_width);
    }
}

/* Linear scaling divides positions; other kinds come as rope_freqs.weight or are refused. */
static void get_rope(struct binder *b)
{
    struct model *m = b->m;
    struct gguf_string kind = { "none", 4 };
    char key[NAME_CHARS];

    m->rope_base = 10000.0f;
    get_f32(b, "rope.freq_base", &m->rope_base);
    m->rope_width = m->shape.head_width;
    get_u32(b, "rope.dimension_count", OPTIONAL, &m->rope_width);
    snprintf(key, sizeof(key), "%s.rope.scaling.type", b->arch);
    if (b->result == 0 && gguf_get_string(&m->gguf, key, &kind, b->err) < 0) {
        b->result = -EINVAL;
    }
    if (b->result == 0 && gguf_string_is(kind, "linear")) {
        get_f32(b, "rope.scaling.factor", &m->rope_scale);
    } else if (b->result == 0 && !gguf_string_is(kind, "none")) {
        char shown[NAME_CHARS];
        b->result = infer_fail(b->err, EINVAL, "%s: %s = %s: known are none and linear",
                               m->file.name, key,
                               infer_printable(shown, sizeof(shown), kind.text, kind.len));
    }
}

static int get_arch(struct model *m, const char **name, struct infer_error *err)
{
    struct gguf_string arch = { "", 0 };
    char shown[NAME_CHARS];
    int found = gguf_get_string(&m->gguf, "general.architecture", &arch, err);

    if (found < 0) {
        return found;
    }
    if (gguf_string_is(arch, "gpt2")) {
        m->arch = ARCH_GPT2;
        m->ffn = FFN_GELU;
        *name = "gpt2";
    } else if (gguf_string_is(arch, "llama")) {
        m->arch = ARCH_LLAMA;
        /* PowerInfer writes this key into models whose gate is a ReLU, and only into those. */
        m->ffn = gguf_find(&m->gguf, "powerinfer.sparse_threshold") != NULL ? FFN_RELU_GATE
                                                                            : FFN_SILU_GATE;
        *name = "llama";
    } else {
        return infer_fail(err, EINVAL, "%s: general.architecture = '%s': known are gpt2 and llama",
                          m->file.name,
                          infer_printable(shown, sizeof(shown), arch.text, arch.len));
    }
    return 0;
}

static void get_shape(struct binder *b)
{
    struct model *m = b->m;
    struct model_shape *s = &m->shape;

    get_u32(b, "block_count", REQUIRED, &s->layers);
    get_u32(b, "embedding_length", REQUIRED, &s->width);
    get_u32(b, "attention.head_count", REQUIRED, &s->heads);
    s->kv_heads = s->heads;
    get_u32(b, "attention.head_count_kv", OPTIONAL, &s->kv_heads);
    get_u32(b, "feed_forward_length", REQUIRED, &s->ffn_width);
    get_u32(b, "context_length", REQUIRED, &s->context);
    get_head_width(b);
    m->norm_eps = 1e-5f;
    get_f32(b, m->arch == ARCH_GPT2 ? "attention.layer_norm_epsilon" : "attention.layer_norm_rms_epsilon",
            &m->norm_eps);
    if (m->arch == ARCH_LLAMA) {
        get_rope(b);
    }
}

int load_gguf(struct model *m, struct infer_error *err)
{
    struct binder b = { .m = m, .err = err };
    int result = gguf_open(&m->gguf, &m->file, err);

    if (result == 0) {
        result = get_arch(m, &b.arch, err);
    }
    if (result < 0) {
        return result;
    }
    if (m->gguf.tensor_count == 0) {
        return infer_fail(err, EINVAL, "%s: tensors = 0: a vocabulary without a model",
                          m->file.name);
    }
    get_shape(&b);
    get_embeddings(&b);
    if (b.result == 0) {
        b.result = model_check_shape(m, err);
    }
    if (b.result == 0) {
        b.result = model_alloc_layers(m, err);
    }
    if (b.result == 0 && m->arch == ARCH_LLAMA) {
        m->rope_factors = get_vector(&b, OPTIONAL, "rope_freqs.weight", m->rope_width / 2);
    }
    for (uint32_t layer = 0; b.result == 0 && layer < m->shape.layers; layer++) {
        get_layer(&b, layer);
    }
    return b.result;
}
