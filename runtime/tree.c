/*
 * tree.c: tsearch and its kin. newlib's trees are not balanced: keys in order make them lists. These are red-black trees that are
 * changed as glibc changes them, so that twalk shows the same levels.
 */
#define _GNU_SOURCE
#include "runtime/tree.h"

#include <search.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdlib.h>

#include "runtime/api.h"

#define MAX_DEPTH 128 /* twice the logarithm of all nodes that fit into memory */

enum { LEFT = 0,
       RIGHT = 1 };

struct tree_node {
    const void *key; /* first: programs read it through the pointer */
    struct tree_node *child[2];
    bool red;
};

typedef int comparison(const void *a, const void *b);

static bool is_red(const struct tree_node *n)
{
    return n && n->red;
}

/* The place of a node, and which child of its parent it is. */
struct step {
    struct tree_node **at;
    int side;
};

/* n's parent and itself are red: turns them and the grandparent so that one black node is above two red ones. */
static void rotate(struct tree_node *n, struct step at, struct step parent, struct tree_node **grandparent)
{
    struct tree_node *p = *parent.at, *g = *grandparent;
    int side = at.side, other = !side;

    g->red = true;
    if (side != parent.side) {
        p->red = true;
        n->red = false;
        p->child[side] = n->child[other];
        n->child[other] = p;
        g->child[other] = n->child[side];
        n->child[side] = g;
        *grandparent = n;
    } else {
        p->red = false;
        g->child[side] = p->child[other];
        p->child[other] = g;
        *grandparent = p;
    }
}

/* A node with two red children (or a new one) becomes red, they black. */
static void split(struct step at, struct step parent, struct tree_node **grandparent, bool is_new)
{
    struct tree_node *n = *at.at;

    if (!is_new && !(is_red(n->child[LEFT]) && is_red(n->child[RIGHT])))
        return;
    n->red = true;
    for (int side = LEFT; side <= RIGHT; side++) {
        if (n->child[side])
            n->child[side]->red = false;
    }
    if (parent.at && (*parent.at)->red)
        rotate(n, at, parent, grandparent);
}

void *tree_add(const void *key, void **root, comparison *compare)
{
    struct step at = { (struct tree_node **)root, LEFT }, parent = { NULL, LEFT }, next = at;
    struct tree_node **grandparent = NULL, *new;

    if (!root)
        return NULL;
    if (*at.at)
        (*at.at)->red = false;
    while (*next.at) {
        struct tree_node *n;
        int order;

        if (next.at != at.at) {
            grandparent = parent.at;
            parent = at;
            at = next;
        }
        n = *at.at;
        order = compare(key, n->key);
        if (order == 0)
            return n;
        split(at, parent, grandparent, false); /* after it n may stand elsewhere; parents are not used again then */
        next = (struct step){ &n->child[order > 0], order > 0 };
    }
    new = malloc(sizeof(*new));
    if (!new)
        return NULL;
    *new = (struct tree_node){ .key = key, .red = true };
    *next.at = new;
    if (next.at != at.at)
        split(next, at, parent.at, true);
    return new;
}

API void *tsearch(const void *key, void **root, comparison *compare)
{
    return tree_add(key, root, compare);
}

API void *tfind(const void *key, void **root, comparison *compare)
{
    struct tree_node *n = root ? *root : NULL;
    int order;

    while (n && (order = compare(key, n->key)) != 0)
        n = n->child[order > 0];
    return n;
}

/* path[0..depth) are the places of n's parents; n (may be NULL) has one black node too few on its paths. */
static void balance(struct tree_node ***path, int depth, struct tree_node *n)
{
    while (depth > 0 && !is_red(n)) {
        struct tree_node **place = path[depth - 1], *p = *place;
        int side = n == p->child[LEFT] ? LEFT : RIGHT, other = !side;
        struct tree_node *brother = p->child[other], *near;

        if (brother->red) {
            brother->red = false;
            p->red = true;
            p->child[other] = brother->child[side];
            brother->child[side] = p;
            *place = brother;
            path[depth++] = place = &brother->child[side];
            brother = p->child[other];
        }
        near = brother->child[side];
        if (!is_red(near) && !is_red(brother->child[other])) {
            brother->red = true;
            n = p;
            depth--;
            continue;
        }
        if (!is_red(brother->child[other])) {
            near->red = p->red;
            p->child[other] = near->child[side];
            brother->child[side] = near->child[other];
            near->child[other] = brother;
            near->child[side] = p;
            *place = near;
        } else {
            brother->red = p->red;
            brother->child[other]->red = false;
            p->child[other] = brother->child[side];
            brother->child[side] = p;
            *place = brother;
        }
        p->red = false;
        return;
    }
    if (n)
        n->red = false;
}

/* The parent of what has gone; of the root, the node itself as it was. */
API void *tdelete(const void *restrict key, void **restrict root, comparison *compare)
{
    struct tree_node **path[MAX_DEPTH], **at = (struct tree_node **)root, *found, *gone, *rest, *result;
    int depth = 0, order;

    if (!root || !*root)
        return NULL;
    result = *at;
    while ((order = compare(key, (*at)->key)) != 0) {
        path[depth++] = at;
        result = *at;
        at = &(*at)->child[order > 0];
        if (!*at)
            return NULL;
    }
    found = *at;
    if (found->child[LEFT] && found->child[RIGHT]) { /* the next larger one goes in its place */
        path[depth++] = at;
        for (at = &found->child[RIGHT]; (*at)->child[LEFT]; at = &(*at)->child[LEFT])
            path[depth++] = at;
    }
    gone = *at;
    rest = gone->child[LEFT] ? gone->child[LEFT] : gone->child[RIGHT];
    *at = rest;
    found->key = gone->key;
    if (!gone->red)
        balance(path, depth, rest);
    free(gone);
    return result;
}

static void walk(const struct tree_node *n, void (*visit)(const void *node, VISIT order, int level), int level)
{
    if (!n->child[LEFT] && !n->child[RIGHT]) {
        visit(n, leaf, level);
        return;
    }
    visit(n, preorder, level);
    if (n->child[LEFT])
        walk(n->child[LEFT], visit, level + 1);
    visit(n, postorder, level);
    if (n->child[RIGHT])
        walk(n->child[RIGHT], visit, level + 1);
    visit(n, endorder, level);
}

API void twalk(const void *root, void (*visit)(const void *node, VISIT order, int level))
{
    if (root && visit)
        walk(root, visit, 0);
}

API void tdestroy(void *root, void (*free_key)(void *key))
{
    struct tree_node *n = root;

    if (!n)
        return;
    tdestroy(n->child[LEFT], free_key);
    tdestroy(n->child[RIGHT], free_key);
    free_key((void *)n->key);
    free(n);
}
