/* Generating text: from one prompt, or in turns. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"

enum { LINE_BYTES = 256 };

struct to_file {
    struct session *s;
    const int32_t *tokens;
    uint32_t first; /* position of tokens[0] */
};

static void write_logits(void *context, uint32_t position, const float *logits)
{
    struct to_file *f = context;

    logits_file_write(&f->s->logits, f->tokens[position - f->first], logits);
}

/* Feeds tokens; all their logits go to the file where one is wanted. */
static const float *feed(struct session *s, const int32_t *tokens, uint32_t n)
{
    struct to_file f = { .s = s, .tokens = tokens, .first = s->decoder.position };
    bool all = s->logits.stream != NULL;

    return decoder_eval(&s->decoder, tokens, n, all ? n : 1, all ? write_logits : NULL, &f);
}

static void print_token(struct session *s, int32_t previous, int32_t id)
{
    size_t len;
    const char *piece = tokenizer_piece(&s->tokenizer, previous, id, &len);

    stream_write(&s->stream, piece, len);
}

static int check_room(const struct session *s, size_t count, struct infer_error *err)
{
    if (count > decoder_room(&s->decoder)) {
        return infer_fail(err, E2BIG,
                          "prompt = %zu tokens: the context has room for %u more (-c %u)", count,
                          decoder_room(&s->decoder), s->decoder.context);
    }
    return 0;
}

/* Appends a prompt's tokens to s->tokens; *first is the index of the first new one. */
static int add_prompt(struct session *s, const char *text, size_t len, size_t *first,
                      struct infer_error *err)
{
    unsigned flags = TOKENIZE_SPECIAL | (s->tokens.count == 0 ? TOKENIZE_BOS : 0);
    int result;

    *first = s->tokens.count;
    if (tokenizer_encode(&s->tokenizer, text, len, flags, &s->tokens) < 0) {
        return infer_fail(err, ENOMEM, "prompt of %zu bytes: no memory for its tokens", len);
    }
    if (s->tokens.count == 0) { /* nothing to go on from: begin a text */
        int32_t start = s->tokenizer.bos != TOKEN_NONE ? s->tokenizer.bos : s->tokenizer.eos;
        result = start == TOKEN_NONE ? -EINVAL : token_list_add(&s->tokens, start);
        if (result < 0) {
            return infer_fail(err, EINVAL, "empty prompt: the tokenizer has no token to begin with");
        }
    }
    return check_room(s, s->tokens.count - *first, err);
}

/* From the logits of the last token on. Returns 0, or -ENOMEM. */
static int go_on(struct session *s, const float *logits)
{
    const struct options *o = s->options;
    double start = session_now(), products = s->decoder.product_seconds;
    int result = 0;

    for (int32_t n = 0; n != o->predict && result == 0; n++) {
        int32_t previous = s->tokens.ids[s->tokens.count - 1];
        int32_t id = sampler_choose(&s->sampler, logits, s->tokens.ids, s->tokens.count);
        if (tokenizer_ends(&s->tokenizer, id) && !o->ignore_eos) {
            break;
        }
        print_token(s, previous, id);
        result = token_list_add(&s->tokens, id);
        s->generated_tokens++;
        if (decoder_room(&s->decoder) == 0) {
            fprintf(stderr, "llm: the context of %u positions is full\n", s->decoder.context);
            break;
        }
        if (n + 1 != o->predict && result == 0) {
            logits = feed(s, &s->tokens.ids[s->tokens.count - 1], 1);
        }
    }
    s->generated_seconds += session_now() - start;
    s->generated_products += s->decoder.product_seconds - products;
    return result;
}

/* One prompt and its answer. */
static int turn(struct session *s, const char *text, size_t len, bool show,
                struct infer_error *err)
{
    size_t first;
    int result = add_prompt(s, text, len, &first, err);

    if (result < 0) {
        return result;
    }
    size_t count = s->tokens.count - first;
    for (size_t i = first; show && i < s->tokens.count; i++) {
        print_token(s, i != 0 ? s->tokens.ids[i - 1] : TOKEN_NONE, s->tokens.ids[i]);
    }
    double start = session_now();
    const float *logits = feed(s, s->tokens.ids + first, (uint32_t)count);
    s->prompt_seconds += session_now() - start;
    s->prompt_tokens += count;
    if (go_on(s, logits) < 0) {
        return infer_fail(err, ENOMEM, "no memory for more tokens");
    }
    stream_end(&s->stream);
    putchar('\n');
    return 0;
}

int generate_text(struct session *s, const char *prompt, size_t len, struct infer_error *err)
{
    return turn(s, prompt, len, !s->options->hide_prompt, err);
}

/* A line of stdin with its newline, or NULL at the end. The caller frees. */
static char *read_line(size_t *len)
{
    char *line = NULL;
    size_t room = 0;

    *len = 0;
    do {
        if (room - *len < LINE_BYTES) {
            room = 2 * room + LINE_BYTES;
            char *more = realloc(line, room);
            if (more == NULL) {
                break;
            }
            line = more;
        }
        if (fgets(line + *len, (int)(room - *len), stdin) == NULL) {
            break;
        }
        *len += strlen(line + *len);
    } while (line[*len - 1] != '\n');
    if (*len == 0) {
        free(line);
        return NULL;
    }
    return line;
}

/* Tokens that were chosen but not fed yet: the last of an answer. */
static void catch_up(struct session *s)
{
    uint32_t at = s->decoder.position;
    size_t missing = s->tokens.count - at;

    if (missing != 0 && missing <= decoder_room(&s->decoder)) {
        decoder_eval(&s->decoder, s->tokens.ids + at, (uint32_t)missing, 0, NULL, NULL);
    }
}

int generate_interactive(struct session *s, const char *prompt, size_t len,
                         struct infer_error *err)
{
    int result = len != 0 ? turn(s, prompt, len, !s->options->hide_prompt, err) : 0;

    while (result == 0) {
        fputs("> ", stdout);
        fflush(stdout);
        char *line = read_line(&len);
        if (line == NULL) {
            putchar('\n');
            break;
        }
        catch_up(s);
        if (len > 1 || line[0] != '\n') {
            result = turn(s, line, len - (line[len - 1] == '\n'), false, err);
        }
        free(line);
        if (result == -E2BIG) { /* say so and forget what was said, rather than give up */
            fprintf(stderr, "llm: %s: starting anew\n", err->text);
            decoder_rewind(&s->decoder, 0);
            s->tokens.count = 0;
            result = 0;
        }
    }
    return result;
}
