/* system.c: where the program is: process, limits, names, sizes of the machine. */
#include <bower.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "arch/hart.h"
#include "kernel/boot.h"
#include "kernel/bootargs.h"
#include "kernel/mem.h"
#include "kernel/thread/thread.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"
#include "runtime/file/stat.h"
#include "runtime/system.h"

/* One process, one session. */
API pid_t getppid(void) { return 0; }
API pid_t gettid(void) { return (pid_t)thread_number(thread_self()); }
API pid_t getpgrp(void) { return 1; }
API pid_t getpgid(pid_t pid) { return pid == 0 || pid == 1 ? 1 : api_status(-ESRCH); }
API pid_t getsid(pid_t pid) { return pid == 0 || pid == 1 ? 1 : api_status(-ESRCH); }

/* What sysconf says of threads; -1 without an error: there is no limit. */
static long of_threads(int name)
{
    switch (name) {
    case _SC_THREADS:
    case _SC_THREAD_ATTR_STACKADDR:
    case _SC_THREAD_ATTR_STACKSIZE:
    case _SC_THREAD_PROCESS_SHARED:
    case _SC_THREAD_SAFE_FUNCTIONS:
    case _SC_THREAD_CPUTIME:
    case _SC_CPUTIME:
    case _SC_SEMAPHORES:
    case _SC_BARRIERS:
    case _SC_SPIN_LOCKS:
    case _SC_READER_WRITER_LOCKS:
    case _SC_TIMEOUTS:
    case _SC_CLOCK_SELECTION: return 200809;
    case _SC_THREAD_KEYS_MAX: return PTHREAD_KEYS_MAX;
    case _SC_THREAD_STACK_MIN: return PTHREAD_STACK_MIN;
    case _SC_THREAD_DESTRUCTOR_ITERATIONS: return PTHREAD_DESTRUCTOR_ITERATIONS;
    case _SC_SEM_VALUE_MAX: return SEM_VALUE_MAX;
    case _SC_THREAD_THREADS_MAX: return -1;
    default: return api_status(-EINVAL);
    }
}

/* What sysconf says of sizes: Linux's, where nothing here has another. */
static long limit_of_system(int name)
{
    switch (name) {
    case _SC_ARG_MAX: return 2097152;
    case _SC_IOV_MAX: return IOV_MAX;
    case _SC_HOST_NAME_MAX: return HOST_NAME_MAX;
    case _SC_LOGIN_NAME_MAX: return LOGIN_NAME_MAX;
    case _SC_TTY_NAME_MAX: return TTY_NAME_MAX;
    case _SC_NGROUPS_MAX: return NGROUPS_MAX;
    case _SC_LINE_MAX: return LINE_MAX;
    case _SC_RE_DUP_MAX: return RE_DUP_MAX;
    case _SC_BC_BASE_MAX: return BC_BASE_MAX;
    case _SC_BC_DIM_MAX: return BC_DIM_MAX;
    case _SC_BC_SCALE_MAX: return BC_SCALE_MAX;
    case _SC_BC_STRING_MAX: return BC_STRING_MAX;
    case _SC_COLL_WEIGHTS_MAX: return COLL_WEIGHTS_MAX;
    case _SC_EXPR_NEST_MAX: return EXPR_NEST_MAX;
    case _SC_GETPW_R_SIZE_MAX:
    case _SC_GETGR_R_SIZE_MAX: return 1024;
    case _SC_STREAM_MAX: return FOPEN_MAX;
    case _SC_RTSIG_MAX: return RTSIG_MAX;
    case _SC_DELAYTIMER_MAX: return DELAYTIMER_MAX;
    case _SC_ATEXIT_MAX: return INT_MAX;
    case _SC_CHILD_MAX:
    case _SC_TIMER_MAX:
    case _SC_SIGQUEUE_MAX:
    case _SC_TZNAME_MAX:
    case _SC_SYMLOOP_MAX: return -1; /* without an error: no limit that anybody knows */
    default: return of_threads(name);
    }
}

API long sysconf(int name)
{
    switch (name) {
    case _SC_PAGESIZE: return (long)PAGE_SIZE;
    case _SC_NPROCESSORS_CONF:
    case _SC_NPROCESSORS_ONLN: return hart_count();
    case _SC_PHYS_PAGES: return (long)mem_total_count();
    case _SC_AVPHYS_PAGES: return (long)mem_free_count();
    case _SC_CLK_TCK: return 100;
    case _SC_OPEN_MAX: return FD_MAX;
    case _SC_VERSION:
    case _SC_MONOTONIC_CLOCK:
    case _SC_TIMERS:
    case _SC_MAPPED_FILES:
    case _SC_MEMORY_PROTECTION:
    case _SC_FSYNC:
    case _SC_REALTIME_SIGNALS:
    case _SC_2_VERSION:
    case _SC_2_C_BIND: return 200809;
    case _SC_REGEXP: return 1;
    default: return limit_of_system(name);
    }
}

static long limit_of(int name)
{
    switch (name) {
    case _PC_NAME_MAX: return NAME_MAX;
    case _PC_PATH_MAX: return PATH_MAX;
    case _PC_LINK_MAX: return LINK_MAX;
    case _PC_PIPE_BUF: return PIPE_BUF;
    default: return api_status(-EINVAL);
    }
}

API long pathconf(const char *path, int name)
{
    (void)path;
    return limit_of(name);
}

API long fpathconf(int fd, int name)
{
    (void)fd;
    return limit_of(name);
}

API int getdtablesize(void)
{
    return FD_MAX;
}

static int get_limit(int resource, rlim_t *limit)
{
    *limit = RLIM_INFINITY;
    if (resource == RLIMIT_NOFILE)
        *limit = FD_MAX;
    else if (resource == RLIMIT_STACK)
        *limit = THREAD_STACK_SIZE;
    else if (resource == RLIMIT_CORE)
        *limit = 0;
    else if (resource < 0 || resource >= RLIM_NLIMITS)
        return -EINVAL;
    return 0;
}

API int getrlimit(int resource, struct rlimit *out)
{
    rlim_t limit;
    int error = get_limit(resource, &limit);

    if (!error)
        *out = (struct rlimit){ limit, limit };
    return api_status(error);
}

/* Limits are what they are: only what holds already can be asked for. */
API int setrlimit(int resource, const struct rlimit *asked)
{
    rlim_t limit;
    int error = get_limit(resource, &limit);

    if (!error && asked->rlim_cur > asked->rlim_max)
        error = -EINVAL;
    if (!error && asked->rlim_cur != limit)
        error = -EPERM;
    return api_status(error);
}

static int niceness; /* what the program has asked for; shown, without effect. atomic */

/* Of a process, a process group, a user: of this one. */
static int find_priority(int which, id_t who)
{
    if (which != PRIO_PROCESS && which != PRIO_PGRP && which != PRIO_USER)
        return -EINVAL;
    return who == 0 || (which != PRIO_USER && who == PID) ? 0 : -ESRCH;
}

API int getpriority(int which, id_t who)
{
    int error = find_priority(which, who);

    return error ? api_status(error) : __atomic_load_n(&niceness, __ATOMIC_RELAXED);
}

static int keep_niceness(int value)
{
    value = MAX(PRIO_MIN, MIN(value, PRIO_MAX - 1));
    __atomic_store_n(&niceness, value, __ATOMIC_RELAXED);
    return value;
}

API int setpriority(int which, id_t who, int value)
{
    int error = find_priority(which, who);

    if (!error)
        keep_niceness(value);
    return api_status(error);
}

API int nice(int more)
{
    int before = __atomic_load_n(&niceness, __ATOMIC_RELAXED);

    return keep_niceness(before + MAX(-2 * PRIO_MAX, MIN(more, 2 * PRIO_MAX)));
}

API int uname(struct utsname *out)
{
    static const struct utsname names = {
        .sysname = "Bower",
        .nodename = HOST_NAME,
        .release = "1",
        .version = "unikernel",
        .machine = "riscv64",
    };

    return api_copy_out(out, &names, sizeof(names));
}

API int gethostname(char *out, size_t n)
{
    if (n < sizeof(HOST_NAME))
        return api_status(-ENAMETOOLONG);
    strcpy(out, HOST_NAME);
    return 0;
}

/* The first hart's: every hart of this machine has the same (Devicetree bindings, riscv/cpus). */
static const char *find_isa(void)
{
    fdt_node cpus = fdt_path(&boot_fdt, "/cpus");

    for (fdt_node n = cpus == FDT_NONE ? FDT_NONE : fdt_child(&boot_fdt, cpus); n != FDT_NONE; n = fdt_next(&boot_fdt, n)) {
        const char *isa = fdt_string(&boot_fdt, n, "riscv,isa");

        if (isa)
            return isa;
    }
    return "";
}

API unsigned bower_processors(void) { return boot_processors(); }

API const char *bower_isa(void)
{
    return find_isa();
}

/* As Linux on riscv64 has it: bit n for the n-th letter of the single-letter extensions. */
static unsigned long hwcap(void)
{
    unsigned long bits = 0;
    const char *isa = find_isa();

    for (const char *letter = isa + strnlen(isa, strlen("rv64")); *letter >= 'a' && *letter <= 'z'; letter++)
        bits |= 1ul << (*letter - 'a');
    return bits;
}

API int getdomainname(char *out, size_t n)
{
    static const char none[] = "(none)"; /* Linux's */

    if (n < sizeof(none))
        return api_status(-EINVAL);
    strcpy(out, none);
    return 0;
}

API unsigned long getauxval(unsigned long type)
{
    switch (type) {
    case AT_PAGESZ: return PAGE_SIZE;
    case AT_CLKTCK: return 100;
    case AT_HWCAP: return hwcap();
    case AT_EXECFN: return (unsigned long)(boot_args.argc > 0 ? boot_args.argv[0] : "");
    case AT_UID:
    case AT_EUID:
    case AT_GID:
    case AT_EGID:
    case AT_SECURE: return 0;
    default: errno = ENOENT; return 0;
    }
}

API int sysinfo(struct sysinfo *out)
{
    *out = (struct sysinfo){
        .uptime = (long)(time_ns() / NS_PER_S),
        .totalram = mem_total_count(),
        .freeram = mem_free_count(),
        .procs = 1,
        .mem_unit = (unsigned)PAGE_SIZE,
    };
    return 0;
}

API int get_nprocs(void) { return (int)hart_count(); }
API int get_nprocs_conf(void) { return (int)hart_count(); }
API long get_phys_pages(void) { return (long)mem_total_count(); }
API long get_avphys_pages(void) { return (long)mem_free_count(); }

API int chown(const char *path, uid_t owner, gid_t group)
{
    struct file_stat st;
    int error = path_stat(path, true, &st);

    return api_status(error ? error : stat_own(&st, owner, group));
}

API int lchown(const char *path, uid_t owner, gid_t group)
{
    struct file_stat st;
    int error = path_stat(path, false, &st);

    return api_status(error ? error : stat_own(&st, owner, group));
}

API int fchown(int fd, uid_t owner, gid_t group)
{
    struct file_stat st;
    int error = stat_fd(fd, &st);

    return api_status(error ? error : stat_own(&st, owner, group));
}

API void sync(void) {}
