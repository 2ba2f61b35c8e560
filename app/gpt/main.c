/*
 * gpt: the program of the parallel-GPT lab. Token ids in, ten token ids out, one a line, the given
 * ones included, chosen greedily.
 *
 *     gpt [-m FILE] [-n N] [-t N] [--recompute] [--logits FILE] ID...
 *
 * With a cache of keys and values by default; --recompute runs all positions again for every
 * token, as the lab's serial program does. The ids are the same.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../infer/decoder.h"
#include "../infer/logits_file.h"
#include "../infer/model.h"
#include "../infer/sampler.h"

enum { EXIT_FAILED = 1,
       EXIT_USAGE = 2,
       LAB_TOKENS = 10,
       MAX_TOKENS = ATTENTION_MAX_CONTEXT };

struct options {
    const char *model, *logits;
    uint32_t total; /* tokens to print */
    uint32_t threads;
    bool recompute, help;
    int32_t *ids;
    uint32_t given;
};

static const char usage[] =
    "gpt [options] ID...: goes on from token ids, greedily, and prints all ids, one a line\n\n"
    "  -m FILE         model: llm.c, GGUF or llama2.c (/dev/model)\n"
    "  -n N            ids to print, the given ones included (10)\n"
    "  -t N            workers that share the computing (as many as there are harts)\n"
    "  --recompute     run all positions again for every token, without a cache\n"
    "  --logits FILE   write the logits of every position (format: infer/logits_file.h)\n"
    "  --help          this text\n";

static int parse_number(const char *what, const char *text, uint32_t min, uint32_t max,
                        uint32_t *out, struct infer_error *err)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    if (text[0] < '0' || text[0] > '9' || *end != '\0' || value < min || value > max) {
        return infer_fail(err, EINVAL, "%s %s: must be a number from %u to %u", what, text, min,
                          max);
    }
    *out = (uint32_t)value;
    return 0;
}

/* An option that takes an argument; 1 where it was one, 0 where it is none of ours. */
static int parse_option(struct options *o, const char *name, const char *argument,
                        struct infer_error *err)
{
    bool known = strcmp(name, "-m") == 0 || strcmp(name, "-n") == 0 || strcmp(name, "-t") == 0 ||
                 strcmp(name, "--logits") == 0;
    int result = 0;

    if (!known) {
        return 0;
    }
    if (argument == NULL) {
        return infer_fail(err, EINVAL, "%s: needs an argument", name);
    }
    if (strcmp(name, "-m") == 0) {
        o->model = argument;
    } else if (strcmp(name, "-n") == 0) {
        result = parse_number(name, argument, 1, MAX_TOKENS, &o->total, err);
    } else if (strcmp(name, "-t") == 0) {
        result = parse_number(name, argument, 1, PAR_MAX_WORKERS, &o->threads, err);
    } else {
        o->logits = argument;
    }
    return result < 0 ? result : 1;
}

static int parse(struct options *o, int argc, char **argv, struct infer_error *err)
{
    int result = 0;

    *o = (struct options){
        .model = "/dev/model", .total = LAB_TOKENS, .threads = par_processors()
    };
    o->ids = malloc(((size_t)argc + MAX_TOKENS) * sizeof(*o->ids));
    if (o->ids == NULL) {
        return infer_fail(err, ENOMEM, "no memory for %d tokens", argc);
    }
    for (int i = 1; i < argc && result >= 0; i++) {
        if (strcmp(argv[i], "--recompute") == 0) {
            o->recompute = true;
        } else if (strcmp(argv[i], "--help") == 0 || strcmp(argv[i], "-h") == 0) {
            o->help = true;
        } else {
            result = parse_option(o, argv[i], i + 1 < argc ? argv[i + 1] : NULL, err);
            if (result == 0) {
                uint32_t id = 0;
                result = parse_number("token id", argv[i], 0, INT32_MAX, &id, err);
                o->ids[o->given++] = (int32_t)id;
            } else {
                i++;
            }
        }
    }
    if (result >= 0 && o->given == 0 && !o->help) {
        return infer_fail(err, EINVAL, "no token ids given; --help shows how");
    }
    return result < 0 ? result : 0;
}

static int check_ids(const struct options *o, const struct model *m, const struct decoder *d,
                     struct infer_error *err)
{
    for (uint32_t i = 0; i < o->given; i++) {
        if ((uint32_t)o->ids[i] >= m->shape.vocab) {
            return infer_fail(err, EINVAL, "token id %d: must be 0 to %u", o->ids[i],
                              m->shape.vocab - 1);
        }
    }
    if (o->given > d->context || o->total > d->context) {
        return infer_fail(err, EINVAL, "%u tokens: the context has %u positions",
                          o->given > o->total ? o->given : o->total, d->context);
    }
    return 0;
}

struct to_file {
    struct logits_file *file;
    const int32_t *ids;
};

static void write_logits(void *context, uint32_t position, const float *logits)
{
    struct to_file *f = context;

    logits_file_write(f->file, f->ids[position], logits);
}

/* The ids from o->given on. */
static void go_on(struct options *o, struct decoder *d, struct sampler *sampler,
                  struct logits_file *file)
{
    struct to_file f = { .file = file, .ids = o->ids };
    bool all = file->stream != NULL;

    for (uint32_t n = o->given; n < o->total; n++) {
        if (o->recompute) {
            decoder_rewind(d, 0);
        }
        uint32_t fresh = n - d->position;
        /* When recomputing, earlier positions are in the file already. */
        uint32_t wanted = !all ? 1 : o->recompute && n != o->given ? 1
                                                                   : fresh;
        const float *logits = decoder_eval(d, o->ids + d->position, fresh, wanted,
                                           all ? write_logits : NULL, &f);
        o->ids[n] = sampler_choose(sampler, logits, o->ids, n);
    }
}

static int run(struct options *o, struct model *m, struct infer_error *err)
{
    struct decoder d;
    struct sampler sampler;
    struct logits_file file = { 0 };
    struct sampler_options greedy = { .temperature = 0.0f, .repeat_penalty = 1.0f };
    struct decoder_options wanted = { .threads = o->threads };
    int result = decoder_open(&d, m, &wanted, err);

    if (result < 0) {
        return result;
    }
    result = check_ids(o, m, &d, err);
    if (result == 0 && sampler_open(&sampler, &greedy, m->shape.vocab) < 0) {
        result = infer_fail(err, ENOMEM, "no memory for the sampler");
    }
    if (result == 0) {
        if (o->logits != NULL) {
            result = logits_file_open(&file, o->logits, m->shape.vocab, err);
        }
        if (result == 0) {
            go_on(o, &d, &sampler, &file);
            result = logits_file_close(&file, err);
        }
        sampler_close(&sampler);
    }
    decoder_close(&d);
    return result;
}

static void print_ids(const struct options *o)
{
    uint32_t shown = o->given > o->total ? o->given : o->total;

    for (uint32_t i = 0; i < shown; i++) {
        printf("%d\n", (int)o->ids[i]);
    }
}

int main(int argc, char **argv)
{
    struct options options;
    struct model model;
    struct infer_error err = { "" };
    int status = EXIT_USAGE;
    int result = parse(&options, argc, argv, &err);

    if (result == 0 && options.help) {
        fputs(usage, stdout);
        free(options.ids);
        return 0;
    }
    if (result == 0) {
        status = EXIT_FAILED;
        result = model_open(&model, options.model, &err);
    }
    if (result == 0) {
        result = run(&options, &model, &err);
        model_close(&model);
    }
    if (result == 0) {
        print_ids(&options);
    } else {
        fprintf(stderr, "gpt: %s\n", err.text);
    }
    free(options.ids);
    return result == 0 ? 0 : status;
}
