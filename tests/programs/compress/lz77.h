/* Matches of 3 to 258 bytes within the last 32 KiB, found through chains of hashes. */
#ifndef LZ77_H
#define LZ77_H

#include <stddef.h>
#include <stdint.h>

#define LZ_MIN_MATCH 3
#define LZ_MAX_MATCH 258
#define LZ_WINDOW 32768

struct lz_token {
    uint16_t length;   /* 1: a literal */
    uint16_t distance; /* of a match; else the literal itself */
};

/* Returns the tokens, which the caller frees, and how many there are. */
struct lz_token *lz_parse(const uint8_t *data, size_t n, int effort, size_t *ntokens);

#endif
