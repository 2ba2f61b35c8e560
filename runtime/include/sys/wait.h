/* sys/wait.h: newlib's numbers. Nothing here ever has a child: wait fails with ECHILD. */
#ifndef BOWER_SYS_WAIT_H
#define BOWER_SYS_WAIT_H
#include_next <sys/wait.h>
#include <sys/_waitstatus.h>
#include <signal.h>
#include <sys/resource.h>

typedef enum {
    P_ALL,
    P_PID,
    P_PGID,
} idtype_t;

__BEGIN_DECLS
pid_t wait3(int *status, int options, struct rusage *usage);
pid_t wait4(pid_t pid, int *status, int options, struct rusage *usage);
int waitid(idtype_t type, id_t id, siginfo_t *info, int options);
__END_DECLS

#endif
