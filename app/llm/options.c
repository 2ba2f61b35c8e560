#include "session.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { FLAG,
            TEXT,
            NUMBER_U32,
            NUMBER_I32,
            NUMBER_U64,
            NUMBER_FLOAT };

struct option {
    const char *brief, *name; /* brief may be NULL */
    enum kind kind;
    size_t field; /* in struct options */
    double min, max;
    const char *argument, *help;
};

#define FIELD(name) offsetof(struct options, name)

static const struct option table[] = {
    { "-m", "--model", TEXT, FIELD(model), 0, 0, "FILE", "model: GGUF, llm.c or llama2.c (/dev/model)" },
    { NULL, "--tokenizer", TEXT, FIELD(tokenizer), 0, 0, "FILE",
      "tokenizer, where the model has none inside (beside the model)" },
    { "-p", "--prompt", TEXT, FIELD(prompt), 0, 0, "TEXT", "text to go on from (none)" },
    { "-f", "--file", TEXT, FIELD(prompt_file), 0, 0, "FILE", "the same from a file" },
    { "-n", "--n-predict", NUMBER_I32, FIELD(predict), -1, INT_MAX, "N",
      "tokens to generate, -1: until the text or the context ends (256)" },
    { "-c", "--ctx-size", NUMBER_U32, FIELD(decoder.context), 0, ATTENTION_MAX_CONTEXT, "N",
      "positions of the context, 0: the model's, at most 4096 (0)" },
    { "-b", "--batch-size", NUMBER_U32, FIELD(decoder.block), 1, DECODER_MAX_BLOCK, "N",
      "positions of a prompt per pass over the weights (all, if memory allows)" },
    { "-t", "--threads", NUMBER_U32, FIELD(decoder.threads), 1, PAR_MAX_WORKERS, "N",
      "workers that share the computing (as many as there are harts)" },
    { "-s", "--seed", NUMBER_U64, FIELD(sampler.seed), 0, 1.8e19, "N", "seed of the sampler (0)" },
    { NULL, "--temp", NUMBER_FLOAT, FIELD(sampler.temperature), 0, 1e3, "T",
      "temperature, 0: always the likeliest token (0.8)" },
    { NULL, "--top-k", NUMBER_U32, FIELD(sampler.top_k), 0, INT_MAX, "K",
      "choose among the K likeliest, 0: all (40)" },
    { NULL, "--top-p", NUMBER_FLOAT, FIELD(sampler.top_p), 0, 1, "P",
      "choose among the likeliest that together reach P (0.95)" },
    { NULL, "--repeat-penalty", NUMBER_FLOAT, FIELD(sampler.repeat_penalty), 0.01, 100, "R",
      "divide the logits of recent tokens by R (1.0: do not)" },
    { NULL, "--repeat-last-n", NUMBER_U32, FIELD(sampler.repeat_last), 0, INT_MAX, "N",
      "how many tokens are recent (64)" },
    { "-i", "--interactive", FLAG, FIELD(interactive), 0, 0, NULL,
      "read a line, answer, and so on until the input ends" },
    { NULL, "--ignore-eos", FLAG, FIELD(ignore_eos), 0, 0, NULL, "go on beyond the end of the text" },
    { NULL, "--no-display-prompt", FLAG, FIELD(hide_prompt), 0, 0, NULL, "print the answer only" },
    { NULL, "--perplexity", TEXT, FIELD(perplexity), 0, 0, "FILE",
      "print how well the model predicts that text, instead of generating" },
    { NULL, "--logits", TEXT, FIELD(logits), 0, 0, "FILE",
      "write the logits of every position (format: infer/logits_file.h)" },
    { NULL, "--no-plan", FLAG, FIELD(decoder.no_plan), 0, 0, NULL,
      "do not tell the pager in which order the weights will be read" },
    { NULL, "--memory", FLAG, FIELD(memory), 0, 0, NULL,
      "say at the end how many bytes are in use beside the frame pool" },
    { NULL, "--work", FLAG, FIELD(work), 0, 0, NULL,
      "say at the end how evenly the workers shared the multiply-adds" },
    { "-h", "--help", FLAG, FIELD(help), 0, 0, NULL, "this text" },
};

enum { OPTIONS = sizeof(table) / sizeof(table[0]) };

static const struct option *find(const char *word)
{
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *o = &table[i];
        if ((o->brief != NULL && strcmp(o->brief, word) == 0) || strcmp(o->name, word) == 0) {
            return o;
        }
    }
    return NULL;
}

static int bad_number(const struct option *o, const char *text, struct infer_error *err)
{
    bool is_float = o->kind == NUMBER_FLOAT;
    int digits = is_float ? 6 : 20; /* of a whole number: all */

    return infer_fail(err, EINVAL, "%s %s: must be a %s from %.*g to %.*g", o->name, text,
                      is_float ? "number" : "whole number", digits, o->min, digits, o->max);
}

static int set_number(void *field, const struct option *o, const char *text,
                      struct infer_error *err)
{
    char *end;
    double value;
    unsigned long whole = 0;

    errno = 0;
    if (o->kind == NUMBER_FLOAT) {
        value = strtod(text, &end);
    } else if (text[0] == '-') {
        value = (double)strtol(text, &end, 10);
    } else {
        whole = strtoul(text, &end, 10);
        value = (double)whole;
    }
    if (end == text || *end != '\0' || errno != 0 || !(value >= o->min && value <= o->max)) {
        return bad_number(o, text, err);
    }
    if (o->kind == NUMBER_FLOAT) {
        *(float *)field = (float)value;
    } else if (o->kind == NUMBER_U32) {
        *(uint32_t *)field = (uint32_t)value;
    } else if (o->kind == NUMBER_I32) {
        *(int32_t *)field = (int32_t)value;
    } else {
        *(uint64_t *)field = whole;
    }
    return 0;
}

static int check_together(const struct options *o, struct infer_error *err)
{
    if (o->prompt != NULL && o->prompt_file != NULL) {
        return infer_fail(err, EINVAL, "-p and -f: give one of them");
    }
    if (o->perplexity != NULL && (o->prompt != NULL || o->prompt_file != NULL || o->interactive ||
                                  o->logits != NULL)) {
        return infer_fail(err, EINVAL, "--perplexity: not together with -p, -f, -i or --logits");
    }
    return 0;
}

int options_parse(struct options *o, int argc, char **argv, struct infer_error *err)
{
    *o = (struct options){
        .model = "/dev/model",
        .predict = 256,
        .decoder = { .threads = par_processors(), .clock = session_now },
        .sampler = { .temperature = 0.8f,
                     .top_k = 40,
                     .top_p = 0.95f,
                     .repeat_penalty = 1.0f,
                     .repeat_last = 64 },
    };
    for (int i = 1; i < argc; i++) {
        const struct option *option = find(argv[i]);
        int result = 0;
        if (option == NULL) {
            return infer_fail(err, EINVAL, "%s: unknown option; --help lists them", argv[i]);
        }
        void *field = (char *)o + option->field;
        if (option->kind == FLAG) {
            *(bool *)field = true;
            continue;
        }
        if (i + 1 == argc) {
            return infer_fail(err, EINVAL, "%s: needs %s", argv[i], option->argument);
        }
        i++;
        if (option->kind == TEXT) {
            *(const char **)field = argv[i];
        } else {
            result = set_number(field, option, argv[i], err);
        }
        if (result < 0) {
            return result;
        }
    }
    return check_together(o, err);
}

void options_print_help(void)
{
    printf("llm: runs a language model, its weights paged in through MAP_LLM\n\n");
    for (size_t i = 0; i < OPTIONS; i++) {
        const struct option *o = &table[i];
        char left[48];
        snprintf(left, sizeof(left), "%s%s%s %s", o->brief != NULL ? o->brief : "",
                 o->brief != NULL ? ", " : "    ", o->name, o->argument != NULL ? o->argument : "");
        printf("  %-28s %s\n", left, o->help);
    }
}
