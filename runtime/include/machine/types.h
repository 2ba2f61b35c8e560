/* machine/types.h, a part of <sys/types.h>: types that glibc's has and newlib's lacks; macros that glibc's does not have. */
#ifndef _MACHINE_TYPES_H
#define _MACHINE_TYPES_H
#include <sys/types.h>

#if __BSD_VISIBLE
#include <machine/endian.h>
#undef physadr
#undef quad
typedef __int64_t quad_t;
typedef __uint64_t u_quad_t;
typedef __off_t loff_t;
#endif

#endif
