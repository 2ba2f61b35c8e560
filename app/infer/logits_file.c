#include "logits_file.h"

#include <errno.h>
#include <string.h>

static const char magic[] = "BWLOGITS";

int logits_file_open(struct logits_file *f, const char *name, uint32_t vocab,
                     struct infer_error *err)
{
    const uint32_t header[] = { LOGITS_FILE_VERSION, vocab };

    *f = (struct logits_file){ .stream = fopen(name, "wb"), .name = name, .vocab = vocab };
    if (f->stream == NULL) {
        return infer_fail(err, EIO, "%s: cannot write: %s", name, strerror(errno));
    }
    fwrite(magic, 1, sizeof(magic) - 1, f->stream);
    fwrite(header, sizeof(header), 1, f->stream);
    return 0;
}

void logits_file_write(struct logits_file *f, int32_t token, const float *logits)
{
    if (f->stream != NULL) {
        fwrite(&token, sizeof(token), 1, f->stream);
        fwrite(logits, sizeof(*logits), f->vocab, f->stream);
    }
}

int logits_file_close(struct logits_file *f, struct infer_error *err)
{
    if (f->stream == NULL) {
        return 0;
    }
    int failed = ferror(f->stream);
    if (fclose(f->stream) != 0 || failed) {
        return infer_fail(err, EIO, "%s: not all logits could be written", f->name);
    }
    f->stream = NULL;
    return 0;
}
