/*
 * machine/_types.h: types as wide as those of Linux on riscv64. newlib's defaults are 16 bits for device, inode, user and
 * group numbers. Of these, libc itself uses only struct stat, and runtime/file/stat.c speaks the layout that it knows.
 */
#ifndef _MACHINE__TYPES_H
#define _MACHINE__TYPES_H
#include <machine/_default_types.h>

typedef unsigned long __dev_t;
#define __machine_dev_t_defined
typedef unsigned long __ino_t;
#define __machine_ino_t_defined
typedef unsigned int __uid_t;
#define __machine_uid_t_defined
typedef unsigned int __gid_t;
#define __machine_gid_t_defined
typedef int __key_t;
#define __machine_key_t_defined
#define _CLOCK_T_ long
#define __machine_clock_t_defined

#endif
