/* ctype.h: newlib's; what is true has glibc's value (isalpha('a') is 1024), as programs print it, and -128 to 255 may be asked for. */
#ifndef BOWER_CTYPE_H
#define BOWER_CTYPE_H
#include_next <ctype.h>

/* A bit for each class, from -128 on. */
extern const unsigned short __ctype_bits[384];
#define __ctype_has(c, bit) (__ctype_bits[128 + (int)(c)] & (bit))

#undef isupper
#undef islower
#undef isalpha
#undef isdigit
#undef isxdigit
#undef isspace
#undef isprint
#undef isgraph
#undef isblank
#undef iscntrl
#undef ispunct
#undef isalnum
#define isupper(c) __ctype_has(c, 0x100)
#define islower(c) __ctype_has(c, 0x200)
#define isalpha(c) __ctype_has(c, 0x400)
#define isdigit(c) __ctype_has(c, 0x800)
#define isxdigit(c) __ctype_has(c, 0x1000)
#define isspace(c) __ctype_has(c, 0x2000)
#define isprint(c) __ctype_has(c, 0x4000)
#define isgraph(c) __ctype_has(c, 0x8000)
#if __ISO_C_VISIBLE >= 1999
#define isblank(c) __ctype_has(c, 1)
#endif
#define iscntrl(c) __ctype_has(c, 2)
#define ispunct(c) __ctype_has(c, 4)
#define isalnum(c) __ctype_has(c, 8)
#endif
