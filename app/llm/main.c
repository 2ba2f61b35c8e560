/* llm: runs a language model whose weights may be bigger than memory. See --help. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#ifdef MAP_LLM
#include <bower.h>
#endif

#include "options.h"
#include "session.h"

enum { EXIT_FAILED = 1,
       EXIT_USAGE = 2 };

static int fail(const struct infer_error *err, int status)
{
    fprintf(stderr, "llm: %s\n", err->text);
    return status;
}

/* Reads the text that the mode works on, if any, and runs it. */
static int run(struct session *s, struct infer_error *err)
{
    const struct options *o = s->options;
    const char *file = o->perplexity != NULL ? o->perplexity : o->prompt_file;
    const char *prompt = o->prompt != NULL ? o->prompt : "";
    size_t len = strlen(prompt);
    char *text = NULL;
    int result;

    if (file != NULL) {
        text = read_text_file(file, &len, err);
        if (text == NULL) {
            return -1;
        }
        prompt = text;
    }
    if (o->perplexity != NULL) {
        result = perplexity_run(s, prompt, len, err);
    } else if (o->interactive) {
        result = generate_interactive(s, prompt, len, err);
    } else {
        result = generate_text(s, prompt, len, err);
    }
    free(text);
    return result;
}

static double per_second(uint64_t n, double seconds)
{
    return seconds > 0.0 ? (double)n / seconds : 0.0;
}

static void print_speed(const struct session *s)
{
    double share = s->generated_seconds > 0.0 ? s->generated_products / s->generated_seconds : 0.0;

    fprintf(stderr,
            "\nllm: prompt %lu tokens, %.2f tokens/s; generated %lu tokens, %.2f tokens/s, "
            "%.0f%% of the time in matrix products\n",
            (unsigned long)s->prompt_tokens, per_second(s->prompt_tokens, s->prompt_seconds),
            (unsigned long)s->generated_tokens,
            per_second(s->generated_tokens, s->generated_seconds), 100.0 * share);
}

/* What is allocated now, which is the most that there was: the heap keeps what it had. The pool of
 * frames was taken from the same memory at boot; the program's image was not. */
static void print_memory(const struct session *s)
{
    unsigned long used = 0, keys_and_values = attention_bytes(&s->decoder.attention.shape);
#ifdef MAP_LLM
    struct bower_counters pool;

    bower_counters(&pool);
    long pages = sysconf(_SC_PHYS_PAGES) - sysconf(_SC_AVPHYS_PAGES) - (long)pool.frames;
    used = (unsigned long)pages * (unsigned long)sysconf(_SC_PAGESIZE);
#endif
    fprintf(stderr, "llm: memory %lu bytes beside the frame pool, %lu of them keys and values\n",
            used, keys_and_values);
}

/* Of the prompt and of what was generated. */
static void print_work(const struct par *par)
{
    fprintf(stderr, "llm: work %lu multiply-adds, %u workers, the busiest did %.4f of its share\n",
            (unsigned long)par_work(par), par_workers(par), par_imbalance(par));
}

int main(int argc, char **argv)
{
    struct options options;
    struct session session;
    struct infer_error err = { "" };

    if (options_parse(&options, argc, argv, &err) < 0) {
        return fail(&err, EXIT_USAGE);
    }
    if (options.help) {
        options_print_help();
        return 0;
    }
    int result = session_open(&session, &options, &err);
    if (result == 0) {
        result = run(&session, &err);
    }
    if (result == 0) {
        print_speed(&session);
        if (options.memory) {
            print_memory(&session);
        }
        if (options.work) {
            print_work(&session.decoder.par);
        }
    }
    int status = result < 0 ? fail(&err, EXIT_FAILED) : 0;
    if (session_close(&session, &err) < 0) {
        return fail(&err, EXIT_FAILED);
    }
    return status;
}
