/*
 * The strings of a vocabulary, by token id and by text. On the heap, so that printing a token
 * never touches a page of the model.
 */
#ifndef INFER_VOCAB_H
#define INFER_VOCAB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* GGUF's tokenizer.ggml.token_type */
enum token_kind {
    TOKEN_NORMAL = 1,
    TOKEN_UNKNOWN = 2,
    TOKEN_CONTROL = 3,
    TOKEN_USER = 4,
    TOKEN_UNUSED = 5,
    TOKEN_BYTE = 6
};

enum { TOKEN_NONE = -1,
       TOKEN_BYTES = 256 };

struct vocab {
    uint32_t count, room;
    char *text; /* all strings, one after the other */
    size_t text_size, text_room;
    uint32_t *start; /* [count + 1] */
    uint8_t *kind;   /* [count], enum token_kind */
    float *score;    /* [count] */
    int32_t *slots;  /* hash table of ids by text */
    uint32_t slot_mask;
    size_t longest;                  /* bytes of the longest token */
    int32_t byte_token[TOKEN_BYTES]; /* TOKEN_BYTE tokens, else TOKEN_NONE */
};

/* Room for count tokens; -ENOMEM. vocab_close frees, also after a failure. */
int vocab_open(struct vocab *v, uint32_t count);
void vocab_close(struct vocab *v);
/* Appends the next id. -ENOMEM, or -EINVAL beyond the count. */
int vocab_add(struct vocab *v, const char *text, size_t len, enum token_kind kind, float score);
/* After the last vocab_add. Of equal strings the lowest id is found. -ENOMEM. */
int vocab_index(struct vocab *v);

/* Id of a token that text may become by itself or by merging (not TOKEN_BYTE, not TOKEN_UNUSED),
 * or TOKEN_NONE. */
int32_t vocab_find(const struct vocab *v, const char *text, size_t len);

static inline const char *vocab_text(const struct vocab *v, int32_t id, size_t *len)
{
    *len = v->start[id + 1] - v->start[id];
    return v->text + v->start[id];
}

#endif
