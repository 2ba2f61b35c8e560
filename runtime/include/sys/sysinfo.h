/* sys/sysinfo.h: what Linux tells about the machine. */
#ifndef _SYS_SYSINFO_H
#define _SYS_SYSINFO_H
#include <sys/cdefs.h>

struct sysinfo {
    long uptime;            /* seconds since power-on */
    unsigned long loads[3]; /* always 0 */
    unsigned long totalram; /* in units of mem_unit bytes, as all that follow */
    unsigned long freeram, sharedram, bufferram, totalswap, freeswap;
    unsigned short procs;
    unsigned long totalhigh, freehigh;
    unsigned int mem_unit;
};

__BEGIN_DECLS
int sysinfo(struct sysinfo *out);
int get_nprocs(void);
int get_nprocs_conf(void);
long get_phys_pages(void);
long get_avphys_pages(void);
__END_DECLS

#endif
