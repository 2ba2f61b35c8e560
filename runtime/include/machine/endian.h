/* machine/endian.h, a part of <sys/types.h>: newlib's, but names that programs may have for their own are those of <endian.h>. */
#ifndef BOWER_MACHINE_ENDIAN_H
#define BOWER_MACHINE_ENDIAN_H
#include_next <machine/endian.h>
#undef LITTLE_ENDIAN
#undef BIG_ENDIAN
#undef PDP_ENDIAN
#undef BYTE_ORDER
#define __LITTLE_ENDIAN 1234
#define __BIG_ENDIAN 4321
#define __PDP_ENDIAN 3412
#define __BYTE_ORDER __LITTLE_ENDIAN
#endif
