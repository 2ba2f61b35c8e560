/*
 * llama2.c's .bin: v0 (no magic, fp32), v1 ("ak42", fp32), v2 ("ak42", int8 in groups with fp32
 * scales). Source: llama2.c's export.py, run.c and runq.c.
 *
 * v1 and v2 are in the order norms, embedding, matrices; v0 has its own. Each fp32 tensor holds
 * all layers; in v2 each layer's matrix is followed by its own scales.
 */
#include <errno.h>
#include <string.h>

#include "sequence.h"

enum {
    AK42_MAGIC = 0x616b3432,
    AK42_HEADER_BYTES = 256,
    AK42_VERSION_F32 = 1,
    AK42_VERSION_Q8 = 2,
    MAX_GROUP = 4096 /* the kernel's sums hold that many columns */
};

/* Constants of llama2.c, which no header carries. */
static const float llama2c_norm_eps = 1e-5f;
static const float llama2c_rope_base = 10000.0f;

struct config {
    uint32_t version; /* 0, 1, 2 */
    int32_t width, ffn_width, layers, heads, kv_heads, vocab, context;
    bool shared; /* output is the embedding */
    uint32_t group;
};

static void read_seven(struct reader *r, struct config *c)
{
    int32_t *fields[] = { &c->width, &c->ffn_width, &c->layers, &c->heads,
                          &c->kv_heads, &c->vocab, &c->context };

    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        *fields[i] = reader_i32(r);
    }
}

/* Leaves the reader at the first weight. */
static int read_config(const struct model *m, struct reader *r, struct config *c,
                       struct infer_error *err)
{
    struct reader v0 = *r;

    memset(c, 0, sizeof(*c));
    if (reader_u32(r) == AK42_MAGIC) {
        c->version = reader_u32(r);
        read_seven(r, c);
        c->shared = reader_u8(r) != 0;
        c->group = reader_u32(r); /* zero padding in v1 */
        r->failed = r->failed || r->size < AK42_HEADER_BYTES;
        r->at = AK42_HEADER_BYTES;
        if (!r->failed && c->version != AK42_VERSION_F32 && c->version != AK42_VERSION_Q8) {
            return infer_fail(err, EINVAL, "%s: llama2.c version = %u: known are 1 and 2, and 0 "
                                           "without a magic number",
                              m->file.name, c->version);
        }
    } else {
        *r = v0;
        read_seven(r, c);
        c->shared = c->vocab > 0;
        /* run.c's convention for a separate output matrix; INT32_MIN stays out of range */
        c->vocab = c->vocab < 0 && c->vocab != INT32_MIN ? -c->vocab : c->vocab;
    }
    if (r->failed) {
        return infer_fail(err, EINVAL, "%s: size = %zu: too short for a model", m->file.name,
                          m->file.size);
    }
    return 0;
}

/* A negative field becomes 0, which model_check_shape refuses by name. */
static uint32_t positive(int32_t value)
{
    return value > 0 ? (uint32_t)value : 0;
}

static int set_shape(struct model *m, const struct config *c, struct infer_error *err)
{
    uint32_t heads = positive(c->heads);

    m->arch = ARCH_LLAMA;
    m->ffn = FFN_SILU_GATE;
    m->norm_eps = llama2c_norm_eps;
    m->rope_base = llama2c_rope_base;
    m->shape = (struct model_shape){
        .layers = positive(c->layers),
        .width = positive(c->width),
        .heads = heads,
        .kv_heads = positive(c->kv_heads),
        .head_width = heads != 0 ? positive(c->width) / heads : 0,
        .ffn_width = positive(c->ffn_width),
        .context = positive(c->context),
        .vocab = positive(c->vocab),
    };
    m->rope_width = m->shape.head_width;
    int result = model_check_shape(m, err);
    if (result < 0) {
        return result;
    }
    if (m->shape.width % heads != 0) {
        return infer_fail(err, EINVAL, "%s: heads = %u: must divide the width %u", m->file.name,
                          heads, m->shape.width);
    }
    if (c->version == AK42_VERSION_Q8 &&
        (c->group == 0 || c->group > MAX_GROUP || m->shape.width % c->group != 0 ||
         m->shape.ffn_width % c->group != 0)) {
        return infer_fail(err, EINVAL,
                          "%s: group size = %u: must divide the width %u and the feed-forward "
                          "width %u",
                          m->file.name, c->group, m->shape.width, m->shape.ffn_width);
    }
    return 0;
}

/* A matrix of every layer, `field` being its place in struct model_layer. */
static void layer_matrices(struct sequence *s, const char *name, size_t field, uint32_t rows,
                           uint32_t cols)
{
    for (uint32_t l = 0; l < s->m->shape.layers; l++) {
        char *layer = (char *)&s->m->layer[l];
        sequence_matrix(s, name, rows, cols, (struct tensor *)(void *)(layer + field));
    }
}

static void layer_norms(struct sequence *s, const char *name, size_t field)
{
    for (uint32_t l = 0; l < s->m->shape.layers && s->result == 0; l++) {
        char *layer = (char *)&s->m->layer[l];
        float *norm = sequence_vector(s, name, WEIGHT_F32, s->m->shape.width);
        memcpy(layer + field, &norm, sizeof(norm));
    }
}

#define FIELD(name) offsetof(struct model_layer, name)

static void attention_matrices(struct sequence *s)
{
    const struct model_shape *shape = &s->m->shape;
    uint32_t kv = shape->kv_heads * shape->head_width;

    layer_matrices(s, "wq", FIELD(q), shape->width, shape->width);
    layer_matrices(s, "wk", FIELD(k), kv, shape->width);
    layer_matrices(s, "wv", FIELD(v), kv, shape->width);
    layer_matrices(s, "wo", FIELD(attn_out), shape->width, shape->width);
}

static void ffn_matrices(struct sequence *s)
{
    const struct model_shape *shape = &s->m->shape;

    layer_matrices(s, "w1", FIELD(gate), shape->ffn_width, shape->width);
    layer_matrices(s, "w2", FIELD(down), shape->width, shape->ffn_width);
    layer_matrices(s, "w3", FIELD(up), shape->ffn_width, shape->width);
}

static void read_v0(struct sequence *s)
{
    struct model *m = s->m;

    sequence_matrix(s, "tok_embeddings", m->shape.vocab, m->shape.width, &m->token_embd);
    layer_norms(s, "rms_att", FIELD(attn_norm));
    attention_matrices(s);
    layer_norms(s, "rms_ffn", FIELD(ffn_norm));
    ffn_matrices(s);
    m->out_norm = sequence_vector(s, "rms_final", WEIGHT_F32, m->shape.width);
    uint64_t rope_table = (uint64_t)m->shape.context * (m->shape.head_width / 2);
    sequence_skip(s, "freq_cis_real", rope_table, sizeof(float));
    sequence_skip(s, "freq_cis_imag", rope_table, sizeof(float));
}

static void read_ak42(struct sequence *s)
{
    struct model *m = s->m;

    layer_norms(s, "rms_att", FIELD(attn_norm));
    layer_norms(s, "rms_ffn", FIELD(ffn_norm));
    m->out_norm = sequence_vector(s, "rms_final", WEIGHT_F32, m->shape.width);
    sequence_matrix(s, "tok_embeddings", m->shape.vocab, m->shape.width, &m->token_embd);
    attention_matrices(s);
    ffn_matrices(s);
}

/* v0 has no magic number, so a file that cannot be one is a file of another kind. */
static int not_v0(const struct model *m, struct infer_error *err)
{
    struct infer_error why = *err;
    size_t name = strlen(m->file.name);
    bool named = strncmp(why.text, m->file.name, name) == 0 && why.text[name] == ':';

    return infer_fail(err, EINVAL, "%s: no model: not GGUF, llm.c or llama2.c (as llama2.c v0%s)",
                      m->file.name, named ? why.text + name : "");
}

int load_llama2c(struct model *m, struct infer_error *err)
{
    struct config c;
    struct reader r = reader_of(&m->file);
    int result = read_config(m, &r, &c, err);

    if (result < 0) {
        return result;
    }
    result = set_shape(m, &c, err);
    if (result < 0) {
        return c.version == 0 ? not_v0(m, err) : result;
    }
    struct sequence s = {
        .m = m,
        .err = err,
        .at = r.at,
        .type = c.version == AK42_VERSION_Q8 ? WEIGHT_Q8_GROUPS : WEIGHT_F32,
        .group = c.group,
    };
    s.result = model_alloc_layers(m, err);
    if (s.result < 0) {
        return s.result;
    }
    if (c.version == 0) {
        read_v0(&s);
    } else {
        read_ak42(&s);
    }
    if (c.shared) {
        m->output = m->token_embd;
    } else {
        sequence_matrix(&s, "wcls", m->shape.vocab, m->shape.width, &m->output);
    }
    return s.result;
}
