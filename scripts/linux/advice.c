/*
 * advice.c: the plain program with one word of advice to the kernel about the model's mapping.
 *
 * Linked around the engine with --wrap=file_open. ADVICE names the word: sequential, random, willneed (once, of the whole
 * file), normal.
 */
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "infer/file.h"

typeof(file_open) __real_file_open, __wrap_file_open;

static int advice_of(const char *word)
{
    static const struct {
        const char *word;
        int advice;
    } known[] = { { "normal", MADV_NORMAL },
                  { "sequential", MADV_SEQUENTIAL },
                  { "random", MADV_RANDOM },
                  { "willneed", MADV_WILLNEED } };

    for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
        if (word != NULL && strcmp(word, known[i].word) == 0) {
            return known[i].advice;
        }
    }
    fprintf(stderr, "advice: ADVICE=%s: normal, sequential, random or willneed\n", word != NULL ? word : "");
    exit(2);
}

int __wrap_file_open(struct file *file, const char *name, enum file_use use, struct infer_error *err)
{
    int result = __real_file_open(file, name, use, err);

    if (result == 0 && use == FILE_PAGED && madvise((void *)(uintptr_t)file->data, file->size, advice_of(getenv("ADVICE"))) < 0) {
        perror("advice");
        exit(1);
    }
    return result;
}
