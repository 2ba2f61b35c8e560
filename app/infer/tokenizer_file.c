/* Tokenizers in files of their own (llm.c's and llama2.c's), and finding the right one. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "tokenizer.h"

enum {
    LLMC_MAGIC = 20240328,
    LLMC_VERSION_EOT = 2, /* from here on the header has the end-of-text token */
    LLMC_HEADER_BYTES = 256 * 4,
    LLMC_GPT2_EOT = 50256,
    LLAMA2C_BOS = 1,
    LLAMA2C_EOS = 2,
    LLAMA2C_FIRST_BYTE = 3,
    PATH_CHARS = 1024
};

static const char llmc_name[] = "gpt2_tokenizer.bin", llama2c_name[] = "tokenizer.bin";

static int truncated(const struct file *file, uint32_t id, uint32_t count, struct infer_error *err)
{
    return infer_fail(err, EINVAL, "%s: token %u of %u runs beyond the file's %zu bytes",
                      file->name, id, count, file->size);
}

static int fail_memory(const struct file *file, struct infer_error *err)
{
    return infer_fail(err, ENOMEM, "%s: no memory for the tokenizer", file->name);
}

static int read_llmc_header(const struct file *file, struct reader *r, uint32_t *count,
                            uint32_t *eot, struct infer_error *err)
{
    uint32_t magic = reader_u32(r), version = reader_u32(r);

    *count = reader_u32(r);
    *eot = reader_u32(r);
    if (file->size < LLMC_HEADER_BYTES || magic != LLMC_MAGIC) {
        return infer_fail(err, EINVAL, "%s: magic = %u: llm.c's tokenizer has %d", file->name,
                          magic, LLMC_MAGIC);
    }
    if (version == 0 || version > LLMC_VERSION_EOT) {
        return infer_fail(err, EINVAL, "%s: tokenizer version = %u: known are 1 and 2", file->name,
                          version);
    }
    *eot = version >= LLMC_VERSION_EOT ? *eot : LLMC_GPT2_EOT;
    if (*count > file->size || *eot >= *count) {
        return infer_fail(err, EINVAL,
                          "%s: tokens = %u, end of text = %u: more than the file can hold, or not "
                          "among them",
                          file->name, *count, *eot);
    }
    r->at = LLMC_HEADER_BYTES;
    return 0;
}

static int read_llmc_tokens(struct tokenizer *t, const struct file *file, struct reader *r,
                            uint32_t count, uint32_t eot, struct infer_error *err)
{
    for (uint32_t id = 0; id < count; id++) {
        uint8_t len = reader_u8(r);
        const uint8_t *text = reader_bytes(r, len);
        if (r->failed) {
            return truncated(file, id, count, err);
        }
        enum token_kind kind = id == eot ? TOKEN_CONTROL : TOKEN_NORMAL;
        if (vocab_add(&t->vocab, (const char *)text, len, kind, 0.0f) < 0) {
            return fail_memory(file, err);
        }
    }
    return 0;
}

int tokenizer_from_llmc(struct tokenizer *t, const struct file *file, struct infer_error *err)
{
    struct reader r = reader_of(file);
    uint32_t count, eot;

    memset(t, 0, sizeof(*t));
    int result = read_llmc_header(file, &r, &count, &eot, err);
    if (result < 0) {
        return result;
    }
    result = tokenizer_begin(t, TOKENIZER_RANKS, count) < 0 ? fail_memory(file, err) : 0;
    if (result == 0) {
        result = read_llmc_tokens(t, file, &r, count, eot, err);
    }
    if (result == 0) {
        t->bos = t->eos = (int32_t)eot;
        result = tokenizer_finish(t, file->name, err);
    }
    if (result < 0) {
        tokenizer_close(t);
    }
    return result;
}

static int read_llama2c_token(struct tokenizer *t, const struct file *file, struct reader *r,
                              uint32_t id, uint32_t count, struct infer_error *err)
{
    float score = reader_f32(r);
    uint32_t len = reader_u32(r);
    const char *text = (const char *)reader_bytes(r, len);
    enum token_kind kind = id < LLAMA2C_FIRST_BYTE ? TOKEN_CONTROL : TOKEN_NORMAL;

    if (r->failed) {
        return truncated(file, id, count, err);
    }
    if (score != score) {
        return infer_fail(err, EINVAL, "%s: token %u: score = NaN: must be a number", file->name,
                          id);
    }
    int byte = tokenizer_byte_name(text, len);
    char one = (char)byte;
    if (byte >= 0) {
        text = &one;
        len = 1;
        kind = TOKEN_BYTE;
    }
    if (vocab_add(&t->vocab, text, len, kind, score) < 0) {
        return fail_memory(file, err);
    }
    return 0;
}

int tokenizer_from_llama2c(struct tokenizer *t, const struct file *file, uint32_t vocab,
                           struct infer_error *err)
{
    struct reader r = reader_of(file);
    uint32_t longest = reader_u32(&r); /* a hint for buffers, which this reader does not need */

    memset(t, 0, sizeof(*t));
    if (r.failed || longest == 0 || longest > file->size) {
        return infer_fail(err, EINVAL, "%s: longest token = %u: must be 1 to the file's %zu bytes",
                          file->name, longest, file->size);
    }
    if (vocab <= LLAMA2C_EOS || vocab > file->size) {
        return infer_fail(err, EINVAL, "%s: tokens = %u, as in the model: more than the file can "
                                       "hold, or too few",
                          file->name, vocab);
    }
    int result = tokenizer_begin(t, TOKENIZER_SPM, vocab) < 0 ? fail_memory(file, err) : 0;
    for (uint32_t id = 0; id < vocab && result == 0; id++) {
        result = read_llama2c_token(t, file, &r, id, vocab, err);
    }
    if (result == 0) {
        t->unknown = 0;
        t->bos = LLAMA2C_BOS;
        t->eos = LLAMA2C_EOS;
        t->eot = LLAMA2C_BOS; /* its models put it between two texts, and run.c stops there */
        t->add_bos = true;
        t->space_prefix = true;
        result = tokenizer_finish(t, file->name, err);
    }
    if (result < 0) {
        tokenizer_close(t);
    }
    return result;
}

/* --- which file --------------------------------------------------------------------------------- */

/* The file called `name` in the directory of the model. */
static int beside(const char *model, const char *name, char path[PATH_CHARS])
{
    const char *slash = strrchr(model, '/');
    int directory = slash != NULL ? (int)(slash + 1 - model) : 0;
    int n = snprintf(path, PATH_CHARS, "%.*s%s", directory, model, name);

    int fd = n < PATH_CHARS ? open(path, O_RDONLY) : -1;

    if (fd < 0) {
        return -ENOENT;
    }
    close(fd);
    return 0;
}

static int from_file(struct tokenizer *t, const struct model *m, const char *path,
                     struct infer_error *err)
{
    struct file file;
    int result = file_open(&file, path, FILE_ONCE, err);

    if (result < 0) {
        return result;
    }
    struct reader r = reader_of(&file);
    if (gguf_is(&file)) {
        struct gguf g;
        result = gguf_open(&g, &file, err);
        if (result == 0) {
            result = tokenizer_from_gguf(t, &g, err);
            gguf_close(&g);
        }
    } else if (reader_u32(&r) == LLMC_MAGIC) {
        result = tokenizer_from_llmc(t, &file, err);
    } else {
        result = tokenizer_from_llama2c(t, &file, m->shape.vocab, err);
    }
    file_close(&file);
    return result;
}

static int open_any(struct tokenizer *t, const struct model *m, const char *path,
                    struct infer_error *err)
{
    const char *name = m->format == FORMAT_LLMC ? llmc_name : llama2c_name;
    char found[PATH_CHARS];

    if (path != NULL) {
        return from_file(t, m, path, err);
    }
    if (m->format == FORMAT_GGUF) {
        return tokenizer_from_gguf(t, &m->gguf, err);
    }
    if (beside(m->file.name, name, found) < 0 && beside("", name, found) < 0) {
        return infer_fail(err, ENOENT,
                          "%s: no tokenizer inside and no %s beside it: name one with --tokenizer",
                          m->file.name, name);
    }
    return from_file(t, m, found, err);
}

int tokenizer_open(struct tokenizer *t, const struct model *model, const char *path,
                   struct infer_error *err)
{
    int result = open_any(t, model, path, err);

    if (result == 0 && t->vocab.count > model->shape.vocab) {
        uint32_t count = t->vocab.count;
        tokenizer_close(t);
        return infer_fail(err, EINVAL, "%s: vocabulary = %u: the tokenizer has %u tokens",
                          model->file.name, model->shape.vocab, count);
    }
    return result;
}
