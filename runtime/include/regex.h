/* regex.h: newlib's, which takes off_t for granted. */
#ifndef BOWER_REGEX_H
#define BOWER_REGEX_H
#include <sys/types.h>
#include_next <regex.h>
#endif
