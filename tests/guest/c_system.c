// run: --harts 1
// stdout~: ^Bower riscv64 page 4096 cpus 1 memory 1 fds 1 nofile 1 statvfs 1 tty 0 pid 1$
// What the program can ask about the machine.
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/statvfs.h>
#include <sys/sysinfo.h>
#include <sys/utsname.h>
#include <unistd.h>

int main(void)
{
    struct utsname name;
    struct rlimit limit;
    struct statvfs space;
    struct sysinfo info;

    uname(&name);
    getrlimit(RLIMIT_NOFILE, &limit);
    sysinfo(&info);
    printf("%s %s page %ld cpus %ld memory %d", name.sysname, name.machine, sysconf(_SC_PAGESIZE), sysconf(_SC_NPROCESSORS_ONLN),
           sysconf(_SC_PHYS_PAGES) > 1000 && sysconf(_SC_AVPHYS_PAGES) <= sysconf(_SC_PHYS_PAGES) && info.totalram > 0);
    printf(" fds %d nofile %d", sysconf(_SC_OPEN_MAX) >= 64, limit.rlim_cur >= 64);
    printf(" statvfs %d", statvfs("/", &space) == 0 && space.f_bsize > 0 && space.f_blocks >= space.f_bfree);
    printf(" tty %d pid %d\n", isatty(1), getpid() > 0);
    return 0;
}
