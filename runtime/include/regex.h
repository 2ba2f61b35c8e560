/* regex.h: newlib's, which takes off_t for granted. Patterns pass through runtime/text/regex.c first, for what GNU adds to them. */
#ifndef BOWER_REGEX_H
#define BOWER_REGEX_H
#include <sys/types.h>

#define regcomp bower_regcomp
#define regerror bower_regerror
#define regexec bower_regexec
#define regfree bower_regfree
#include_next <regex.h>
#endif
