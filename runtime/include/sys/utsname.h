/* sys/utsname.h */
#ifndef _SYS_UTSNAME_H
#define _SYS_UTSNAME_H
#include <sys/cdefs.h>

#define _UTSNAME_LENGTH 65
struct utsname {
    char sysname[_UTSNAME_LENGTH]; /* "Bower" */
    char nodename[_UTSNAME_LENGTH];
    char release[_UTSNAME_LENGTH];
    char version[_UTSNAME_LENGTH];
    char machine[_UTSNAME_LENGTH]; /* "riscv64" */
};

__BEGIN_DECLS
int uname(struct utsname *out);
__END_DECLS

#endif
