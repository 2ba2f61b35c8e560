/* error.h: messages on stderr in the form "program: text: error". */
#ifndef _ERROR_H
#define _ERROR_H
#include <sys/cdefs.h>

__BEGIN_DECLS
extern unsigned error_message_count;
extern int error_one_per_line;
extern void (*error_print_progname)(void);
/* Ends the program if status is not 0. error: an error number whose text is added, or 0. */
__attribute__((format(printf, 3, 4))) void error(int status, int error_number, const char *format, ...);
__attribute__((format(printf, 5, 6))) void error_at_line(int status, int error_number, const char *file, unsigned line,
                                                         const char *format, ...);
__END_DECLS

#endif
