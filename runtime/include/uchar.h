/* uchar.h: characters of UTF-16 and UTF-32 (ISO C, 7.28). */
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
size_t mbrtoc16(char16_t *__restrict out, const char *__restrict s, size_t n, mbstate_t *__restrict state);
size_t c16rtomb(char *__restrict out, char16_t c, mbstate_t *__restrict state);
size_t mbrtoc32(char32_t *__restrict out, const char *__restrict s, size_t n, mbstate_t *__restrict state);
size_t c32rtomb(char *__restrict out, char32_t c, mbstate_t *__restrict state);
__END_DECLS
#endif
