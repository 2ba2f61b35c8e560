// run:
// run: --cflags "-std=c99 -fno-builtin -DFUNCTIONS"
// setup: $ROOT/tests/guest/native.sh c_ctype
// check: cmp want stdout
// What isalpha and its kin return, macros and functions, for all that they may be asked (glibc takes signed characters, too).
#include <ctype.h>
#include <stdio.h>

#ifdef FUNCTIONS
#undef isalnum
#undef isalpha
#undef isblank
#undef iscntrl
#undef isdigit
#undef isgraph
#undef islower
#undef isprint
#undef ispunct
#undef isspace
#undef isupper
#undef isxdigit
#endif

int main(void)
{
    for (volatile int c = -128; c < 256; c++)
        printf("%d: %d %d %d %d %d %d %d %d %d %d %d %d\n", c, isalnum(c), isalpha(c), isblank(c), iscntrl(c), isdigit(c), isgraph(c),
               islower(c), isprint(c), ispunct(c), isspace(c), isupper(c), isxdigit(c));
    return 0;
}
