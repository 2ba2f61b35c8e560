/* The command line of llm: llama.cpp's names and meanings where it has them. */
#ifndef LLM_OPTIONS_H
#define LLM_OPTIONS_H

#include <stdbool.h>
#include <stdint.h>

#include "../infer/decoder.h"
#include "../infer/error.h"
#include "../infer/sampler.h"

struct options {
    const char *model, *tokenizer;
    const char *prompt, *prompt_file; /* at most one of them */
    const char *perplexity, *logits;
    int32_t predict; /* tokens; -1: until the text or the context ends */
    bool interactive, ignore_eos, hide_prompt, memory, work, help;
    struct decoder_options decoder;
    struct sampler_options sampler;
};

/* Fills *o with defaults and what argv says. -EINVAL with a line that names the option. */
int options_parse(struct options *o, int argc, char **argv, struct infer_error *err);
void options_print_help(void);

#endif
