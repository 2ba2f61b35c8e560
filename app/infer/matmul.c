#include "matmul.h"

#include <stdatomic.h>

#include "fmath.h"
#include "kernels/kernels.h"
#include "plan.h"

enum { CHUNK_BYTES = 4096,       /* of a chunk of rows, at least: one page of the file; */
       CHUNK_BYTES_MOST = 16384, /* several workers: up to this, since both look at a page where two chunks meet, */
       CHUNKS_MANY = 16,         /* ... but so many for each, who walk close together where pages are streamed */
       CHUNKS_EACH = 4,          /* for every worker, at least: else smaller ones */
       SHARE_MORE = 24 };        /* a worker does at most this part more than its share: whoever loses its processor is waited for less */

/* One product, as its loops see it. */
struct job {
    const struct product *product;
    const struct kernel *kernel;
    const struct tensor *w;
    const struct vectors *x;
    uint32_t chunk;  /* rows that one worker takes at once, a multiple of KERNEL_ROWS */
    uint32_t chunks; /* in all */
};

/* What all workers do between two barriers. */
struct phase {
    struct par *par;
    struct job jobs[PRODUCTS];
    uint32_t count;
    uint64_t most;         /* multiply-adds: a worker that has done more so far takes no further chunk */
    _Atomic uint32_t next; /* chunk of all jobs' that nobody has taken */
    /* The chunk that each worker is at, or an earlier one; NOWHERE before its first and after its last. */
    _Atomic uint32_t places[PAR_MAX_WORKERS];
};

#define NOWHERE UINT32_MAX

void vectors_set(struct vectors *x, const float *values, uint32_t count, uint32_t cols)
{
    x->values = values;
    x->count = count;
    x->cols = cols;
    x->quantised = false;
}

/* Loop of par_each over positions. */
static void quantise(void *context, uint32_t p)
{
    struct vectors *x = context;

    quant_vector(&x->quant, x->form, p, x->values + (size_t)p * x->cols, x->cols);
}

/* Most columns per call of the kernel: as many as 64-bit sums allow, in whole blocks. */
static uint32_t piece_cols(const struct job *job)
{
    const struct tensor *w = job->w;
    uint32_t block = w->type == WEIGHT_Q8_GROUPS ? w->group : weight_types[w->type].block;
    uint32_t most = job->kernel->max_cols / block * block;

    return w->cols < most ? w->cols : most;
}

/* Vector p, the first columns of it that fit into one call. */
static struct kernel_piece first_piece(const struct job *job, uint32_t p)
{
    const struct quant *q = &job->x->quant;
    struct kernel_piece piece = { .cols = piece_cols(job) };

    if (job->x->form == QUANT_INTEGERS) {
        piece.integers = q->integers + (size_t)p * q->cols;
    } else {
        piece.words = q->words + (size_t)p * (q->cols / 2);
        piece.sums = q->sums + (size_t)p * (q->cols / QUANT_SUM_COLS);
    }
    return piece;
}

/* float(I(row)) for a row of more columns than 64 bits allow, or with weights that are too large. */
static float wide_sum(const struct job *job, uint32_t row, struct kernel_piece piece)
{
    uint32_t most = piece.cols;
    kernel_wide total = 0;

    for (; piece.begin < job->w->cols; piece.begin += most) {
        uint32_t left = job->w->cols - piece.begin;
        int64_t sum;
        piece.cols = left < most ? left : most;
        if (!job->kernel->dot(job->w, row, 1, &piece, &sum)) {
            bool number = job->kernel->dot_reference(job->w, row, &piece, &total);
            return number ? (float)total : fmath_from_bits(FMATH_NAN);
        }
        total += sum;
    }
    return (float)total;
}

/* A few rows against one vector. */
static void some_rows(const struct job *job, uint32_t row, uint32_t rows, uint32_t p, float *out)
{
    const struct kernel *kernel = job->kernel;
    const float *bias = job->product->bias;
    struct kernel_piece piece = first_piece(job, p);
    int32_t exponent = job->x->quant.exponent[p];
    int64_t sums[KERNEL_ROWS];
    bool fits = piece.cols == job->w->cols && kernel->dot(job->w, row, rows, &piece, sums);

    for (uint32_t i = 0; i < rows; i++) {
        float sum = fits ? (float)sums[i] : wide_sum(job, row + i, piece);
        int unit = kernel->unit != NULL ? kernel->unit(job->w, row + i) : HALF_UNIT;
        float y = fmath_scale(sum, unit - exponent);
        if (bias != NULL) {
            y += bias[row + i];
        }
        out[i] = job->product->add ? out[i] + y : y;
    }
}

/* A few rows at a time against every position, so that the rows stay in the cache. */
static void chunk_of_rows(const struct job *job, uint32_t begin, uint32_t end)
{
    const struct product *product = job->product;

    for (uint32_t row = begin; row < end; row += KERNEL_ROWS) {
        uint32_t rows = end - row < KERNEL_ROWS ? end - row : KERNEL_ROWS;
        for (uint32_t p = 0; p < job->x->count; p++) {
            float *out = product->y + p * product->stride + row;
            if (job->x->quant.exponent[p] != QUANT_NOT_FINITE) {
                some_rows(job, row, rows, p, out);
            } else {
                fmath_fill_nan(out, rows);
            }
            if (product->then != NULL) {
                product->then(product->context, p, row, rows);
            }
        }
    }
}

/* The job that this chunk of all jobs' belongs to, and its place among that job's; NULL behind the last one. */
static const struct job *find_chunk(const struct phase *phase, uint32_t *chunk)
{
    for (const struct job *job = phase->jobs; job < phase->jobs + phase->count; job++) {
        if (*chunk < job->chunks) {
            return job;
        }
        *chunk -= job->chunks;
    }
    return NULL;
}

/* The next chunk that nobody has. Says where it will be before it takes it: no other worker may think that it is nowhere by then. */
static uint32_t take_chunk(struct phase *phase, uint32_t worker)
{
    atomic_store(&phase->places[worker], atomic_load(&phase->next));
    uint32_t chunk = atomic_fetch_add(&phase->next, 1);

    atomic_store_explicit(&phase->places[worker], chunk, memory_order_relaxed);
    return chunk;
}

/* The pager hears where the last of all workers is: behind that nobody looks any more. */
static void tell_plan(const struct phase *phase)
{
    uint32_t last = NOWHERE;

    for (uint32_t w = 0; w < par_workers(phase->par); w++) {
        uint32_t place = atomic_load_explicit(&phase->places[w], memory_order_relaxed);
        last = place < last ? place : last;
    }
    const struct job *job = find_chunk(phase, &last);
    if (job != NULL) {
        plan_at(phase->par->plan, tensor_row(job->w, last * job->chunk));
    }
}

static uint64_t run_chunk(const struct job *job, uint32_t chunk)
{
    uint32_t rows = job->w->rows, row = chunk * job->chunk;
    uint32_t end = rows - row < job->chunk ? rows : row + job->chunk;

    chunk_of_rows(job, row, end);
    return (uint64_t)(end - row) * job->w->cols * job->x->count;
}

/* There is always a worker that may take the next chunk: not all can have done more than their share. */
static void run_phase(void *context, uint32_t worker)
{
    struct phase *phase = context;
    uint64_t work = phase->par->works[worker];

    while (work <= phase->most) {
        uint32_t chunk = take_chunk(phase, worker);
        const struct job *job = find_chunk(phase, &chunk);
        if (job == NULL) {
            break;
        }
        if (phase->par->plan != NULL) {
            tell_plan(phase);
        }
        work += run_chunk(job, chunk);
    }
    atomic_store_explicit(&phase->places[worker], NOWHERE, memory_order_release);
    phase->par->works[worker] = work;
}

/* All workers go through the phase; none has begun. */
static void run_all(struct phase *phase)
{
    uint64_t work = par_work(phase->par);

    for (uint32_t i = 0; i < phase->count; i++) {
        const struct job *job = &phase->jobs[i];
        work += (uint64_t)job->w->rows * job->w->cols * job->x->count;
    }
    work /= par_workers(phase->par);
    phase->most = work + work / SHARE_MORE;
    atomic_init(&phase->next, 0);
    for (uint32_t w = 0; w < par_workers(phase->par); w++) {
        atomic_init(&phase->places[w], NOWHERE);
    }
    par_run(phase->par, run_phase, phase);
}

/* Always whole calls of the kernel. */
static uint32_t chunk_rows(const struct par *par, const struct tensor *w)
{
    uint32_t workers = par_workers(par), many = w->rows / (workers * CHUNKS_MANY), fewest = w->rows / (workers * CHUNKS_EACH);
    uint32_t rows = (uint32_t)(CHUNK_BYTES / tensor_row_bytes(w)) + KERNEL_ROWS;
    uint32_t more = (uint32_t)(CHUNK_BYTES_MOST / tensor_row_bytes(w));

    more = more < many ? more : many;
    rows = workers > 1 && more > rows ? more : rows;
    rows = (rows < fewest ? rows : fewest) / KERNEL_ROWS * KERNEL_ROWS;
    return rows != 0 ? rows : KERNEL_ROWS;
}

static void add_job(struct phase *phase, const struct product *product, const struct vectors *x)
{
    const struct tensor *w = product->w;
    struct job *job = &phase->jobs[phase->count];

    *job = (struct job){ .product = product, .kernel = kernel_of(w->type), .w = w, .x = x };
    job->chunk = chunk_rows(phase->par, w);
    job->chunks = (w->rows + job->chunk - 1) / job->chunk;
    phase->count++;
}

void matmul(struct par *par, const struct product *products, uint32_t count, struct vectors *x)
{
    struct phase phase;

    phase.par = par;
    phase.count = 0;

    for (uint32_t i = 0; i < count; i++) {
        enum quant_form form = kernel_of(products[i].w->type)->form;
        if (phase.count != 0 && x->form != form) {
            run_all(&phase);
            phase.count = 0;
        }
        add_job(&phase, &products[i], x);
        if (!x->quantised || x->form != form) {
            x->quant.cols = quant_padded(x->cols);
            x->form = form;
            x->quantised = true;
            par_each(par, x->count, quantise, x);
        }
    }
    run_all(&phase);
}
