/* uchar.h: characters of UTF-32 (ISO C, 7.28); the functions for UTF-16 are missing. */
#ifndef BOWER_UCHAR_H
#define BOWER_UCHAR_H
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <wchar.h>

#ifndef __cplusplus
typedef __CHAR16_TYPE__ char16_t;
typedef __CHAR32_TYPE__ char32_t;
#endif

__BEGIN_DECLS
size_t mbrtoc32(char32_t *__restrict out, const char *__restrict s, size_t n, mbstate_t *__restrict state);
size_t c32rtomb(char *__restrict out, char32_t c, mbstate_t *__restrict state);
__END_DECLS
#endif
