/*
 * stream.c: the best that a program can do by hand on Linux when its model does not fit: keeps what fits, streams the rest with
 * O_DIRECT from threads ahead of the computation.
 *
 * Linked around the engine with --wrap=decoder_eval and --wrap=matmul. The first pass over the model goes through the mapping
 * and is recorded: that is the order of every later one. Then the matrices are cut into pieces of whole rows. As many as fit lie
 * in memory of our own, spread evenly over the order, so that there is always something to compute while something is read; the
 * others come through a ring of slots, READERS threads filling it. The page cache of the mapping is given back; what is still
 * touched there are rows of the embeddings.
 *
 * STREAM_PAGES is how many pages of 4 KiB all of that may take: the resident pieces, the ring, and OWN_PAGES for the mapping.
 */
#define _GNU_SOURCE
#include <fcntl.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "infer/decoder.h"
#include "infer/kernels/kernels.h"
#include "infer/matmul.h"

enum { READERS = 2,
       SLOTS = 8, /* a multiple of READERS */
       PIECE_BYTES = 64 << 10,
       SECTOR = 512, /* what O_DIRECT aligns to on this disk */
       PAGE = 4096,
       OWN_PAGES = 16 };

struct piece {
    uint64_t offset; /* in the file */
    size_t bytes;
    uint32_t row, rows;
    uint8_t *memory; /* resident: its bytes; else NULL */
};

struct step { /* one product */
    struct tensor w;
    struct piece *pieces;
    unsigned count;
};

struct slot {
    uint8_t *memory;
    sem_t free, full;
};

enum phase { BEFORE,
             RECORDING,
             STREAMING };

static struct {
    enum phase phase;
    const struct model *model;
    int fd;
    struct step *steps;
    unsigned count, room, at; /* at: the next step of the pass */
    struct piece *pieces, **streamed;
    unsigned piece_count, streamed_count;
    unsigned long taken; /* streamed pieces that were used so far */
    uint8_t *resident;   /* one run of memory for all resident pieces */
    struct slot slots[SLOTS];
} all;

typeof(decoder_eval) __real_decoder_eval, __wrap_decoder_eval;
typeof(matmul) __real_matmul, __wrap_matmul;

static void fail(const char *what)
{
    perror(what);
    exit(1);
}

static void *memory(size_t bytes)
{
    void *found = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (found == MAP_FAILED) {
        fail("stream: memory");
    }
    madvise(found, bytes, MADV_HUGEPAGE); /* fewer TLB misses, where the kernel has huge pages */
    return found;
}

static void record(const struct tensor *w)
{
    if (all.count == all.room) {
        all.room = 2 * all.room + 64;
        all.steps = realloc(all.steps, all.room * sizeof(*all.steps));
    }
    if (all.steps == NULL || w->type == WEIGHT_Q8_GROUPS) {
        fprintf(stderr, "stream: %s\n", w->type == WEIGHT_Q8_GROUPS ? "scales beside the matrices: not of use here" : "no memory");
        exit(1);
    }
    all.steps[all.count++] = (struct step){ .w = *w };
}

/* Rows of one piece: whole groups of the kernel's, about PIECE_BYTES. */
static uint32_t piece_rows(const struct tensor *w)
{
    uint32_t rows = (uint32_t)(PIECE_BYTES / tensor_row_bytes(w)) / KERNEL_ROWS * KERNEL_ROWS;

    return rows != 0 ? rows : KERNEL_ROWS;
}

/* Cuts every product into pieces; returns the bytes of all. */
static uint64_t cut(void)
{
    uint64_t total = 0;
    struct piece *next;

    for (unsigned i = 0; i < all.count; i++) {
        uint32_t rows = piece_rows(&all.steps[i].w);
        all.steps[i].count = (all.steps[i].w.rows + rows - 1) / rows;
        all.piece_count += all.steps[i].count;
    }
    next = all.pieces = calloc(all.piece_count, sizeof(*all.pieces));
    all.streamed = calloc(all.piece_count + 1, sizeof(*all.streamed));
    if (next == NULL || all.streamed == NULL) {
        fail("stream: pieces");
    }
    for (unsigned i = 0; i < all.count; i++) {
        struct step *p = &all.steps[i];
        uint32_t rows = piece_rows(&p->w);
        p->pieces = next;
        for (uint32_t row = 0; row < p->w.rows; row += rows, next++) {
            next->row = row;
            next->rows = rows < p->w.rows - row ? rows : p->w.rows - row;
            next->offset = (uint64_t)(tensor_row(&p->w, row) - all.model->file.data);
            next->bytes = next->rows * tensor_row_bytes(&p->w);
            total += next->bytes;
        }
    }
    return total;
}

/* A slot holds the largest piece and what aligning adds at both ends. */
static size_t slot_bytes(void)
{
    size_t most = 0;

    for (unsigned i = 0; i < all.piece_count; i++) {
        most = all.pieces[i].bytes > most ? all.pieces[i].bytes : most;
    }
    return (most + 2 * SECTOR + PAGE - 1) / PAGE * PAGE;
}

/* Reads a piece into a buffer of slot_bytes(); returns where its first byte is. */
static uint8_t *read_piece(const struct piece *piece, uint8_t *buffer)
{
    uint64_t from = piece->offset / SECTOR * SECTOR;
    uint64_t to = (piece->offset + piece->bytes + SECTOR - 1) / SECTOR * SECTOR;

    for (uint64_t at = from; at < to;) {
        ssize_t got = pread(all.fd, buffer + (at - from), to - at, (off_t)at);
        if (got <= 0) {
            fail("stream: read");
        }
        at += (uint64_t)got;
    }
    return buffer + (piece->offset - from);
}

/* Chooses the resident pieces, `budget` bytes of `total`, evenly: piece by piece, whatever is behind its share is taken. */
static void choose(uint64_t budget, uint64_t total)
{
    uint64_t seen = 0, kept = 0;
    bool everything = budget >= total;

    all.resident = memory(everything ? total : budget + PAGE);
    for (unsigned i = 0; i < all.piece_count; i++) {
        struct piece *piece = &all.pieces[i];
        seen += piece->bytes;
        double share = everything ? (double)seen : (double)seen / (double)total * (double)budget;
        if ((double)(kept + piece->bytes) <= share) {
            piece->memory = all.resident + kept;
            kept += piece->bytes;
        } else {
            all.streamed[all.streamed_count++] = piece;
        }
    }
}

/* Reader r fills slots r, r + READERS, ...: streamed pieces round and round, in order. */
static void *read_ahead(void *argument)
{
    for (unsigned long n = (unsigned long)(uintptr_t)argument;; n += READERS) {
        struct slot *slot = &all.slots[n % SLOTS];
        sem_wait(&slot->free);
        read_piece(all.streamed[n % all.streamed_count], slot->memory);
        sem_post(&slot->full);
    }
    return NULL;
}

static void start_ring(size_t bytes)
{
    for (unsigned i = 0; i < SLOTS; i++) {
        all.slots[i].memory = memory(bytes);
        sem_init(&all.slots[i].free, 0, 1);
        sem_init(&all.slots[i].full, 0, 0);
    }
    for (unsigned i = 0; i < READERS; i++) {
        pthread_t thread;
        if (pthread_create(&thread, NULL, read_ahead, (void *)(uintptr_t)i) != 0) {
            fail("stream: thread");
        }
    }
}

/* The recorded pass is complete: from here on the mapping is not needed but for single rows. */
static void begin(void)
{
    const struct file *file = &all.model->file;
    const char *pages = getenv("STREAM_PAGES");
    uint64_t limit = (pages != NULL ? strtoull(pages, NULL, 10) : 0) * PAGE;
    uint64_t total = cut();
    size_t slot = slot_bytes();
    uint64_t others = SLOTS * slot + OWN_PAGES * PAGE;

    if (limit <= others) {
        fprintf(stderr, "stream: STREAM_PAGES=%s: needs more than %lu\n", pages != NULL ? pages : "",
                (unsigned long)(others / PAGE));
        exit(2);
    }
    all.fd = open(file->name, O_RDONLY | O_DIRECT);
    if (all.fd < 0) {
        fail(file->name);
    }
    madvise((void *)(uintptr_t)file->data, file->size, MADV_DONTNEED);
    madvise((void *)(uintptr_t)file->data, file->size, MADV_RANDOM);
    posix_fadvise(all.fd, 0, 0, POSIX_FADV_DONTNEED);
    choose(limit - others, total);
    uint8_t *buffer = memory(slot);
    for (unsigned i = 0; i < all.piece_count; i++) {
        if (all.pieces[i].memory != NULL) {
            memcpy(all.pieces[i].memory, read_piece(&all.pieces[i], buffer), all.pieces[i].bytes);
        }
    }
    munmap(buffer, slot);
    if (all.streamed_count != 0) {
        start_ring(slot);
    }
}

const float *__wrap_decoder_eval(struct decoder *d, const int32_t *tokens, uint32_t n, uint32_t wanted, decoder_sink sink,
                                 void *context)
{
    if (all.phase == BEFORE && n <= d->block && wanted != 0) { /* one whole pass */
        all.model = d->model;
        all.phase = RECORDING;
    } else if (all.phase == RECORDING) {
        begin();
        all.phase = STREAMING;
    }
    return __real_decoder_eval(d, tokens, n, wanted, sink, context);
}

/* What a product does with its rows once they are there, told of rows of the whole product. */
struct shift {
    const struct product *product;
    uint32_t first;
};

static void shifted(const void *context, uint32_t p, uint32_t row, uint32_t rows)
{
    const struct shift *s = context;

    s->product->then(s->product->context, p, s->first + row, rows);
}

/* Rows [first, first + rows) of a product, whose weights are at data. */
static void some_rows(struct par *par, const struct product *product, uint32_t first, uint32_t rows, const uint8_t *data,
                      struct vectors *x)
{
    struct shift shift = { .product = product, .first = first };
    struct product part = *product;
    struct tensor w = *product->w;

    w.data = data;
    w.rows = rows;
    part.w = &w;
    part.bias = product->bias != NULL ? product->bias + first : NULL;
    part.y = product->y + first;
    if (product->then != NULL) {
        part.then = shifted;
        part.context = &shift;
    }
    __real_matmul(par, &part, 1, x);
}

/* One product out of its pieces. */
static void by_pieces(struct par *par, const struct product *product, struct vectors *x)
{
    const struct step *step = &all.steps[all.at];

    if (step->w.data != product->w->data || step->w.rows != product->w->rows) {
        fprintf(stderr, "stream: product %u is not the one that the first pass had\n", all.at);
        exit(1);
    }
    all.at = (all.at + 1) % all.count;
    for (unsigned i = 0; i < step->count;) {
        const struct piece *piece = &step->pieces[i++];
        if (piece->memory != NULL) { /* neighbours that are resident too lie behind it: one call */
            uint32_t rows = piece->rows;
            for (; i < step->count && step->pieces[i].memory != NULL; i++) {
                rows += step->pieces[i].rows;
            }
            some_rows(par, product, piece->row, rows, piece->memory, x);
            continue;
        }
        struct slot *slot = &all.slots[all.taken++ % SLOTS];
        sem_wait(&slot->full);
        some_rows(par, product, piece->row, piece->rows, slot->memory + piece->offset % SECTOR, x);
        sem_post(&slot->free);
    }
}

void __wrap_matmul(struct par *par, const struct product *products, uint32_t count, struct vectors *x)
{
    for (uint32_t i = 0; i < count; i++) {
        if (all.phase == STREAMING) {
            by_pieces(par, &products[i], x);
        } else if (all.phase == RECORDING) {
            record(products[i].w);
        }
    }
    if (all.phase != STREAMING) {
        __real_matmul(par, products, count, x);
    }
}
