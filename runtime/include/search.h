/* search.h: newlib's, and the linear searches and queues of POSIX. */
#ifndef BOWER_SEARCH_H
#define BOWER_SEARCH_H
#include_next <search.h>

__BEGIN_DECLS
void *lfind(const void *key, const void *base, size_t *n, size_t size, int (*compare)(const void *, const void *));
void *lsearch(const void *key, void *base, size_t *n, size_t size, int (*compare)(const void *, const void *));
void insque(void *element, void *before);
void remque(void *element);
__END_DECLS

#endif
