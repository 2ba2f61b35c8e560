/*
 * Tensors that follow one another in a file without names, as llm.c and llama2.c write them.
 *
 * Each tensor holds all layers, one after the other. The first one that does not fit into the file
 * sets the error; later calls then do nothing.
 */
#ifndef INFER_SEQUENCE_H
#define INFER_SEQUENCE_H

#include "model.h"

struct sequence {
    struct model *m;
    struct infer_error *err;
    uint64_t at;           /* offset of the next tensor in the file */
    enum weight_type type; /* of the matrices that follow */
    uint32_t group;        /* for WEIGHT_Q8_GROUPS */
    int result;
};

/* The next n weights of `bytes` bytes each, which it skips; NULL where the file ends before. */
const uint8_t *sequence_skip(struct sequence *s, const char *name, uint64_t n, uint32_t bytes);
/* The next matrix of that many rows and columns. */
void sequence_matrix(struct sequence *s, const char *name, uint32_t rows, uint32_t cols,
                     struct tensor *out);
/* The next vector of n weights of the given type, copied to the heap. */
float *sequence_vector(struct sequence *s, const char *name, enum weight_type type, uint32_t n);

#endif
