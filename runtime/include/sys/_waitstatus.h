/* sys/_waitstatus.h: what a status of wait or system says, as <stdlib.h> and <sys/wait.h> both show it. No guard: these are the ones. */
#undef WNOHANG
#undef WUNTRACED
#undef WIFEXITED
#undef WIFSIGNALED
#undef WIFSTOPPED
#undef WEXITSTATUS
#undef WTERMSIG
#undef WSTOPSIG
#define WNOHANG 1
#define WUNTRACED 2
#define WIFEXITED(status) (((status)&0x7f) == 0)
#define WIFSIGNALED(status) (((status)&0x7f) != 0 && ((status)&0x7f) != 0x7f)
#define WIFSTOPPED(status) (((status)&0xff) == 0x7f)
#define WEXITSTATUS(status) (((status) >> 8) & 0xff)
#define WTERMSIG(status) ((status)&0x7f)
#define WSTOPSIG(status) WEXITSTATUS(status)
#ifndef WSTOPPED
#define WSTOPPED 2
#define WEXITED 4
#define WCONTINUED 8
#define WNOWAIT 0x01000000
#define WIFCONTINUED(status) ((status) == 0xffff)
#endif
#ifndef WCOREDUMP
#define WCOREDUMP(status) ((status)&0x80)
#endif
