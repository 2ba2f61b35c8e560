/* sys/sysmacros.h: the parts of a device number, as glibc lays them out. */
#ifndef _SYS_SYSMACROS_H
#define _SYS_SYSMACROS_H

#define major(device) ((unsigned)(((device) >> 8 & 0xfff) | ((device) >> 32 & 0xfffff000)))
#define minor(device) ((unsigned)(((device)&0xff) | ((device) >> 12 & 0xffffff00)))
#define makedev(major, minor) \
    (((major)&0xfffull) << 8 | ((major)&0xfffff000ull) << 32 | ((minor)&0xffull) | ((minor)&0xffffff00ull) << 12)

#endif
