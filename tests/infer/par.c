/* par: workers that wait for each other, spinning and asleep; run with ASan and UBSan, and with TSan. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "check.h"
#include "infer/matmul.h"
#include "infer/par.h"

enum { CHUNKS = 37,
       ROUNDS = 1000,
       CROWDED = 4, /* threads, where the host may have fewer processors: they spin in vain */
       CROWDED_ROUNDS = 60,
       PROCESSORS = 2,
       SLOW_ROUNDS = 10,
       SLOW_US = 2000, /* longer than anybody spins */
       MOST = 9,
       ROWS = 65536, /* chunks are small beside a share */
       COLS = 32,
       PHASES = 20,
       PATIENCE_US = 5000000 };
#define NO_ROOM ((size_t)1 << 47) /* for a stack, in no address space */

struct shared {
    struct par par;
    uint32_t turn, slow; /* slow: the worker that comes late; PAR_MAX_WORKERS: none */
    uint32_t by[CHUNKS]; /* how often each chunk was done */
    uint32_t copy[CHUNKS];
    bool copying;
};

/* Every other round reads what others wrote in the round before: a race, were there no barrier. */
static void body(void *context, uint32_t worker)
{
    struct shared *s = context;
    if (worker == s->slow) {
        usleep(SLOW_US);
    }
    for (uint32_t i = par_mine(&s->par, worker, s->turn); i < CHUNKS; i += par_workers(&s->par)) {
        if (s->copying) {
            s->copy[i] = s->by[CHUNKS - 1 - i];
        } else {
            s->by[i] = s->copy[CHUNKS - 1 - i] + 1;
        }
        s->par.works[worker]++;
    }
}

static void count(void *context, uint32_t i)
{
    struct shared *s = context;

    s->by[i]++;
}

static void rounds(struct check *c, struct shared *s, uint32_t n, const char *what)
{
    memset(s->copy, 0, sizeof(s->copy));
    for (uint32_t r = 0; r < 2 * n; r++) {
        s->copying = r % 2 == 1;
        s->turn = par_turn(&s->par, CHUNKS);
        par_run(&s->par, body, s);
    }
    for (uint32_t i = 0; i < CHUNKS; i++) {
        CHECK(c, s->by[i] == n, "%s: chunk %u done %u times in %u rounds", what, i, s->by[i], n);
    }
}

static void test_workers(struct check *c, uint32_t workers, uint32_t processors, uint32_t n)
{
    struct shared s = { .slow = PAR_MAX_WORKERS };
    struct infer_error err;

    if (par_open(&s.par, workers, processors, &err) < 0) {
        CHECK(c, false, "%s", err.text);
        return;
    }
    rounds(c, &s, n, "in a hurry");
    CHECK(c, par_work(&s.par) == 2 * (uint64_t)n * CHUNKS, "%lu chunks counted", (unsigned long)par_work(&s.par));
    CHECK(c, par_imbalance(&s.par) < 1.001, "the odd chunks go round: %.4f", par_imbalance(&s.par));
    s.slow = 0;
    rounds(c, &s, SLOW_ROUNDS, "waiting for the caller");
    s.slow = workers - 1;
    rounds(c, &s, SLOW_ROUNDS, "waiting for a worker");
    memset(s.by, 0, sizeof(s.by));
    for (uint32_t n = 0; n <= CHUNKS; n++) {
        par_each(&s.par, n, count, &s);
    }
    for (uint32_t i = 0; i < CHUNKS; i++) {
        CHECK(c, s.by[i] == CHUNKS - i, "piece %u done %u times", i, s.by[i]);
    }
    usleep(SLOW_US); /* all asleep */
    par_close(&s.par);
}

/* Rows that one worker is late with, and what the others do meanwhile. */
struct late {
    atomic_bool one_is_late;
    atomic_uint rows;
};

/* The first to come here goes on when the others have done more than an equal share of the rows, or after a long while. */
static void come_late(const void *context, uint32_t p, uint32_t row, uint32_t rows)
{
    struct late *l = *(struct late *const *)context;

    (void)p, (void)row;
    if (!atomic_exchange(&l->one_is_late, true)) {
        for (uint32_t waited = 0; atomic_load(&l->rows) <= ROWS / 2 + ROWS / 64 && waited < PATIENCE_US; waited += SLOW_US) {
            usleep(SLOW_US);
        }
    }
    atomic_fetch_add(&l->rows, rows);
}

/* Of two workers one loses its processor: the other does more than half of the matrix, but no more than a little. */
static void test_late(struct check *c)
{
    static _Alignas(8) uint8_t weights[ROWS * (COLS + 2)]; /* Q8_0, all 0 */
    static float y[ROWS];
    int64_t words[COLS / 2];
    int32_t sums[COLS / QUANT_SUM_COLS], exponent;
    float x[COLS] = { 1 };
    struct tensor w = { .type = WEIGHT_Q8_0, .rows = ROWS, .cols = COLS, .data = weights };
    struct vectors v = { .quant = { .words = words, .sums = sums, .exponent = &exponent } };
    struct late late = { false, 0 }, *l = &late;
    struct product product = { .w = &w, .y = y, .stride = ROWS, .then = come_late, .context = &l };
    struct par par;
    struct infer_error err;

    if (par_open(&par, 2, PROCESSORS, &err) < 0) {
        CHECK(c, false, "%s", err.text);
        return;
    }
    vectors_set(&v, x, 1, COLS);
    matmul(&par, &product, 1, &v);
    CHECK(c, late.rows == ROWS, "%u rows of %d", late.rows, ROWS);
    CHECK(c, par_imbalance(&par) > 1.03, "the other one did %.4f of an equal share", par_imbalance(&par));
    for (int i = 1; i < PHASES; i++) {
        matmul(&par, &product, 1, &v);
    }
    CHECK(c, par_work(&par) == (uint64_t)PHASES * ROWS * COLS, "%lu multiply-adds", (unsigned long)par_work(&par));
    CHECK(c, par_imbalance(&par) <= 1.05, "%.4f of an equal share", par_imbalance(&par));
    par_close(&par);
}

static void test_refused(struct check *c)
{
    struct par par;
    struct infer_error err;

    CHECK(c, par_open(&par, PAR_MAX_WORKERS + 1, PROCESSORS, &err) < 0 && strstr(err.text, "threads = 65") != NULL, "%s", err.text);
    CHECK(c, par_processors() >= 1 && par_processors() <= PAR_MAX_WORKERS, "%u", par_processors());
    par = (struct par){ 0 };
    CHECK(c, par_workers(&par) == 1, "zeros are one worker");
    par_close(&par);
}

static void test_no_thread(struct check *c)
{
    struct par par;
    struct infer_error err;
    pthread_attr_t usual, huge;

    pthread_getattr_default_np(&usual);
    pthread_attr_init(&huge);
    pthread_attr_setstacksize(&huge, NO_ROOM);
    CHECK(c, pthread_setattr_default_np(&huge) == 0, "no such stacks");
    CHECK(c, par_open(&par, 3, PROCESSORS, &err) < 0 && strstr(err.text, "threads = 3: cannot start the next after 1: ") != NULL, "%s",
          err.text);
    pthread_setattr_default_np(&usual);
    par_close(&par);
}

int main(void)
{
    struct check c = { 0 };
    char name[32];

    for (uint32_t workers = 1; workers <= MOST; workers++) {
        snprintf(name, sizeof(name), "par-%u", workers);
        check_begin(&c, name);
        test_workers(&c, workers, PROCESSORS, ROUNDS);
        test_workers(&c, workers, 1, ROUNDS);
    }
    check_begin(&c, "par-crowded");
    test_workers(&c, CROWDED, CROWDED, CROWDED_ROUNDS);
    check_begin(&c, "par-late");
    test_late(&c);
    check_begin(&c, "par-refused");
    test_refused(&c);
    check_begin(&c, "par-no-thread");
    test_no_thread(&c);
    check_end(&c);
    return c.failed != 0;
}
