/* sys/auxv.h: what the kernel tells a program at its start, with Linux's numbers. */
#ifndef _SYS_AUXV_H
#define _SYS_AUXV_H
#include <sys/cdefs.h>

#define AT_PAGESZ 6
#define AT_UID 11
#define AT_EUID 12
#define AT_GID 13
#define AT_EGID 14
#define AT_HWCAP 16
#define AT_CLKTCK 17
#define AT_SECURE 23
#define AT_EXECFN 31

__BEGIN_DECLS
/* 0 and ENOENT for what is not here. */
unsigned long getauxval(unsigned long type);
__END_DECLS

#endif
