/*
 * stdio.h: newlib's, and what it keeps under other names: getline and getdelim; with Linux's sizes, and without the names that
 * it leaves to programs.
 */
#ifndef BOWER_STDIO_H
#define BOWER_STDIO_H
#define iprintf newlib_iprintf
#define fiprintf newlib_fiprintf
#define siprintf newlib_siprintf
#define sniprintf newlib_sniprintf
#define viprintf newlib_viprintf
#define vfiprintf newlib_vfiprintf
#define iscanf newlib_iscanf
#define fiscanf newlib_fiscanf
#define siscanf newlib_siscanf
#define fpurge newlib_fpurge
#define diprintf newlib_diprintf
#define BOWER_PLAIN_TYPES
#include_next <stdio.h>
#undef BOWER_PLAIN_TYPES
#undef iprintf
#undef fiprintf
#undef siprintf
#undef sniprintf
#undef viprintf
#undef vfiprintf
#undef iscanf
#undef fiscanf
#undef siscanf
#undef fpurge
#undef diprintf
#undef fropen
#undef fwopen

#include <sys/_largefile.h>

/* As in Linux: programs read whole lines and paths into arrays of these sizes. setbuf uses the first KiB of its array. */
#undef BUFSIZ
#define BUFSIZ 8192
#undef FILENAME_MAX
#define FILENAME_MAX 4096
#undef FOPEN_MAX
#define FOPEN_MAX 16

#if __POSIX_VISIBLE >= 200809
__BEGIN_DECLS
ssize_t getline(char **__restrict line, size_t *__restrict size, FILE *__restrict stream);
ssize_t getdelim(char **__restrict line, size_t *__restrict size, int delimiter, FILE *__restrict stream);
__END_DECLS
#endif

#endif
