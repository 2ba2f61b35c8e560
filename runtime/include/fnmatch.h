/* fnmatch.h: whether a name matches a pattern, with glibc's numbers and extensions. */
#ifndef _FNMATCH_H
#define _FNMATCH_H
#include <sys/cdefs.h>

#define FNM_PATHNAME 1 /* / is matched by / only */
#define FNM_FILE_NAME FNM_PATHNAME
#define FNM_NOESCAPE 2
#define FNM_PERIOD 4      /* a . at the beginning is matched by . only */
#define FNM_LEADING_DIR 8 /* a / and what follows it may come behind what matches */
#define FNM_CASEFOLD 16
#define FNM_EXTMATCH 32 /* ?(a|b) *(a|b) +(a|b) @(a|b) !(a|b) */

#define FNM_NOMATCH 1
#define FNM_NOSYS (-1)

__BEGIN_DECLS
int fnmatch(const char *pattern, const char *name, int flags);
__END_DECLS

#endif
