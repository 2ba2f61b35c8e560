/*
 * Text to token ids and back, for the four tokenizers that model files bring along.
 *
 *   TOKENIZER_BPE    GGUF "gpt2": byte-level pairs, a list of merges, splitting rules (presplit.h)
 *   TOKENIZER_RANKS  llm.c's gpt2_tokenizer.bin: no merges; GPT-2's ids are their own ranks, so the
 *                    pair whose joined text has the lowest id is joined first
 *   TOKENIZER_SPM    GGUF "llama" and llama2.c's tokenizer.bin: characters, best score first, bytes
 *                    where a character is unknown, a space before the text
 *
 * Text may be any bytes, valid UTF-8 or not: byte-level tokenizers give it back unchanged, SPM
 * ones as far as they have tokens for every byte.
 */
#ifndef INFER_TOKENIZER_H
#define INFER_TOKENIZER_H

#include <stdbool.h>

#include "bpe.h"
#include "error.h"
#include "file.h"
#include "gguf.h"
#include "model.h"
#include "presplit.h"
#include "vocab.h"

enum tokenizer_kind { TOKENIZER_BPE,
                      TOKENIZER_RANKS,
                      TOKENIZER_SPM };

struct tokenizer {
    enum tokenizer_kind kind;
    enum presplit_rule split;
    struct vocab vocab;
    struct merges {
        struct merge {
            int32_t left, right, id;
        } * list;        /* best first */
        uint32_t *slots; /* hash table of indices into list by pair */
        uint32_t count, room, mask;
    } merges;
    int32_t bos, eos, eot, unknown; /* TOKEN_NONE where there is none */
    bool add_bos, space_prefix;
    int32_t *special; /* ids that are recognised in text as they are, longest first */
    size_t special_count;
    bool special_first[TOKEN_BYTES]; /* first bytes of those */
};

struct token_list {
    int32_t *ids;
    size_t count, room;
};

/*
 * The tokenizer of a model. `path` is the tokenizer file; NULL: the one inside a GGUF, or
 * tokenizer.bin / gpt2_tokenizer.bin in the model's directory.
 */
int tokenizer_open(struct tokenizer *t, const struct model *model, const char *path,
                   struct infer_error *err);
void tokenizer_close(struct tokenizer *t);

/* What tokenizer_open chooses from: the one inside a GGUF, llm.c's file, llama2.c's for a model of `vocab` tokens. For tests, too. */
int tokenizer_from_gguf(struct tokenizer *t, const struct gguf *g, struct infer_error *err);
int tokenizer_from_llmc(struct tokenizer *t, const struct file *file, struct infer_error *err);
int tokenizer_from_llama2c(struct tokenizer *t, const struct file *file, uint32_t vocab,
                           struct infer_error *err);

enum { TOKENIZE_BOS = 1,
       TOKENIZE_SPECIAL = 2 };

/*
 * Appends the tokens of text to out. TOKENIZE_BOS: first the beginning-of-text token, where the
 * tokenizer wants one. TOKENIZE_SPECIAL: control tokens written in the text count as themselves.
 * -ENOMEM; -EINVAL for more than 2 GiB.
 */
int tokenizer_encode(const struct tokenizer *t, const char *text, size_t len, unsigned flags,
                     struct token_list *out);
int token_list_add(struct token_list *list, int32_t id);
void token_list_close(struct token_list *list);

/*
 * The bytes that a token adds to the text after `previous` (TOKEN_NONE at the beginning): nothing
 * for control tokens; without the space that SPM puts before the first word.
 */
const char *tokenizer_piece(const struct tokenizer *t, int32_t previous, int32_t id, size_t *len);

/* Does this token end a text? */
bool tokenizer_ends(const struct tokenizer *t, int32_t id);

/* --- shared by the loaders ------------------------------------------------------------------- */

/* An empty tokenizer with room for count tokens. */
int tokenizer_begin(struct tokenizer *t, enum tokenizer_kind kind, uint32_t count);
/* After the last token: index, special tokens, and a check that every byte can be written. */
int tokenizer_finish(struct tokenizer *t, const char *file, struct infer_error *err);
/* A merge of two ids into a third, best ones first, at most `count`. -ENOMEM; -EEXIST for a pair
 * that has one already; -EINVAL for one too many. */
int tokenizer_merges_open(struct tokenizer *t, uint64_t count);
int tokenizer_add_merge(struct tokenizer *t, int32_t left, int32_t right, int32_t id);
/* Value of text "<0xNN>", or -1. */
int tokenizer_byte_name(const char *text, size_t len);

#endif
