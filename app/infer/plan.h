/*
 * The order in which decoder_eval reads the weights, declared to Bower's pager (<bower.h>), so that it keeps what frames go
 * round for and reads the rest ahead. Elsewhere, or where there is no room for a plan, nothing happens.
 *
 * One decoder at a time has the plan; a second one goes without.
 */
#ifndef INFER_PLAN_H
#define INFER_PLAN_H

#include <stdbool.h>
#include <stdint.h>

#include "model.h"

struct plan {
    bool declared;
};

/* Zeros are no plan. The weights must be mapped until plan_close. */
void plan_open(struct plan *p, const struct model *m, uint32_t workers);
void plan_close(struct plan *p);

/* These rows are used next, out of the order: n tokens' embeddings, the first of them at this position. */
void plan_embed(const struct plan *p, const struct model *m, const int32_t *tokens, uint32_t n, uint32_t position);
/* This position's will be: it is known before the token is. */
void plan_position(const struct plan *p, const struct model *m, uint32_t position);
/* The calling thread has come to these bytes of a matrix. */
void plan_at(const struct plan *p, const void *at);

#endif
