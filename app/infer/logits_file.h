/*
 * Logits on disk, for references outside the engine.
 *
 * Little-endian. Header: the 8 bytes "BWLOGITS", u32 version (1), u32 vocab. Then one record per
 * position, in order: i32 token that stands there, float32 logits[vocab] for what follows it.
 * numpy: a = np.fromfile(path, "<f4", offset=16).reshape(-1, vocab + 1)
 *        tokens, logits = a[:, 0].view("<i4"), a[:, 1:]
 */
#ifndef INFER_LOGITS_FILE_H
#define INFER_LOGITS_FILE_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"

enum { LOGITS_FILE_VERSION = 1 };

struct logits_file {
    FILE *stream; /* NULL: not wanted, and writing does nothing */
    const char *name;
    uint32_t vocab;
};

int logits_file_open(struct logits_file *f, const char *name, uint32_t vocab,
                     struct infer_error *err);
void logits_file_write(struct logits_file *f, int32_t token, const float *logits);
/* -EIO with a line where anything was not written. */
int logits_file_close(struct logits_file *f, struct infer_error *err);

#endif
