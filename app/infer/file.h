/*
 * A file mapped whole and read-only, and a cursor over its bytes that cannot leave them.
 *
 * A model is mapped with MAP_LLM, so its pages live in the capped frame pool; a tokenizer file is
 * read once and mapped plainly. On a host without MAP_LLM both are plain private mappings. A disk
 * rounds a file up to whole sectors, so trailing bytes are never an error.
 */
#ifndef INFER_FILE_H
#define INFER_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

struct file {
    const char *name; /* as the user wrote it; borrowed, must outlive the mapping */
    const uint8_t *data;
    size_t size;
    bool mapped; /* false for file_from_memory */
};

enum file_use { FILE_ONCE,
                FILE_PAGED };

/* Opens and maps; -ENOENT, -EINVAL (empty or no regular file or disk), -ENOMEM. */
int file_open(struct file *file, const char *name, enum file_use use, struct infer_error *err);
/* The same interface over bytes that the caller owns: tests and fuzz targets. */
void file_from_memory(struct file *file, const char *name, const void *data, size_t size);
void file_close(struct file *file);

/* Little-endian fields in sequence. The first read beyond the end sets `failed`; it and all later
 * ones give zeros, so a parser may check once per record. */
struct reader {
    const uint8_t *data;
    size_t size;
    size_t at;
    bool failed;
};

struct reader reader_of(const struct file *file);
size_t reader_left(const struct reader *r);
/* Pointer to the next n bytes, which it skips; NULL (and failed) where fewer are left. */
const uint8_t *reader_bytes(struct reader *r, uint64_t n);
uint8_t reader_u8(struct reader *r);
uint32_t reader_u32(struct reader *r);
int32_t reader_i32(struct reader *r);
uint64_t reader_u64(struct reader *r);
float reader_f32(struct reader *r);

#endif
