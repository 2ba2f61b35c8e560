/* string.h: newlib's, without the names that Linux's header leaves to programs. */
#ifndef BOWER_STRING_H
#define BOWER_STRING_H
#define strlcpy newlib_strlcpy
#define strlcat newlib_strlcat
#define strlwr newlib_strlwr
#define strupr newlib_strupr
#define strnstr newlib_strnstr
#include_next <string.h>
#undef strlcpy
#undef strlcat
#undef strlwr
#undef strupr
#undef strnstr

#if __GNU_VISIBLE
__BEGIN_DECLS
const char *sigabbrev_np(int signal);
const char *sigdescr_np(int signal);
__END_DECLS
#endif
#endif
