/* ctype.c: the classes of characters in locale "C", with glibc's bits. */
#include <ctype.h>

#include "kernel/types.h"
#include "runtime/api.h"

enum {
    BLANK = 1,
    CNTRL = 2,
    PUNCT = 4,
    ALNUM = 8,
    UPPER = 0x100,
    LOWER = 0x200,
    ALPHA = 0x400,
    DIGIT = 0x800,
    XDIGIT = 0x1000,
    SPACE = 0x2000,
    PRINT = 0x4000,
    GRAPH = 0x8000,
    MARK = PUNCT | PRINT | GRAPH,
    LETTER = ALNUM | ALPHA | PRINT | GRAPH,
};

#define AT(c) (128 + (c))

API const unsigned short __ctype_bits[384] = {
    [AT(0)... AT(8)] = CNTRL,
    [AT('\t')] = CNTRL | SPACE | BLANK,
    [AT('\n')... AT('\r')] = CNTRL | SPACE,
    [AT(14)... AT(31)] = CNTRL,
    [AT(' ')] = SPACE | BLANK | PRINT,
    [AT('!')... AT('/')] = MARK,
    [AT('0')... AT('9')] = ALNUM | DIGIT | XDIGIT | PRINT | GRAPH,
    [AT(':')... AT('@')] = MARK,
    [AT('A')... AT('F')] = LETTER | UPPER | XDIGIT,
    [AT('G')... AT('Z')] = LETTER | UPPER,
    [AT('[')... AT('`')] = MARK,
    [AT('a')... AT('f')] = LETTER | LOWER | XDIGIT,
    [AT('g')... AT('z')] = LETTER | LOWER,
    [AT('{')... AT('~')] = MARK,
    [AT(127)] = CNTRL,
};

/* The functions, for those who take their address; the names in parentheses are not the macros. */
#define FUNCTION(name) \
    API int(name)(int c) \
    { \
        return name(c); \
    }

FUNCTION(isalnum)
FUNCTION(isalpha)
FUNCTION(isblank)
FUNCTION(iscntrl)
FUNCTION(isdigit)
FUNCTION(isgraph)
FUNCTION(islower)
FUNCTION(isprint)
FUNCTION(ispunct)
FUNCTION(isspace)
FUNCTION(isupper)
FUNCTION(isxdigit)
