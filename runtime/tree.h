/* tree.h: trees of <search.h> for the rest of the runtime: a program may have a tsearch of its own. Any context; the caller's lock. */
#ifndef RUNTIME_TREE_H
#define RUNTIME_TREE_H

/* tsearch: the node, which begins with the pointer to its key, of what is equal to key, or of key itself; NULL: no memory. */
void *tree_add(const void *key, void **root, int (*compare)(const void *a, const void *b));

#endif
