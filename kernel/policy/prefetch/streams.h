/* streams.h: several walks with constant steps at once; also a part of `auto`. */
#ifndef PREFETCH_STREAMS_H
#define PREFETCH_STREAMS_H

#include "kernel/policy/prefetch.h"
#include "kernel/policy/prefetch/lengths.h"

#define STREAMS_MOST 16
#define STREAMS_HISTORY 32 /* a power of two */

/* What a stream began with: the surer it is, the longer streams become. */
enum stream_origin {
    STREAM_ADJACENT, /* two neighbours, one right after the other */
    STREAM_APART,    /* two neighbours, or a known step, with others between */
    STREAM_EQUAL,    /* two equal steps */
    STREAM_BEHIND,   /* pages before one that faults are present, which nobody saw used */
    STREAM_ORIGINS,
};

/* One walk: pages last + step, last + 2*step, ... are expected. */
struct stream {
    uint32_t last;
    int32_t step;
    uint32_t length; /* accesses seen on it; 0: this place is free */
    uint32_t when;   /* of the latest access, by streams.now */
    uint8_t origin;  /* enum stream_origin */
    uint8_t skips;   /* times in a row that it went on by the same multiple of its step, */
    uint16_t skip;   /* ... this one */
    uint32_t gap;    /* from one of its accesses to the next, lately, in sixteenths of an access */
};

struct streams {
    struct stream stream[STREAMS_MOST];
    uint32_t history[STREAMS_HISTORY]; /* a ring: pages that no stream led to, */
    uint32_t came[STREAMS_HISTORY];    /* and when they came */
    uint32_t nhistory;                 /* ever put there */
    uint32_t now;                      /* accesses */
    uint32_t latest;                   /* the stream that the latest access belongs to, or STREAMS_MOST */
    struct lengths lengths[STREAM_ORIGINS];
    uint32_t debt; /* pages named in vain, less those that were used */
};

void streams_init(struct streams *s);
/* True: a stream that was there led to this page. */
bool streams_access(struct streams *s, uint32_t page, enum access_kind kind);
/* The same where the page is the next of the latest access's stream; else false, and nothing was done. */
bool streams_follow(struct streams *s, uint32_t page, enum access_kind kind);
/* Accesses were left out: no stream counts as going on until it is seen again. */
void streams_restart(struct streams *s);
/*
 * Pages that streams named, and that were found used at once, in the order of naming: puts them into the order in which they were likely
 * used, for a walk goes on evenly from the first of its pages to the last. No more than STREAMS_SPREAD.
 */
#define STREAMS_SPREAD 64
void streams_spread(const struct streams *s, uint32_t *pages, unsigned n);
/* What comes next on the latest access's stream, unless it has yet to prove itself, and on the proven ones that are still going. */
unsigned streams_predict_proven(struct streams *s, const struct prefetch_query *query, uint32_t *out);
/* The same with the latest access's stream in any case. */
unsigned streams_predict(struct streams *s, const struct prefetch_query *query, uint32_t *out);

#endif
