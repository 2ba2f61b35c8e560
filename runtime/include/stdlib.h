/* stdlib.h: newlib's, and what it declares only for Cygwin; without the names that Linux's leaves to programs. */
#ifndef BOWER_STDLIB_H
#define BOWER_STDLIB_H
#define itoa newlib_itoa
#define utoa newlib_utoa
#define reallocf newlib_reallocf
#define atoff newlib_atoff
#include_next <stdlib.h>
#undef itoa
#undef utoa
#undef reallocf
#undef atoff

#if __POSIX_VISIBLE
__BEGIN_DECLS
char *realpath(const char *__restrict path, char *__restrict resolved);
int posix_memalign(void **out, size_t alignment, size_t size);
__END_DECLS
#endif
#if __BSD_VISIBLE
__BEGIN_DECLS
int clearenv(void);
__END_DECLS
#endif

#endif
