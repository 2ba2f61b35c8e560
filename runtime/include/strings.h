/* strings.h: newlib's, without the names that Linux's header leaves to programs. */
#ifndef BOWER_STRINGS_H
#define BOWER_STRINGS_H
#define fls newlib_fls
#define flsl newlib_flsl
#define flsll newlib_flsll
#include_next <strings.h>
#undef fls
#undef flsl
#undef flsll
#endif
