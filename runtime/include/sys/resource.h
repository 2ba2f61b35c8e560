/* sys/resource.h: what a run has used, and limits (which nobody sets here). */
#ifndef _SYS_RESOURCE_H_
#define _SYS_RESOURCE_H_
#include <sys/_timeval.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_largefile.h>

#define RUSAGE_SELF 0
#define RUSAGE_CHILDREN (-1)
#define RUSAGE_THREAD 1

struct rusage {
    struct timeval ru_utime; /* since main, without waiting */
    struct timeval ru_stime; /* 0: there is no kernel apart from the program */
    long ru_maxrss;          /* KiB of MAP_LLM frames, at most at once */
    long ru_ixrss, ru_idrss, ru_isrss;
    long ru_minflt; /* faults on MAP_LLM pages that no device read resolved */
    long ru_majflt; /* ... that waited for a device read */
    long ru_nswap, ru_inblock, ru_oublock, ru_msgsnd, ru_msgrcv, ru_nsignals, ru_nvcsw, ru_nivcsw;
};

typedef unsigned long rlim_t;
struct rlimit {
    rlim_t rlim_cur, rlim_max;
};
#define RLIM_INFINITY (~(rlim_t)0)
#define RLIMIT_CPU 0
#define RLIMIT_FSIZE 1
#define RLIMIT_DATA 2
#define RLIMIT_STACK 3
#define RLIMIT_CORE 4
#define RLIMIT_RSS 5
#define RLIMIT_NPROC 6
#define RLIMIT_NOFILE 7
#define RLIMIT_OFILE RLIMIT_NOFILE
#define RLIMIT_MEMLOCK 8
#define RLIMIT_AS 9
#define RLIMIT_LOCKS 10
#define RLIMIT_SIGPENDING 11
#define RLIMIT_MSGQUEUE 12
#define RLIMIT_NICE 13
#define RLIMIT_RTPRIO 14
#define RLIMIT_RTTIME 15
#define RLIM_NLIMITS 16
#define RLIMIT_NLIMITS RLIM_NLIMITS

#define PRIO_MIN (-20)
#define PRIO_MAX 20
#define PRIO_PROCESS 0
#define PRIO_PGRP 1
#define PRIO_USER 2

__BEGIN_DECLS
int getrusage(int who, struct rusage *out);
int getrlimit(int resource, struct rlimit *out);
/* EPERM for anything but the limit that holds. */
int setrlimit(int resource, const struct rlimit *limit);
/* Kept and shown, without effect. */
int getpriority(int which, id_t who);
int setpriority(int which, id_t who, int value);
__END_DECLS

#endif
