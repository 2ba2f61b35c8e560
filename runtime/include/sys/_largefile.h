/* sys/_largefile.h: the 64-bit forms of glibc. A file's offset has 64 bits in any case: they are other names of the same. */
#ifndef _SYS__LARGEFILE_H
#define _SYS__LARGEFILE_H
#include <sys/cdefs.h>

#if __GNU_VISIBLE || defined(_LARGEFILE64_SOURCE)
#define off64_t off_t
#define ino64_t ino_t
#define blkcnt64_t blkcnt_t
#define open64 open
#define openat64 openat
#define creat64 creat
#define fallocate64 fallocate
#define posix_fallocate64 posix_fallocate
#define posix_fadvise64 posix_fadvise
#define lseek64 lseek
#define pread64 pread
#define pwrite64 pwrite
#define truncate64 truncate
#define ftruncate64 ftruncate
#define stat64 stat
#define fstat64 fstat
#define lstat64 lstat
#define fstatat64 fstatat
#define statvfs64 statvfs
#define fstatvfs64 fstatvfs
#define mmap64 mmap
#define dirent64 dirent
#define readdir64 readdir
#define scandir64 scandir
#define fopen64 fopen
#define freopen64 freopen
#define fseeko64 fseeko
#define ftello64 ftello
#define fgetpos64 fgetpos
#define fsetpos64 fsetpos
#define tmpfile64 tmpfile
#define mkstemp64 mkstemp
#define rlimit64 rlimit
#define getrlimit64 getrlimit
#define setrlimit64 setrlimit
#endif

#endif
