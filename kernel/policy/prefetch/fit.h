/* fit.h: the recurrence finder, also a part of `replay` and `auto`. */
#ifndef PREFETCH_FIT_H
#define PREFETCH_FIT_H

#include "kernel/policy/prefetch.h"
#include "kernel/policy/prefetch/lengths.h"

/* p' = a*p + (b*p mod m) + c; m == 0: no remainder was seen to wrap yet, b*p is taken whole. */
struct recurrence {
    uint32_t a, b, m;
    int64_t c;
};

static inline int64_t recurrence_next(const struct recurrence *r, uint32_t page)
{
    uint64_t product = (uint64_t)r->b * page;
    uint64_t rest = r->m == 0 ? product : product % r->m;
    return (int64_t)((uint64_t)r->a * page + rest) + r->c;
}

#define FIT_SURE 96  /* quarter bits beyond which more evidence changes nothing */
#define FIT_WINDOW 9 /* pages remembered for the search: eight pairs */
#define FIT_RING 16  /* the power of two above it */
#define FIT_ALIVE 4  /* hypotheses kept beside each other */
#define FIT_SAVED 28 /* bytes that fit_save writes */

struct fit {
    struct recurrence alive[FIT_ALIVE]; /* all agree with every pair since they were found; the most plausible first */
    unsigned nalive;
    struct recurrence known; /* the latest that was proven */
    bool knows;              /* there was one */
    uint32_t ring[FIT_RING]; /* the latest pages */
    unsigned end;            /* pages ever put there */
    unsigned nwindow;        /* of them the latest that follow each other without a break, at most FIT_WINDOW */
    int64_t next;            /* after `at`, by alive[0] */
    uint32_t at;             /* the latest page that alive[0] accounts for */
    uint32_t last;           /* the latest page */
    int gain;                /* quarter bits of evidence for alive[0] beyond what it costs to state it */
    int doubt;               /* quarter bits that false finds have added to what a find has to show */
    unsigned misses;         /* accesses since the latest that alive[0] accounts for */
    unsigned failed;         /* searches in vain since something was last proven */
    bool looked;             /* for a hypothesis, since the latest access */
    unsigned skip;           /* faults to let pass before the next search */
    uint8_t restart;         /* trust in alive[0] from a page that it did not lead to */
    bool restarted;          /* that trust is to be tested by the next access */
    uint32_t run;            /* pages since the walk by alive[0] began somewhere anew */
    uint32_t next_class;     /* pages of it that `lengths` is to hear of next */
    struct lengths lengths;  /* of such runs */
};

void fit_init(struct fit *f);
void fit_access(struct fit *f, uint32_t page, enum access_kind kind);
/* The run has become long enough for another class of lengths. */
void fit_note_run(struct fit *f);
static inline void fit_lengthen(struct fit *f)
{
    if (++f->run == f->next_class)
        fit_note_run(f);
}
/* fit_access for the usual case: false, and nothing was done, unless alive[0] is proven, alone, in step and foresaw this page. */
static inline bool fit_follow(struct fit *f, uint32_t page)
{
    if (f->next != page || f->nalive != 1 || f->at != f->last || f->gain < FIT_SURE || f->nwindow < FIT_WINDOW ||
        f->restarted)
        return false;
    f->ring[f->end++ % FIT_RING] = page;
    f->at = f->last = page;
    f->next = recurrence_next(&f->alive[0], page);
    f->doubt -= f->doubt > 0;
    f->looked = false;
    fit_lengthen(f);
    return true;
}
/* Accesses were left out: begin again at this page. Hypotheses stay. */
void fit_restart(struct fit *f, uint32_t page);
unsigned fit_predict(struct fit *f, const struct prefetch_query *query, uint32_t *out);
/* Looks for a hypothesis if there is none that holds; fit_predict does it too. At a fault; only the first call does anything. */
void fit_look(struct fit *f);
/* FIT_SAVED bytes; 0 if nothing is worth keeping. */
size_t fit_save(const struct fit *f, uint8_t *out, size_t size);
bool fit_load(struct fit *f, const uint8_t *bytes, size_t n);

/* fit_search.c: fills alive[] and gain from n >= 3 pages, oldest first; returns whether there is any. */
bool fit_search(struct fit *f, const uint32_t *pages, unsigned n);

#endif
