/* err.h: messages on stderr in the form "program: text: error". */
#ifndef _ERR_H
#define _ERR_H
#include <stdarg.h>
#include <sys/cdefs.h>

__BEGIN_DECLS
__attribute__((noreturn, format(printf, 2, 3))) void err(int status, const char *format, ...);
__attribute__((noreturn, format(printf, 2, 3))) void errx(int status, const char *format, ...);
__attribute__((format(printf, 1, 2))) void warn(const char *format, ...);
__attribute__((format(printf, 1, 2))) void warnx(const char *format, ...);
__attribute__((noreturn)) void verr(int status, const char *format, va_list args);
__attribute__((noreturn)) void verrx(int status, const char *format, va_list args);
void vwarn(const char *format, va_list args);
void vwarnx(const char *format, va_list args);
__END_DECLS

#endif
