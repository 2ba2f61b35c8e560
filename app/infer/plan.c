#include "plan.h"

#include <stdlib.h>
#include <sys/mman.h>

#include "kernels/kernels.h"

#ifdef MAP_LLM /* this is Bower */
#include <bower.h>

enum { PAGE_BYTES = 4096,
       MOST_ROWS = 8,      /* embeddings announced at once: more have no frames to wait in */
       LAYER_MATRICES = 7, /* of a layer, at most */
       SCALE_PAGES = 1 };  /* of scales that go with a stretch of values */

struct list {
    struct bower_extent *extents; /* NULL: they are counted only */
    size_t count;
    uint32_t most_row_bytes;
};

static void add_extent(struct list *list, const void *address, size_t length)
{
    if (length == 0) {
        return;
    }
    if (list->extents != NULL) {
        list->extents[list->count] = (struct bower_extent){ .address = address, .length = length };
    }
    list->count++;
}

/* Rows [0, rows) of a matrix. Scales that lie elsewhere are used along with their rows: both go in stretches. */
static void add_matrix(struct list *list, const struct tensor *w, uint32_t rows)
{
    size_t row_bytes = tensor_row_bytes(w), scale_bytes = 0;
    uint32_t step = rows;

    if (w->data == NULL) {
        return;
    }
    if (w->type == WEIGHT_Q8_GROUPS) {
        scale_bytes = (size_t)(w->cols / w->group) * sizeof(float);
        step = (uint32_t)(SCALE_PAGES * PAGE_BYTES / scale_bytes) + 1;
    }
    for (uint32_t row = 0; row < rows; row += step) {
        uint32_t n = rows - row < step ? rows - row : step;
        if (scale_bytes != 0) {
            add_extent(list, w->scales + row * scale_bytes, n * scale_bytes);
        }
        add_extent(list, tensor_row(w, row), n * row_bytes);
    }
    if (row_bytes > list->most_row_bytes) {
        list->most_row_bytes = (uint32_t)row_bytes;
    }
}

/* One turn: a pass over the weights, as decoder.c makes it. */
static void add_pass(struct list *list, const struct model *m)
{
    for (uint32_t i = 0; i < m->shape.layers; i++) {
        const struct model_layer *l = &m->layer[i];
        const struct tensor *order[LAYER_MATRICES] = { &l->q, &l->k, &l->v, &l->attn_out, &l->gate, &l->up, &l->down };
        for (uint32_t k = 0; k < LAYER_MATRICES; k++) {
            if (order[k] != &l->gate || model_gated(m)) {
                add_matrix(list, order[k], order[k]->rows);
            }
        }
    }
    add_matrix(list, &m->output, m->shape.vocab);
}

void plan_open(struct plan *p, const struct model *m, uint32_t workers)
{
    struct list list = { 0 };

    p->declared = false;
    add_pass(&list, m);
    list.extents = malloc(list.count * sizeof(*list.extents));
    if (list.extents == NULL) {
        return;
    }
    list.count = 0;
    add_pass(&list, m);
    /* Every worker has a few rows in hand at once. */
    uint32_t width = workers * (list.most_row_bytes * KERNEL_ROWS / PAGE_BYTES + 1);
    p->declared = bower_plan(list.extents, list.count, BOWER_PLAN_CYCLIC | BOWER_PLAN_CURSOR, width) == 0;
    free(list.extents);
}

void plan_close(struct plan *p)
{
    if (p->declared) {
        bower_plan_end();
    }
    p->declared = false;
}

static void choose_row(const struct tensor *w, uint32_t row)
{
    if (w->data != NULL && row < w->rows) {
        bower_plan_choose(tensor_row(w, row), tensor_row_bytes(w));
    }
}

void plan_embed(const struct plan *p, const struct model *m, const int32_t *tokens, uint32_t n, uint32_t position)
{
    for (uint32_t i = 0; p->declared && i < n && i < MOST_ROWS; i++) {
        choose_row(&m->token_embd, (uint32_t)tokens[i]);
        plan_position(p, m, position + i);
    }
}

void plan_position(const struct plan *p, const struct model *m, uint32_t position)
{
    if (p->declared && m->arch == ARCH_GPT2) {
        choose_row(&m->pos_embd, position);
    }
}

void plan_at(const struct plan *p, const void *at)
{
    if (p->declared) {
        bower_plan_at(at);
    }
}
#else
void plan_open(struct plan *p, const struct model *m, uint32_t workers)
{
    (void)m;
    (void)workers;
    p->declared = false;
}

void plan_close(struct plan *p)
{
    (void)p;
}

void plan_embed(const struct plan *p, const struct model *m, const int32_t *tokens, uint32_t n, uint32_t position)
{
    (void)p;
    (void)m;
    (void)tokens;
    (void)n;
    (void)position;
}

void plan_position(const struct plan *p, const struct model *m, uint32_t position)
{
    (void)p;
    (void)m;
    (void)position;
}

void plan_at(const struct plan *p, const void *at)
{
    (void)p;
    (void)at;
}
#endif
