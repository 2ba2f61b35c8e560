/*
 * tokenize FILE [VOCAB]: for each line of stdin (a text in hexadecimal) prints its ids, then the text
 * that they stand for in hexadecimal, on one line each. For test_infer.py, which knows what they must be.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "infer/tokenizer.h"

enum { LINE = 1 << 16 };

static int open_tokenizer(struct tokenizer *t, const char *path, uint32_t vocab, struct infer_error *err)
{
    struct file file;
    struct gguf g;
    int result = file_open(&file, path, FILE_ONCE, err);

    if (result < 0) {
        return result;
    }
    if (gguf_is(&file)) {
        result = gguf_open(&g, &file, err);
        if (result == 0) {
            result = tokenizer_from_gguf(t, &g, err);
            gguf_close(&g);
        }
    } else if (vocab == 0) {
        result = tokenizer_from_llmc(t, &file, err);
    } else {
        result = tokenizer_from_llama2c(t, &file, vocab, err);
    }
    file_close(&file);
    return result;
}

static void print_line(const struct tokenizer *t, const struct token_list *ids)
{
    for (size_t i = 0; i < ids->count; i++) {
        printf("%s%d", i != 0 ? " " : "", (int)ids->ids[i]);
    }
    printf("\n");
    for (size_t i = 0; i < ids->count; i++) {
        size_t len;
        const char *piece = tokenizer_piece(t, i != 0 ? ids->ids[i - 1] : TOKEN_NONE, ids->ids[i], &len);
        for (size_t j = 0; j < len; j++) {
            printf("%02x", (unsigned char)piece[j]);
        }
    }
    printf("\n");
}

int main(int argc, char **argv)
{
    static char line[LINE], text[LINE / 2];
    struct token_list ids = { 0 };
    struct infer_error err;
    struct tokenizer t;

    if (argc < 2 || open_tokenizer(&t, argv[1], argc > 2 ? (uint32_t)atoi(argv[2]) : 0, &err) < 0) {
        fprintf(stderr, "tokenize: %s\n", argc < 2 ? "which tokenizer?" : err.text);
        return 1;
    }
    while (fgets(line, sizeof(line), stdin) != NULL) {
        size_t n = strcspn(line, "\n") / 2;
        for (size_t i = 0; i < n; i++) {
            char byte[3] = { line[2 * i], line[2 * i + 1], 0 };
            text[i] = (char)strtoul(byte, NULL, 16);
        }
        ids.count = 0;
        if (tokenizer_encode(&t, text, n, TOKENIZE_BOS | TOKENIZE_SPECIAL, &ids) < 0) {
            return 1;
        }
        print_line(&t, &ids);
    }
    token_list_close(&ids);
    tokenizer_close(&t);
    return 0;
}
