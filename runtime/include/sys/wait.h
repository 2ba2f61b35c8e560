/* sys/wait.h: newlib's numbers. Nothing here ever has a child: wait fails with ECHILD. */
#ifndef BOWER_SYS_WAIT_H
#define BOWER_SYS_WAIT_H
#include_next <sys/wait.h>
#ifndef WCOREDUMP
#define WCOREDUMP(status) ((status)&0x80)
#endif
#endif
