#include "par.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

uint64_t par_work(const struct par *par)
{
    uint64_t sum = 0;

    for (uint32_t w = 0; w < par_workers(par); w++) {
        sum += par->works[w];
    }
    return sum;
}

double par_imbalance(const struct par *par)
{
    uint64_t sum = par_work(par), most = 0;

    for (uint32_t w = 0; w < par_workers(par); w++) {
        most = par->works[w] > most ? par->works[w] : most;
    }
    return sum != 0 ? (double)most * par_workers(par) / (double)sum : 1.0;
}

struct each {
    struct par *par;
    par_piece piece;
    void *context;
    uint32_t n, turn;
};

static void run_pieces(void *context, uint32_t worker)
{
    const struct each *e = context;

    for (uint32_t i = par_mine(e->par, worker, e->turn); i < e->n; i += par_workers(e->par)) {
        e->piece(e->context, i);
    }
}

void par_each(struct par *par, uint32_t n, par_piece piece, void *context)
{
    struct each e = { .par = par, .piece = piece, .context = context, .n = n };

    if (n == 1) {
        piece(context, 0);
        return;
    }
    e.turn = par_turn(par, n);
    par_run(par, run_pieces, &e);
}

/* Looks at the word that is waited for. They take some 400 us under QEMU: the caller needs 50 us for a norm, a page that a worker waits
 * for comes in 150, and being woken takes as long as that on a busy host, a millisecond on an idle one. */
enum { LOOKS = 131072,
       CACHE_LINE = 64 };

struct member {
    struct par_team *team;
    uint32_t number; /* of the thread; the caller's is 0 */
    pthread_t thread;
};

struct par_team {
    _Alignas(CACHE_LINE) atomic_uint round; /* counts calls of par_run: members wait for it to change */
    atomic_uint sleepers;                   /* members that wait for `go` */
    par_body body;                          /* of this round, NULL: end; written before round, read after it */
    void *context;
    uint32_t workers;
    _Alignas(CACHE_LINE) atomic_uint working; /* members that have not finished this round */
    atomic_bool caller_sleeps;                /* the caller waits for `done` */
    pthread_mutex_t lock;                     /* only of sleeping: a word and its sleepers are changed and looked at in opposite order */
    pthread_cond_t go, done;
    uint32_t members; /* threads beside the caller */
    struct member member[];
};

/* Has the word left this value, within a while? */
static bool spin(const atomic_uint *word, uint32_t value)
{
    for (uint32_t i = 0; i < LOOKS; i++) {
        if (atomic_load_explicit(word, memory_order_acquire) != value) {
            return true;
        }
    }
    return false;
}

/* Member: waits for the round after `round`. Announces itself before it looks again, and par_run looks for sleepers after it has
 * changed the word: one of the two sees the other. */
static void wait_round(struct par_team *t, uint32_t round)
{
    if (spin(&t->round, round)) {
        return;
    }
    pthread_mutex_lock(&t->lock);
    atomic_fetch_add(&t->sleepers, 1);
    while (atomic_load(&t->round) == round) {
        pthread_cond_wait(&t->go, &t->lock);
    }
    atomic_fetch_sub(&t->sleepers, 1);
    pthread_mutex_unlock(&t->lock);
}

/* The shares of one of so many threads. */
static void do_shares(uint32_t workers, uint32_t threads, uint32_t thread, par_body body, void *context)
{
    for (uint32_t worker = thread; worker < workers; worker += threads) {
        body(context, worker);
    }
}

static void *work(void *argument)
{
    struct member *m = argument;
    struct par_team *t = m->team;

    for (uint32_t round = 0;; round++) {
        wait_round(t, round);
        if (t->body == NULL) {
            return NULL;
        }
        do_shares(t->workers, t->members + 1, m->number, t->body, t->context);
        if (atomic_fetch_sub(&t->working, 1) == 1 && atomic_load(&t->caller_sleeps)) {
            pthread_mutex_lock(&t->lock);
            pthread_cond_signal(&t->done);
            pthread_mutex_unlock(&t->lock);
        }
    }
}

static void begin(struct par_team *t, par_body body, void *context)
{
    t->body = body;
    t->context = context;
    atomic_store_explicit(&t->working, t->members, memory_order_relaxed);
    atomic_fetch_add(&t->round, 1);
    if (atomic_load(&t->sleepers) != 0) {
        pthread_mutex_lock(&t->lock);
        pthread_cond_broadcast(&t->go);
        pthread_mutex_unlock(&t->lock);
    }
}

/* Until no member works. The last one to finish may need a look more than one to be seen: values between do not matter. */
static void finish(struct par_team *t)
{
    uint32_t left;

    while ((left = atomic_load_explicit(&t->working, memory_order_acquire)) != 0) {
        if (spin(&t->working, left)) {
            continue;
        }
        pthread_mutex_lock(&t->lock);
        atomic_store(&t->caller_sleeps, true);
        while (atomic_load(&t->working) != 0) {
            pthread_cond_wait(&t->done, &t->lock);
        }
        atomic_store(&t->caller_sleeps, false);
        pthread_mutex_unlock(&t->lock);
    }
}

void par_run(struct par *par, par_body body, void *context)
{
    struct par_team *t = par->team;

    if (t != NULL) {
        begin(t, body, context);
    }
    do_shares(par_workers(par), t != NULL ? t->members + 1 : 1, 0, body, context);
    if (t != NULL) {
        finish(t);
    }
}

int par_open(struct par *par, uint32_t workers, uint32_t processors, struct infer_error *err)
{
    memset(par, 0, sizeof(*par));
    if (workers > PAR_MAX_WORKERS) {
        return infer_fail(err, EINVAL, "threads = %u: at most %d are possible", workers, PAR_MAX_WORKERS);
    }
    par->workers = workers;
    uint32_t threads = workers < processors ? workers : processors;
    if (threads <= 1) {
        return 0;
    }
    size_t bytes = sizeof(struct par_team) + (threads - 1) * sizeof(struct member);
    struct par_team *t = aligned_alloc(CACHE_LINE, (bytes + CACHE_LINE - 1) / CACHE_LINE * CACHE_LINE);
    if (t == NULL) {
        return infer_fail(err, EAGAIN, "no memory for %u threads", threads);
    }
    memset(t, 0, bytes);
    t->workers = workers;
    pthread_mutex_init(&t->lock, NULL);
    pthread_cond_init(&t->go, NULL);
    pthread_cond_init(&t->done, NULL);
    par->team = t;
    for (; t->members < threads - 1; t->members++) {
        struct member *m = &t->member[t->members];
        *m = (struct member){ .team = t, .number = t->members + 1 };
        int error = pthread_create(&m->thread, NULL, work, m);
        if (error != 0) {
            uint32_t started = m->number;
            par_close(par); /* frees m */
            return infer_fail(err, EAGAIN, "threads = %u: cannot start the next after %u: %s", workers, started, strerror(error));
        }
    }
    return 0;
}

void par_close(struct par *par)
{
    struct par_team *t = par->team;

    if (t == NULL) {
        return;
    }
    begin(t, NULL, NULL);
    for (uint32_t i = 0; i < t->members; i++) {
        pthread_join(t->member[i].thread, NULL);
    }
    pthread_cond_destroy(&t->done);
    pthread_cond_destroy(&t->go);
    pthread_mutex_destroy(&t->lock);
    free(t);
    par->team = NULL;
}

uint32_t par_processors(void)
{
    unsigned n = machine_processors_online();

    return n > PAR_MAX_WORKERS ? PAR_MAX_WORKERS : n;
}
