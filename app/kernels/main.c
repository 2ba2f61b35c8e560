/*
 * kernels: how fast the engine's matrix-vector products are, beside plain loops over equal sizes.
 *
 *     kernels [ROUNDS]
 *
 * Each line: a name, and millions of multiply-adds per second. Every kernel's line is the whole
 * product as the decoder calls it, quantising the vector and scaling the results included. The
 * weights fit into a few MiB of the heap, so no page is read. All take turns, ROUNDS times (5); the
 * best turn of each counts, so that another load on the host disturbs them alike.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../infer/kernels/kernels.h"
#include "../infer/matmul.h"

enum { ROWS = 768,
       COLS = 3072,
       TYPES = WEIGHT_Q8_GROUPS, /* all but llama2.c's groups, whose scales lie elsewhere */
       ROUNDS = 5,
       HALF_SCALE_LOW = 0x1c, /* upper byte of a half of about 2^-8 */
       WAYS = 4 };

static const double turn_seconds = 0.1;

/* Keeps the plain loops from being left out. */
static volatile float sink;

struct bench {
    struct tensor w[TYPES];
    struct vectors x;
    float *values, *y;      /* [COLS], [ROWS] */
    int8_t *bytes, *vector; /* [ROWS][COLS], [COLS] */
    float *floats;          /* [ROWS][COLS]: those of w[WEIGHT_F32] */
};

static double now(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

static void *room(size_t bytes)
{
    void *p = malloc(bytes);

    if (p == NULL) {
        fprintf(stderr, "kernels: no memory for %lu bytes\n", (unsigned long)bytes);
        exit(1);
    }
    return p;
}

static int8_t random_byte(void)
{
    return (int8_t)((rand() >> 8) % 255 - 127);
}

/* Random weights whose scales are small halves, as those of a model are. */
static void fill_weights(uint8_t *data, size_t bytes, enum weight_type type)
{
    size_t block = weight_types[type].block_bytes;

    for (size_t i = 0; i < bytes; i++) {
        data[i] = (uint8_t)random_byte();
    }
    for (size_t at = 0; at + block <= bytes; at += block) {
        if (type == WEIGHT_Q6_K) {
            data[at + block - 1] = HALF_SCALE_LOW;
        } else {
            data[at + 1] = HALF_SCALE_LOW;
        }
        if (type == WEIGHT_Q4_K) {
            data[at + 3] = HALF_SCALE_LOW;
        }
    }
}

static void fill_floats(float *out, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        out[i] = (float)random_byte() / 128.0f;
    }
}

static void open_bench(struct bench *b)
{
    size_t weights = (size_t)ROWS * COLS;

    b->values = room(COLS * sizeof(float));
    b->y = room(ROWS * sizeof(float));
    b->bytes = room(weights);
    b->vector = room(COLS);
    fill_floats(b->values, COLS);
    for (size_t i = 0; i < weights; i++) {
        b->bytes[i] = random_byte();
    }
    memcpy(b->vector, b->bytes, COLS);
    for (int type = 0; type < TYPES; type++) {
        struct tensor *w = &b->w[type];
        *w = (struct tensor){ .type = (enum weight_type)type, .rows = ROWS, .cols = COLS };
        size_t bytes = ROWS * tensor_row_bytes(w);
        uint8_t *data = room(bytes);
        if (type == WEIGHT_F32) {
            b->floats = (float *)(void *)data;
            fill_floats(b->floats, weights);
        } else if (type == WEIGHT_BF16) { /* the upper halves of floats */
            for (size_t i = 0; i < weights; i++) {
                memcpy(data + 2 * i, (uint8_t *)&b->floats[i] + 2, 2);
            }
        } else {
            fill_weights(data, bytes, w->type);
        }
        w->data = data;
    }
    b->x.quant.words = room(COLS * sizeof(int64_t));
    b->x.quant.sums = room(COLS * sizeof(int32_t));
    b->x.quant.exponent = room(sizeof(int32_t));
}

/* The product by the engine's kernel. */
static void by_kernel(struct bench *b, int type)
{
    struct par par = { .workers = 1 };
    struct product product = { .w = &b->w[type], .y = b->y, .stride = ROWS };

    vectors_set(&b->x, b->values, 1, COLS);
    matmul(&par, &product, 1, &b->x);
    sink = b->y[0];
}

/* What anyone would write for int8 weights: one sum, no scales. */
__attribute__((noinline)) static int32_t plain_int8_row(const int8_t *w, const int8_t *x, int n)
{
    int32_t sum = 0;

    for (int i = 0; i < n; i++) {
        sum += w[i] * x[i];
    }
    return sum;
}

static void plain_int8(struct bench *b, int unused)
{
    (void)unused;
    for (size_t row = 0; row < ROWS; row++) {
        b->y[row] = (float)plain_int8_row(b->bytes + row * COLS, b->vector, COLS);
    }
    sink = b->y[0];
}

/* fp32 with four sums, so that additions need not wait for each other. */
__attribute__((noinline)) static float four_ways_row(const float *w, const float *x, int n)
{
    float s0 = 0.0f, s1 = 0.0f, s2 = 0.0f, s3 = 0.0f;

    for (int i = 0; i < n; i += WAYS) {
        s0 += w[i] * x[i];
        s1 += w[i + 1] * x[i + 1];
        s2 += w[i + 2] * x[i + 2];
        s3 += w[i + 3] * x[i + 3];
    }
    return (s0 + s1) + (s2 + s3);
}

static void four_ways(struct bench *b, int unused)
{
    (void)unused;
    for (size_t row = 0; row < ROWS; row++) {
        b->y[row] = four_ways_row(b->floats + row * COLS, b->values, COLS);
    }
    sink = b->y[0];
}

/* Multiply-adds per second of one turn. */
static double turn(struct bench *b, void (*product)(struct bench *, int), int type)
{
    double start = now(), end;
    double done = 0.0;

    do {
        product(b, type);
        done += (double)ROWS * COLS;
        end = now();
    } while (end - start < turn_seconds);
    return done / (end - start);
}

int main(int argc, char **argv)
{
    struct bench b = { 0 };
    double best[TYPES + 2] = { 0 };
    char *end = NULL;
    long rounds = argc > 1 ? strtol(argv[1], &end, 10) : ROUNDS;

    if (argc > 2 || rounds < 1 || (end && *end)) {
        fprintf(stderr, "kernels: %s: needs a number of rounds, 1 or more, and nothing else (%d)\n", argv[argc - 1], ROUNDS);
        return 2;
    }
    open_bench(&b);
    for (long round = 0; round < rounds; round++) {
        for (int i = 0; i < TYPES + 2; i++) {
            void (*product)(struct bench *, int) =
                i < TYPES ? by_kernel : i == TYPES ? plain_int8
                                                   : four_ways;
            double speed = turn(&b, product, i);
            best[i] = speed > best[i] ? speed : best[i];
        }
    }
    for (int i = 0; i < TYPES; i++) {
        printf("%s %.1f\n", weight_types[i].name, best[i] * 1e-6);
    }
    printf("plain-int8 %.1f\nfour-way-fp32 %.1f\n", best[TYPES] * 1e-6, best[TYPES + 1] * 1e-6);
    return 0;
}
