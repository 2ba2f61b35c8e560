/* readahead.h: the doubling window, also a part of `auto`. */
#ifndef PREFETCH_READAHEAD_H
#define PREFETCH_READAHEAD_H

#include "kernel/policy/prefetch.h"

struct readahead {
    uint32_t last;   /* page of the latest access */
    uint32_t end;    /* first page behind the window read last */
    uint32_t window; /* pages to read at the next sequential fault; 0: the last fault was a jump */
    bool started;
};

void readahead_init(struct readahead *r);
void readahead_access(struct readahead *r, uint32_t page, enum access_kind kind);
unsigned readahead_predict(struct readahead *r, const struct prefetch_query *query, uint32_t *out);

#endif
