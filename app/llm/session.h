/* What every mode of llm works with: a model, its tokenizer, a decoder, a sampler. */
#ifndef LLM_SESSION_H
#define LLM_SESSION_H

#include "../infer/decoder.h"
#include "../infer/logits_file.h"
#include "../infer/model.h"
#include "../infer/sampler.h"
#include "../infer/tokenizer.h"
#include "options.h"
#include "stream.h"

struct session {
    const struct options *options;
    struct model model;
    struct tokenizer tokenizer;
    struct decoder decoder;
    struct sampler sampler;
    struct logits_file logits;
    struct stream stream;
    struct token_list tokens; /* of the context: prompts and answers */
    /* for the line at the end */
    uint64_t prompt_tokens, generated_tokens;
    double prompt_seconds, generated_seconds;
    double generated_products; /* seconds of generated_seconds in matrix products */
};

int session_open(struct session *s, const struct options *options, struct infer_error *err);
int session_close(struct session *s, struct infer_error *err);
/* Seconds since an arbitrary moment. */
double session_now(void);

/* A whole file, or a line, as a heap string; *len without the terminator. */
char *read_text_file(const char *name, size_t *len, struct infer_error *err);

/* The modes. Each prints its text; 0 or -E* with a line. */
int generate_text(struct session *s, const char *prompt, size_t len, struct infer_error *err);
int generate_interactive(struct session *s, const char *prompt, size_t len,
                         struct infer_error *err);
int perplexity_run(struct session *s, const char *text, size_t len, struct infer_error *err);

#endif
