/* stdlib.h: newlib's, and what it declares only for Cygwin; without the names that Linux's leaves to programs. */
#ifndef BOWER_STDLIB_H
#define BOWER_STDLIB_H
#define itoa newlib_itoa
#define utoa newlib_utoa
#define reallocf newlib_reallocf
#define atoff newlib_atoff
#define qsort_r newlib_qsort_r
#include_next <stdlib.h>
#undef itoa
#undef utoa
#undef reallocf
#undef atoff
#undef qsort_r

#if __POSIX_VISIBLE
__BEGIN_DECLS
char *realpath(const char *__restrict path, char *__restrict resolved);
int posix_memalign(void **out, size_t alignment, size_t size);
__END_DECLS
#endif
#if __BSD_VISIBLE
__BEGIN_DECLS
int clearenv(void);
void qsort_r(void *base, size_t n, size_t size, int (*compare)(const void *a, const void *b, void *argument), void *argument);
__END_DECLS
#endif

#endif
