#include "tokenizer.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "unicode.h"

#define MERGE_FREE UINT32_MAX

enum { FIRST_TOKENS = 256,
       MERGE_LOAD_NUM = 3,
       MERGE_LOAD_DEN = 2,
       BYTE_NAME_CHARS = 6 };

static const char block_char[] = "\xe2\x96\x81"; /* U+2581, SentencePiece's space */
enum { BLOCK_CHAR_BYTES = sizeof(block_char) - 1 };

/* --- building ----------------------------------------------------------------------------------- */

int tokenizer_begin(struct tokenizer *t, enum tokenizer_kind kind, uint32_t count)
{
    memset(t, 0, sizeof(*t));
    t->kind = kind;
    t->bos = t->eos = t->eot = t->unknown = TOKEN_NONE;
    return vocab_open(&t->vocab, count);
}

void tokenizer_close(struct tokenizer *t)
{
    vocab_close(&t->vocab);
    free(t->merges.list);
    free(t->merges.slots);
    free(t->special);
    memset(t, 0, sizeof(*t));
}

int tokenizer_merges_open(struct tokenizer *t, uint64_t count)
{
    uint64_t slots = 1;

    while (slots < count * MERGE_LOAD_NUM / MERGE_LOAD_DEN + 1) {
        slots *= 2;
    }
    if (slots > UINT32_MAX) {
        return -ENOMEM;
    }
    t->merges.mask = (uint32_t)slots - 1;
    t->merges.room = (uint32_t)count;
    t->merges.list = malloc(((size_t)count + 1) * sizeof(*t->merges.list));
    t->merges.slots = malloc(slots * sizeof(*t->merges.slots));
    if (t->merges.list == NULL || t->merges.slots == NULL) {
        return -ENOMEM;
    }
    for (uint64_t i = 0; i < slots; i++) {
        t->merges.slots[i] = MERGE_FREE;
    }
    return 0;
}

/* The slot of this pair, or the free one where it belongs. */
static uint32_t merge_slot(const struct merges *m, int32_t left, int32_t right)
{
    uint64_t h = ((uint64_t)(uint32_t)left << 32 | (uint32_t)right) * UINT64_C(0x9e3779b97f4a7c15);
    uint32_t slot = (uint32_t)(h >> 32) & m->mask;

    while (m->slots[slot] != MERGE_FREE && (m->list[m->slots[slot]].left != left ||
                                            m->list[m->slots[slot]].right != right)) {
        slot = (slot + 1) & m->mask;
    }
    return slot;
}

int tokenizer_add_merge(struct tokenizer *t, int32_t left, int32_t right, int32_t id)
{
    struct merges *m = &t->merges;
    uint32_t slot = merge_slot(m, left, right);

    if (m->slots[slot] != MERGE_FREE) {
        return -EEXIST;
    }
    if (m->count == m->room) {
        return -EINVAL;
    }
    m->slots[slot] = m->count;
    m->list[m->count++] = (struct merge){ .left = left, .right = right, .id = id };
    return 0;
}

static bool is_special(const struct vocab *v, uint32_t id)
{
    return (v->kind[id] == TOKEN_CONTROL || v->kind[id] == TOKEN_USER) &&
           v->start[id + 1] > v->start[id];
}

struct special_order {
    int32_t id;
    size_t len;
};

static int longer_first(const void *a, const void *b)
{
    const struct special_order *x = a, *y = b;

    return x->len != y->len ? (x->len < y->len ? 1 : -1) : (x->id > y->id) - (x->id < y->id);
}

static int collect_special(struct tokenizer *t)
{
    const struct vocab *v = &t->vocab;
    size_t n = 0, len;

    for (uint32_t id = 0; id < v->count; id++) {
        n += is_special(v, id);
    }
    struct special_order *order = malloc((n + 1) * sizeof(*order));
    t->special = malloc((n + 1) * sizeof(*t->special));
    if (order == NULL || t->special == NULL) {
        free(order);
        return -ENOMEM;
    }
    for (uint32_t id = 0; id < v->count; id++) {
        if (is_special(v, id)) {
            const char *text = vocab_text(v, (int32_t)id, &len);
            t->special_first[(uint8_t)text[0]] = true;
            order[t->special_count++] = (struct special_order){ (int32_t)id, len };
        }
    }
    qsort(order, n, sizeof(*order), longer_first);
    for (size_t i = 0; i < n; i++) {
        t->special[i] = order[i].id;
    }
    free(order);
    return 0;
}

int tokenizer_finish(struct tokenizer *t, const char *file, struct infer_error *err)
{
    if (vocab_index(&t->vocab) < 0 || collect_special(t) < 0) {
        return infer_fail(err, ENOMEM, "%s: no memory for %u tokens", file, t->vocab.count);
    }
    for (int byte = 0; byte < TOKEN_BYTES && t->kind != TOKENIZER_SPM; byte++) {
        char c = (char)byte;
        if (vocab_find(&t->vocab, &c, 1) == TOKEN_NONE) {
            return infer_fail(err, EINVAL, "%s: byte 0x%02x has no token in the vocabulary", file,
                              (unsigned)byte);
        }
    }
    return 0;
}

int tokenizer_byte_name(const char *text, size_t len)
{
    static const char digits[] = "0123456789ABCDEF";
    const char *high, *low;

    if (len != BYTE_NAME_CHARS || memcmp(text, "<0x", 3) != 0 || text[5] != '>' ||
        text[3] == '\0' || text[4] == '\0') {
        return -1;
    }
    high = strchr(digits, text[3]);
    low = strchr(digits, text[4]);
    return high != NULL && low != NULL ? (int)((high - digits) * 16 + (low - digits)) : -1;
}

/* --- encoding ----------------------------------------------------------------------------------- */

int token_list_add(struct token_list *list, int32_t id)
{
    if (list->count == list->room) {
        size_t room = list->room != 0 ? list->room * 2 : FIRST_TOKENS;
        int32_t *ids = realloc(list->ids, room * sizeof(*ids));
        if (ids == NULL) {
            return -ENOMEM;
        }
        list->ids = ids;
        list->room = room;
    }
    list->ids[list->count++] = id;
    return 0;
}

void token_list_close(struct token_list *list)
{
    free(list->ids);
    memset(list, 0, sizeof(*list));
}

static bool rank_by_merges(const void *context, const struct bpe_symbol *left,
                           const struct bpe_symbol *right, uint32_t *rank, int32_t *id)
{
    const struct tokenizer *t = context;
    uint32_t found = t->merges.slots[merge_slot(&t->merges, left->id, right->id)];

    if (found == MERGE_FREE) {
        return false;
    }
    *rank = found;
    *id = t->merges.list[found].id;
    return true;
}

static bool rank_by_id(const void *context, const struct bpe_symbol *left,
                       const struct bpe_symbol *right, uint32_t *rank, int32_t *id)
{
    const struct tokenizer *t = context;

    *id = vocab_find(&t->vocab, left->text, (size_t)left->len + right->len);
    *rank = (uint32_t)*id;
    return *id != TOKEN_NONE && t->vocab.kind[*id] == TOKEN_NORMAL;
}

/* Floats as unsigned integers in descending order: the highest score is the lowest rank. */
static uint32_t descending(float score)
{
    uint32_t bits;

    score += 0.0f; /* no negative zero */
    memcpy(&bits, &score, sizeof(bits));
    return (bits >> 31) != 0 ? bits : 0x7fffffffu - bits;
}

static bool rank_by_score(const void *context, const struct bpe_symbol *left,
                          const struct bpe_symbol *right, uint32_t *rank, int32_t *id)
{
    const struct tokenizer *t = context;

    *id = vocab_find(&t->vocab, left->text, (size_t)left->len + right->len);
    if (*id == TOKEN_NONE) {
        return false;
    }
    *rank = descending(t->vocab.score[*id]);
    return true;
}

/* A symbol that is no token: a token per byte, or the unknown token, or nothing. */
static int add_bytes(const struct tokenizer *t, const struct bpe_symbol *s, struct token_list *out)
{
    int result = 0;

    for (uint32_t i = 0; i < s->len && result == 0; i++) {
        int32_t id = t->vocab.byte_token[(uint8_t)s->text[i]];
        if (id != TOKEN_NONE) {
            result = token_list_add(out, id);
        } else if (t->unknown != TOKEN_NONE) {
            return token_list_add(out, t->unknown);
        }
    }
    return result;
}

static int add_chain(const struct tokenizer *t, const struct bpe *b, struct token_list *out)
{
    int result = 0;

    for (int32_t i = b->count != 0 ? 0 : -1; i >= 0 && result == 0; i = b->symbols[i].next) {
        const struct bpe_symbol *s = &b->symbols[i];
        result = s->id != TOKEN_NONE ? token_list_add(out, s->id) : add_bytes(t, s, out);
    }
    return result;
}

/* One piece, starting from its bytes. */
static int encode_piece(const struct tokenizer *t, const char *text, size_t len, struct bpe *b,
                        struct token_list *out)
{
    int result = 0;

    bpe_clear(b);
    for (size_t i = 0; i < len && result == 0; i++) {
        result = bpe_add(b, text + i, 1, vocab_find(&t->vocab, text + i, 1));
    }
    if (result == 0) {
        result = bpe_merge(b, t->kind == TOKENIZER_BPE ? rank_by_merges : rank_by_id, t);
    }
    return result == 0 ? add_chain(t, b, out) : result;
}

/* Byte-level: every piece by itself. */
static int encode_bytes(const struct tokenizer *t, const char *text, size_t len, struct bpe *b,
                        struct token_list *out)
{
    int result = 0;

    while (len != 0 && result == 0) {
        size_t piece = presplit_next(t->split, text, len);
        int32_t whole = vocab_find(&t->vocab, text, piece);
        if (t->split == PRESPLIT_LLAMA3 && whole != TOKEN_NONE) {
            result = token_list_add(out, whole); /* tiktoken looks for the whole piece first */
        } else {
            result = encode_piece(t, text, piece, b, out);
        }
        text += piece;
        len -= piece;
    }
    return result;
}

/* Copies text with a space before it where wanted, and U+2581 as a space; *out_len bytes. */
static char *spaced_copy(const struct tokenizer *t, const char *text, size_t len, size_t *out_len)
{
    char *copy = malloc(len + 1);
    size_t n = 0;

    if (copy == NULL) {
        return NULL;
    }
    if (t->space_prefix) {
        copy[n++] = ' ';
    }
    for (size_t i = 0; i < len;) {
        if (len - i >= BLOCK_CHAR_BYTES && memcmp(text + i, block_char, BLOCK_CHAR_BYTES) == 0) {
            copy[n++] = ' ';
            i += BLOCK_CHAR_BYTES;
        } else {
            copy[n++] = text[i++];
        }
    }
    *out_len = n;
    return copy;
}

static int encode_characters(const struct tokenizer *t, const char *text, size_t len,
                             struct bpe *b, struct token_list *out)
{
    size_t n;
    char *copy = spaced_copy(t, text, len, &n);
    int result = copy != NULL ? 0 : -ENOMEM;

    bpe_clear(b);
    for (size_t i = 0; result == 0 && i < n;) {
        uint32_t code;
        size_t bytes = utf8_decode(copy + i, n - i, &code);
        result = bpe_add(b, copy + i, (uint32_t)bytes, vocab_find(&t->vocab, copy + i, bytes));
        i += bytes;
    }
    if (result == 0) {
        result = bpe_merge(b, rank_by_score, t);
    }
    if (result == 0) {
        result = add_chain(t, b, out);
    }
    free(copy);
    return result;
}

/* The special token that stands at the start of text, or TOKEN_NONE. */
static int32_t special_at(const struct tokenizer *t, const char *text, size_t len, unsigned flags)
{
    if (!t->special_first[(uint8_t)text[0]]) {
        return TOKEN_NONE;
    }
    for (size_t i = 0; i < t->special_count; i++) {
        int32_t id = t->special[i];
        size_t n;
        const char *name = vocab_text(&t->vocab, id, &n);
        bool allowed = t->vocab.kind[id] == TOKEN_USER || (flags & TOKENIZE_SPECIAL) != 0;
        if (allowed && n <= len && memcmp(name, text, n) == 0) {
            return id;
        }
    }
    return TOKEN_NONE;
}

static int encode_plain(const struct tokenizer *t, const char *text, size_t len, struct bpe *b,
                        struct token_list *out)
{
    if (len == 0) {
        return 0;
    }
    return t->kind == TOKENIZER_SPM ? encode_characters(t, text, len, b, out)
                                    : encode_bytes(t, text, len, b, out);
}

int tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, unsigned flags,
                     struct token_list *out)
{
    struct bpe b = { 0 };
    size_t start = 0;
    int result = len < INT32_MAX ? 0 : -EINVAL;

    if (result == 0 && (flags & TOKENIZE_BOS) != 0 && t->add_bos && t->bos != TOKEN_NONE) {
        result = token_list_add(out, t->bos);
    }
    for (size_t i = 0; i < len && result == 0;) {
        int32_t id = special_at(t, text + i, len - i, flags);
        if (id == TOKEN_NONE) {
            i++;
            continue;
        }
        size_t n;
        vocab_text(&t->vocab, id, &n);
        result = encode_plain(t, text + start, i - start, &b, out);
        if (result == 0) {
            result = token_list_add(out, id);
        }
        i += n;
        start = i;
    }
    if (result == 0) {
        result = encode_plain(t, text + start, len - start, &b, out);
    }
    bpe_close(&b);
    return result;
}

/* --- decoding ----------------------------------------------------------------------------------- */

const char *tokenizer_piece(const struct tokenizer *t, int32_t previous, int32_t id, size_t *len)
{
    const char *text = vocab_text(&t->vocab, id, len);
    bool first = previous == TOKEN_NONE || previous == t->bos;

    if (t->vocab.kind[id] == TOKEN_CONTROL) {
        *len = 0;
    } else if (first && t->space_prefix && *len != 0 && text[0] == ' ') {
        text++;
        (*len)--;
    }
    return text;
}

bool tokenizer_ends(const struct tokenizer *t, int32_t id)
{
    return id == t->eos || id == t->eot;
}
