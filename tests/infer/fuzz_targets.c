/*
 * Fuzz targets of the parsers, chosen by FUZZ_TARGET at compile time:
 *   FUZZ_GGUF, FUZZ_LLMC, FUZZ_LLAMA2C   a model; what opens and is small also runs a few tokens
 *   FUZZ_TOKENIZER_LLMC, FUZZ_TOKENIZER_LLAMA2C, and FUZZ_GGUF: a tokenizer; what opens encodes and decodes the input
 * An input that is refused must leave a line in err; nothing may read outside the input or leak.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "infer/decoder.h"
#include "infer/model.h"
#include "infer/tokenizer.h"

enum { FUZZ_GGUF,
       FUZZ_LLMC,
       FUZZ_LLAMA2C,
       FUZZ_TOKENIZER_LLMC,
       FUZZ_TOKENIZER_LLAMA2C };

enum { MAX_RUN_WEIGHTS = 1 << 16,
       MAX_CONTEXT = 64,
       TEXT_BYTES = 64,
       LLAMA2C_VOCAB = 12 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool condition)
{
    if (!condition) {
        abort();
    }
}

static void refused(const struct infer_error *err)
{
    require(err->text[0] != '\0' && strchr(err->text, '\n') == NULL);
}

static bool small(const struct model_shape *s)
{
    uint64_t per_layer = (uint64_t)s->width * (4 * (uint64_t)s->heads * s->head_width + 3 * (uint64_t)s->ffn_width);

    return s->layers * per_layer + (uint64_t)s->vocab * s->width < MAX_RUN_WEIGHTS && s->context <= MAX_CONTEXT;
}

static void run_model(const struct model *m)
{
    struct decoder_options o = { .block = 2 };
    struct infer_error err = { "" };
    struct decoder d;
    int32_t ids[3] = { 0, (int32_t)m->shape.vocab - 1, (int32_t)m->shape.vocab / 2 };

    if (!small(&m->shape)) {
        return;
    }
    if (decoder_open(&d, m, &o, &err) < 0) {
        refused(&err);
        return;
    }
    uint32_t n = decoder_room(&d) < 3 ? decoder_room(&d) : 3;
    decoder_eval(&d, ids, n, n, NULL, NULL);
    decoder_close(&d);
}

static void use_tokenizer(struct tokenizer *t, const uint8_t *data, size_t size)
{
    struct token_list ids = { 0 };
    size_t n = size < TEXT_BYTES ? size : TEXT_BYTES, len;
    const char *text = (const char *)data + size - n;

    require(tokenizer_encode(t, text, n, TOKENIZE_BOS | TOKENIZE_SPECIAL, &ids) == 0);
    for (size_t i = 0; i < ids.count; i++) {
        require(ids.ids[i] >= 0 && (uint32_t)ids.ids[i] < t->vocab.count);
        tokenizer_piece(t, i != 0 ? ids.ids[i - 1] : TOKEN_NONE, ids.ids[i], &len);
        tokenizer_ends(t, ids.ids[i]);
    }
    token_list_close(&ids);
    tokenizer_close(t);
}

static void fuzz_model(struct file file, const uint8_t *data, size_t size)
{
    struct infer_error err = { "" };
    struct tokenizer t;
    struct model m;

    if (model_from_file(&m, file, &err) < 0) {
        refused(&err);
        return;
    }
    run_model(&m);
    if (m.format == FORMAT_GGUF) {
        if (tokenizer_open(&t, &m, NULL, &err) == 0) {
            use_tokenizer(&t, data, size);
        } else {
            refused(&err);
        }
    }
    model_close(&m);
}

static void fuzz_tokenizer(struct file file, const uint8_t *data, size_t size)
{
    struct infer_error err = { "" };
    struct tokenizer t;
    int result = FUZZ_TARGET == FUZZ_TOKENIZER_LLMC ? tokenizer_from_llmc(&t, &file, &err)
                                                    : tokenizer_from_llama2c(&t, &file, LLAMA2C_VOCAB, &err);

    if (result == 0) {
        use_tokenizer(&t, data, size);
    } else {
        refused(&err);
    }
}

/* Each input at a block of its own, so that the sanitizer sees every byte beyond its end. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct file file;
    uint8_t *copy = malloc(size + 1);

    require(copy != NULL);
    memcpy(copy, data, size);
    if (size != 0) {
        copy = realloc(copy, size);
    }
    file_from_memory(&file, "input", copy, size);
    if (FUZZ_TARGET <= FUZZ_LLAMA2C) {
        fuzz_model(file, copy, size);
    } else {
        fuzz_tokenizer(file, copy, size);
    }
    free(copy);
    return 0;
}
