/* The tokenizer inside a GGUF: keys tokenizer.ggml.*, models "gpt2" and "llama". */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "tokenizer.h"
#include "unicode.h"

enum { SHOWN_CHARS = 64,
       ALPHABET_END = 324 /* 256 + the 68 bytes that are not printable */ };

struct source {
    const struct gguf *g;
    const struct gguf_value *tokens, *scores, *kinds, *merges;
    struct infer_error *err;
};

static int fail_memory(const struct source *s)
{
    return infer_fail(s->err, ENOMEM, "%s: no memory for the tokenizer", s->g->file->name);
}

/* --- strings ------------------------------------------------------------------------------------ */

static bool prints_as_itself(int byte)
{
    return (byte >= '!' && byte <= '~') || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;
}

/* GPT-2's printable alphabet: bytes that print stand for themselves, the others for 256, 257, ... */
static void fill_alphabet(int16_t byte_of[ALPHABET_END])
{
    int next = TOKEN_BYTES;

    for (int i = 0; i < ALPHABET_END; i++) {
        byte_of[i] = -1;
    }
    for (int byte = 0; byte < TOKEN_BYTES; byte++) {
        byte_of[prints_as_itself(byte) ? byte : next++] = (int16_t)byte;
    }
}

/* Bytes that a string in the alphabet stands for, into out[len]; what is not in it stays. */
static size_t from_alphabet(const int16_t byte_of[ALPHABET_END], const char *text, size_t len,
                            char *out)
{
    size_t n = 0;

    for (size_t i = 0; i < len;) {
        uint32_t code;
        size_t bytes = utf8_decode(text + i, len - i, &code);
        if (code < ALPHABET_END && byte_of[code] >= 0) {
            out[n++] = (char)byte_of[code];
        } else {
            memcpy(out + n, text + i, bytes);
            n += bytes;
        }
        i += bytes;
    }
    return n;
}

/* U+2581 to spaces, into out[len]. */
static size_t from_blocks(const char *text, size_t len, char *out)
{
    static const char block[] = "\xe2\x96\x81";
    size_t n = 0, block_bytes = sizeof(block) - 1;

    for (size_t i = 0; i < len;) {
        if (len - i >= block_bytes && memcmp(text + i, block, block_bytes) == 0) {
            out[n++] = ' ';
            i += block_bytes;
        } else {
            out[n++] = text[i++];
        }
    }
    return n;
}

/* --- tokens ------------------------------------------------------------------------------------- */

static enum token_kind kind_of(const struct source *s, uint64_t id, struct gguf_string text)
{
    int32_t kind = TOKEN_NORMAL;

    if (s->kinds != NULL) {
        memcpy(&kind, s->kinds->data + id * sizeof(kind), sizeof(kind));
    } else if (tokenizer_byte_name(text.text, text.len) >= 0) {
        kind = TOKEN_BYTE;
    }
    return kind >= TOKEN_NORMAL && kind <= TOKEN_BYTE ? (enum token_kind)kind : TOKEN_NORMAL;
}

static int add_token(struct tokenizer *t, const struct source *s, const int16_t *byte_of,
                     uint64_t id, struct gguf_string text)
{
    enum token_kind kind = kind_of(s, id, text);
    float score = 0.0f;
    char *out = malloc(text.len + 1);
    size_t n;

    if (out == NULL) {
        return fail_memory(s);
    }
    if (s->scores != NULL) {
        memcpy(&score, s->scores->data + id * sizeof(score), sizeof(score));
    }
    int byte = tokenizer_byte_name(text.text, text.len);
    if (kind == TOKEN_BYTE && byte >= 0) {
        out[0] = (char)byte;
        n = 1;
    } else if (kind == TOKEN_CONTROL || kind == TOKEN_USER) {
        memcpy(out, text.text, text.len);
        n = text.len;
    } else if (t->kind == TOKENIZER_BPE) {
        n = from_alphabet(byte_of, text.text, text.len, out);
    } else {
        n = from_blocks(text.text, text.len, out);
    }
    int result = vocab_add(&t->vocab, out, n, kind, score);
    free(out);
    if (score != score) {
        return infer_fail(s->err, EINVAL, "%s: tokenizer.ggml.scores[%lu] = NaN: must be a number",
                          s->g->file->name, (unsigned long)id);
    }
    return result < 0 ? fail_memory(s) : 0;
}

static int add_tokens(struct tokenizer *t, const struct source *s)
{
    int16_t byte_of[ALPHABET_END];
    const uint8_t *at = s->tokens->data;
    int result = 0;

    fill_alphabet(byte_of);
    for (uint64_t id = 0; id < s->tokens->count && result == 0; id++) {
        result = add_token(t, s, byte_of, id, gguf_next_string(&at));
    }
    return result;
}

/* --- merges ------------------------------------------------------------------------------------- */

static int bad_merge(const struct source *s, uint32_t rank, struct gguf_string merge,
                     const char *why)
{
    char shown[SHOWN_CHARS];

    return infer_fail(s->err, EINVAL, "%s: tokenizer.ggml.merges[%u] = '%s': %s",
                      s->g->file->name, rank,
                      infer_printable(shown, sizeof(shown), merge.text, merge.len), why);
}

/* One merge, "A B" in the alphabet; bytes has room for the whole string. */
static int add_merge(struct tokenizer *t, const struct source *s, const int16_t *byte_of,
                     uint32_t rank, struct gguf_string merge, char *bytes)
{
    const char *space = merge.len > 1 ? memchr(merge.text + 1, ' ', merge.len - 1) : NULL;

    if (space == NULL) {
        return bad_merge(s, rank, merge, "must be two tokens with a space between them");
    }
    size_t first = (size_t)(space - merge.text);
    size_t a = from_alphabet(byte_of, merge.text, first, bytes);
    size_t b = from_alphabet(byte_of, space + 1, merge.len - first - 1, bytes + a);
    int32_t left = vocab_find(&t->vocab, bytes, a);
    int32_t right = vocab_find(&t->vocab, bytes + a, b);
    int32_t whole = vocab_find(&t->vocab, bytes, a + b);
    if (left == TOKEN_NONE || right == TOKEN_NONE || whole == TOKEN_NONE) {
        return bad_merge(s, rank, merge, "a part of it or the whole is not in the vocabulary");
    }
    if (tokenizer_add_merge(t, left, right, whole) < 0) {
        return bad_merge(s, rank, merge, "occurs twice");
    }
    return 0;
}

static int add_merges(struct tokenizer *t, const struct source *s)
{
    int16_t byte_of[ALPHABET_END];
    const uint8_t *at = s->merges->data;
    int result = 0;

    if (s->merges->count > UINT32_MAX || tokenizer_merges_open(t, s->merges->count) < 0) {
        return fail_memory(s);
    }
    fill_alphabet(byte_of);
    for (uint32_t rank = 0; rank < s->merges->count && result == 0; rank++) {
        struct gguf_string merge = gguf_next_string(&at);
        char *bytes = malloc(merge.len + 1);
        result = bytes != NULL ? add_merge(t, s, byte_of, rank, merge, bytes) : fail_memory(s);
        free(bytes);
    }
    return result;
}

/* --- the rest ----------------------------------------------------------------------------------- */

/* An id, which must be in the vocabulary; `fallback` where the key is missing. */
static int get_id(const struct tokenizer *t, const struct source *s, const char *key,
                  int32_t fallback, int32_t *id)
{
    uint32_t value;
    int found = gguf_get_u32(s->g, key, &value, s->err);

    if (found < 0) {
        return found;
    }
    if (found == 0) {
        *id = fallback >= 0 && (uint32_t)fallback < t->vocab.count ? fallback : TOKEN_NONE;
        return 0;
    }
    if (value == UINT32_MAX) { /* some converters write -1 for "none" */
        *id = TOKEN_NONE;
        return 0;
    }
    if (value >= t->vocab.count) {
        return infer_fail(s->err, EINVAL, "%s: %s = %u: the vocabulary has %u tokens",
                          s->g->file->name, key, value, t->vocab.count);
    }
    *id = (int32_t)value;
    return 0;
}

static int get_options(struct tokenizer *t, const struct source *s)
{
    /* llama.cpp's defaults where a key is missing */
    bool spm = t->kind == TOKENIZER_SPM;
    int32_t gpt2_end = (int32_t)t->vocab.count - 1; /* <|endoftext|> is the last */
    int result = get_id(t, s, "tokenizer.ggml.bos_token_id", spm ? 1 : gpt2_end, &t->bos);

    if (result == 0) {
        result = get_id(t, s, "tokenizer.ggml.eos_token_id", spm ? 2 : gpt2_end, &t->eos);
    }
    if (result == 0) {
        result = get_id(t, s, "tokenizer.ggml.eot_token_id", TOKEN_NONE, &t->eot);
    }
    if (result == 0) {
        result = get_id(t, s, "tokenizer.ggml.unknown_token_id", spm ? 0 : TOKEN_NONE, &t->unknown);
    }
    t->add_bos = spm || t->split == PRESPLIT_LLAMA3;
    t->space_prefix = spm;
    if (result == 0) {
        result = gguf_get_bool(s->g, "tokenizer.ggml.add_bos_token", &t->add_bos, s->err);
    }
    if (result >= 0 && spm) {
        result = gguf_get_bool(s->g, "tokenizer.ggml.add_space_prefix", &t->space_prefix, s->err);
    }
    return result < 0 ? result : 0;
}

static int get_split(struct tokenizer *t, const struct source *s)
{
    static const struct {
        const char *name;
        enum presplit_rule rule;
    } rules[] = {
        { "gpt-2", PRESPLIT_GPT2 },
        { "default", PRESPLIT_GPT2 },
        { "llama-bpe", PRESPLIT_LLAMA3 },
        { "llama3", PRESPLIT_LLAMA3 },
        { "llama-v3", PRESPLIT_LLAMA3 },
    };
    struct gguf_string name = { "gpt-2", 5 };
    char shown[SHOWN_CHARS];
    int found = gguf_get_string(s->g, "tokenizer.ggml.pre", &name, s->err);

    if (found < 0) {
        return found;
    }
    for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
        if (gguf_string_is(name, rules[i].name)) {
            t->split = rules[i].rule;
            return 0;
        }
    }
    return infer_fail(s->err, EINVAL, "%s: tokenizer.ggml.pre = '%s': known are gpt-2 and llama-bpe",
                      s->g->file->name, infer_printable(shown, sizeof(shown), name.text, name.len));
}

static int get_kind(const struct source *s, enum tokenizer_kind *kind)
{
    struct gguf_string model;
    char shown[SHOWN_CHARS];
    int found = gguf_get_string(s->g, "tokenizer.ggml.model", &model, s->err);

    if (found < 0) {
        return found;
    }
    if (found == 0) {
        return infer_fail(s->err, ENOENT, "%s: tokenizer.ggml.model: missing: no tokenizer inside",
                          s->g->file->name);
    }
    if (gguf_string_is(model, "gpt2")) {
        *kind = TOKENIZER_BPE;
    } else if (gguf_string_is(model, "llama")) {
        *kind = TOKENIZER_SPM;
    } else {
        return infer_fail(s->err, EINVAL,
                          "%s: tokenizer.ggml.model = '%s': known are gpt2 and llama",
                          s->g->file->name,
                          infer_printable(shown, sizeof(shown), model.text, model.len));
    }
    return 0;
}

/* An array with as many items as there are tokens; *out NULL where it is missing. */
static int per_token(const struct source *s, const char *key, enum gguf_value_type item,
                     const struct gguf_value **out)
{
    int found = gguf_get_array(s->g, key, item, out, s->err);

    if (found > 0 && (*out)->count != s->tokens->count) {
        return infer_fail(s->err, EINVAL, "%s: %s: length = %lu: there are %lu tokens",
                          s->g->file->name, key, (unsigned long)(*out)->count,
                          (unsigned long)s->tokens->count);
    }
    return found < 0 ? found : 0;
}

static int missing(const struct source *s, const char *key)
{
    return infer_fail(s->err, EINVAL, "%s: %s: missing", s->g->file->name, key);
}

static int find_arrays(struct source *s, enum tokenizer_kind kind)
{
    int found = gguf_get_array(s->g, "tokenizer.ggml.tokens", GGUF_STRING, &s->tokens, s->err);

    if (found <= 0) {
        return found < 0 ? found : missing(s, "tokenizer.ggml.tokens");
    }
    if (s->tokens->count == 0 || s->tokens->count > INT32_MAX) {
        return infer_fail(s->err, EINVAL, "%s: tokenizer.ggml.tokens: length = %lu: must be 1 to %d",
                          s->g->file->name, (unsigned long)s->tokens->count, INT32_MAX);
    }
    int result = per_token(s, "tokenizer.ggml.scores", GGUF_F32, &s->scores);
    if (result == 0) {
        result = per_token(s, "tokenizer.ggml.token_type", GGUF_I32, &s->kinds);
    }
    if (result == 0) {
        found = gguf_get_array(s->g, "tokenizer.ggml.merges", GGUF_STRING, &s->merges, s->err);
        result = found < 0 ? found : 0;
    }
    if (result == 0 && kind == TOKENIZER_BPE && s->merges == NULL) {
        return missing(s, "tokenizer.ggml.merges");
    }
    if (result == 0 && kind == TOKENIZER_SPM && s->scores == NULL) {
        return missing(s, "tokenizer.ggml.scores");
    }
    return result;
}

int tokenizer_from_gguf(struct tokenizer *t, const struct gguf *g, struct infer_error *err)
{
    struct source s = { .g = g, .err = err };
    enum tokenizer_kind kind = TOKENIZER_BPE;
    int result = get_kind(&s, &kind);

    memset(t, 0, sizeof(*t));
    if (result == 0) {
        result = find_arrays(&s, kind);
    }
    if (result < 0) {
        return result;
    }
    result = tokenizer_begin(t, kind, (uint32_t)s.tokens->count) < 0 ? fail_memory(&s) : 0;
    if (result == 0 && kind == TOKENIZER_BPE) {
        result = get_split(t, &s);
    }
    if (result == 0) {
        result = add_tokens(t, &s);
    }
    if (result == 0) {
        result = get_options(t, &s);
    }
    if (result == 0) {
        result = tokenizer_finish(t, g->file->name, err);
    }
    if (result == 0 && kind == TOKENIZER_BPE) {
        result = add_merges(t, &s);
    }
    if (result < 0) {
        tokenizer_close(t);
    }
    return result;
}
