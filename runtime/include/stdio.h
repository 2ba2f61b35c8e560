/* stdio.h: newlib's, and what it keeps under other names: getline, getdelim, renameat. */
#ifndef BOWER_STDIO_H
#define BOWER_STDIO_H
#include_next <stdio.h>

#if __POSIX_VISIBLE >= 200809
__BEGIN_DECLS
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict stream);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delimiter, FILE *__restrict stream);
__END_DECLS
#endif

#endif
