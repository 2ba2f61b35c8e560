/*
 * Cutting text into the pieces inside which byte-pair merges may happen.
 *
 * The rules are the regular expressions of GPT-2's encoder.py and of Llama 3's tokenizer, written
 * out by hand; classes as in unicode.h.
 *   GPT-2    's|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+
 *   Llama 3  (?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}
 *            | ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+
 */
#ifndef INFER_PRESPLIT_H
#define INFER_PRESPLIT_H

#include <stddef.h>

enum presplit_rule { PRESPLIT_GPT2,
                     PRESPLIT_LLAMA3 };

/* Length of the first piece of text[0..len), len > 0; at least 1. */
size_t presplit_next(enum presplit_rule rule, const char *text, size_t len);

#endif
