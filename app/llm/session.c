#include "session.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

enum { READ_BYTES = 4096 };

int session_open(struct session *s, const struct options *options, struct infer_error *err)
{
    memset(s, 0, sizeof(*s));
    s->options = options;
    int result = model_open(&s->model, options->model, err);
    if (result == 0) {
        result = tokenizer_open(&s->tokenizer, &s->model, options->tokenizer, err);
    }
    if (result == 0) {
        result = decoder_open(&s->decoder, &s->model, &options->decoder, err);
    }
    /* Rows of the embedding beyond the tokenizer's ids are padding: never sampled. */
    if (result == 0 &&
        sampler_open(&s->sampler, &options->sampler, s->tokenizer.vocab.count) < 0) {
        result = infer_fail(err, ENOMEM, "no memory for the sampler");
    }
    if (result == 0 && options->logits != NULL) {
        result = logits_file_open(&s->logits, options->logits, s->model.shape.vocab, err);
    }
    return result;
}

int session_close(struct session *s, struct infer_error *err)
{
    int result = logits_file_close(&s->logits, err);

    sampler_close(&s->sampler);
    decoder_close(&s->decoder);
    tokenizer_close(&s->tokenizer);
    model_close(&s->model);
    token_list_close(&s->tokens);
    return result;
}

double session_now(void)
{
    struct timeval now;

    gettimeofday(&now, NULL);
    return (double)now.tv_sec + (double)now.tv_usec * 1e-6;
}

char *read_text_file(const char *name, size_t *len, struct infer_error *err)
{
    FILE *stream = fopen(name, "rb");
    char *text = NULL;
    size_t room = 0, n;

    *len = 0;
    if (stream == NULL) {
        infer_fail(err, errno, "%s: cannot open: %s", name, strerror(errno));
        return NULL;
    }
    do {
        if (*len + READ_BYTES + 1 > room) {
            room = 2 * room + READ_BYTES + 1;
            char *more = realloc(text, room);
            if (more == NULL) {
                free(text);
                fclose(stream);
                infer_fail(err, ENOMEM, "%s: no memory for its text", name);
                return NULL;
            }
            text = more;
        }
        n = fread(text + *len, 1, READ_BYTES, stream);
        *len += n;
    } while (n != 0);
    text[*len] = '\0';
    if (ferror(stream)) {
        free(text);
        text = NULL;
        infer_fail(err, EIO, "%s: cannot read", name);
    }
    fclose(stream);
    return text;
}
