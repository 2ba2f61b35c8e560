/* unistd.h: newlib's, and what Linux declares besides. */
#ifndef BOWER_UNISTD_H
#define BOWER_UNISTD_H
#define BOWER_PLAIN_TYPES
#include_next <unistd.h>
#undef BOWER_PLAIN_TYPES
#include <sys/_largefile.h>
#if __GNU_VISIBLE
#define SEEK_DATA 3
#define SEEK_HOLE 4
#endif
#if __BSD_VISIBLE
__BEGIN_DECLS
/* Not getopt.h: no_argument and struct option are names of a program that does not include it. */
extern char *optarg;
extern int optind, opterr, optopt;
int getopt(int argc, char *const argv[], const char *options);
#if __GNU_VISIBLE
pid_t gettid(void); /* else programs have one of their own */
#endif
long syscall(long number, ...);
int fchdir(int fd);
char *get_current_dir_name(void);
int getgroups(int n, gid_t *out);
int lockf(int fd, int command, off_t length);
#define F_ULOCK 0
#define F_LOCK 1
#define F_TLOCK 2
#define F_TEST 3
/* Makes a call again as long as a signal interrupts it. */
#define TEMP_FAILURE_RETRY(call) \
    ({ \
        long bower_result; \
        do \
            bower_result = (long)(call); \
        while (bower_result == -1L && *__errno() == 4); \
        bower_result; \
    })
int brk(void *end);
__END_DECLS
#endif
#endif
