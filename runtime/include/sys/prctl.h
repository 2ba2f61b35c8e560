/* sys/prctl.h: the running thread's name (15 bytes); other requests are ENOSYS. */
#ifndef _SYS_PRCTL_H
#define _SYS_PRCTL_H
#include <sys/cdefs.h>

#define PR_SET_NAME 15
#define PR_GET_NAME 16

__BEGIN_DECLS
int prctl(int option, ...);
__END_DECLS

#endif
