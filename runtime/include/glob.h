/* glob.h: names that match a pattern, with glibc's numbers and layout. */
#ifndef _GLOB_H
#define _GLOB_H
#include <stddef.h>
#include <sys/cdefs.h>

#define GLOB_ERR (1 << 0)
#define GLOB_MARK (1 << 1)
#define GLOB_NOSORT (1 << 2)
#define GLOB_DOOFFS (1 << 3)
#define GLOB_NOCHECK (1 << 4)
#define GLOB_APPEND (1 << 5)
#define GLOB_NOESCAPE (1 << 6)
#define GLOB_PERIOD (1 << 7)
#define GLOB_BRACE (1 << 10)
#define GLOB_NOMAGIC (1 << 11)
#define GLOB_TILDE (1 << 12)
#define GLOB_ONLYDIR (1 << 13)
#define GLOB_TILDE_CHECK (1 << 14)

#define GLOB_NOSPACE 1
#define GLOB_ABORTED 2
#define GLOB_NOMATCH 3
#define GLOB_NOSYS 4 /* flags that are not here: GLOB_ALTDIRFUNC has no name either */

typedef struct {
    size_t gl_pathc;
    char **gl_pathv; /* gl_offs times NULL, the paths, NULL */
    size_t gl_offs;
    int gl_flags;
} glob_t;

__BEGIN_DECLS
int glob(const char *__restrict pattern, int flags, int (*on_error)(const char *path, int error), glob_t *__restrict out);
void globfree(glob_t *out);
__END_DECLS

#endif
