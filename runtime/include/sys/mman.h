/*
 * sys/mman.h: memory mapping. Numbers are those of Linux on riscv64; MAP_LLM is Bower's own.
 */
#ifndef _SYS_MMAN_H
#define _SYS_MMAN_H
#include <stddef.h>
#include <sys/cdefs.h>
#include <sys/types.h>
#include <sys/_largefile.h>

#define PROT_NONE 0
#define PROT_READ 1
#define PROT_WRITE 2
#define PROT_EXEC 4

#define MAP_SHARED 0x01
#define MAP_PRIVATE 0x02
#define MAP_SHARED_VALIDATE 0x03
#define MAP_TYPE 0x0f
#define MAP_FIXED 0x10
#define MAP_ANONYMOUS 0x20
#define MAP_ANON MAP_ANONYMOUS
#define MAP_FILE 0
#define MAP_LOCKED 0x2000    /* accepted; pages outside MAP_LLM stay resident in any case */
#define MAP_NORESERVE 0x4000 /* accepted; nothing is ever reserved */
#define MAP_POPULATE 0x8000
#define MAP_NONBLOCK 0x10000 /* accepted, without effect */
#define MAP_STACK 0x20000    /* accepted, without effect */
#define MAP_HUGETLB 0x40000  /* refused with ENOMEM, as by Linux when it has no huge pages to give */
#define MAP_FIXED_NOREPLACE 0x100000
/*
 * Pages of this mapping live in the frame pool that scripts/run --frames caps: they are read on demand or ahead by the
 * mapping's prefetch policy, and evicted, written back if dirty, when the pool is full. With MAP_SHARED or MAP_PRIVATE,
 * of a file, a disk or anonymous memory.
 */
#define MAP_LLM 0x200000

#define MAP_FAILED ((void *)-1)

#define MS_ASYNC 1
#define MS_INVALIDATE 2
#define MS_SYNC 4

#define MREMAP_MAYMOVE 1
#define MREMAP_FIXED 2

#define MADV_NORMAL 0
#define MADV_RANDOM 1
#define MADV_SEQUENTIAL 2
#define MADV_WILLNEED 3
#define MADV_DONTNEED 4
#define MADV_PAGEOUT 21       /* pages of a shared mapping leave, written back first; private ones stay */
#define MADV_POPULATE_READ 22 /* as WILLNEED, but EINVAL where that access is not allowed */
#define MADV_POPULATE_WRITE 23
/*
 * Checked, without effect: there are no huge pages to choose, no pages to merge, no children, no core files, what is freed stays, and the
 * eviction policy knows by itself what is cold.
 */
#define MADV_FREE 8
#define MADV_DONTFORK 10
#define MADV_DOFORK 11
#define MADV_MERGEABLE 12
#define MADV_UNMERGEABLE 13
#define MADV_HUGEPAGE 14
#define MADV_NOHUGEPAGE 15
#define MADV_DONTDUMP 16
#define MADV_DODUMP 17
#define MADV_WIPEONFORK 18
#define MADV_KEEPONFORK 19
#define MADV_COLD 20

#define MCL_CURRENT 1
#define MCL_FUTURE 2
#define MCL_ONFAULT 4

#define POSIX_MADV_NORMAL 0
#define POSIX_MADV_RANDOM 1
#define POSIX_MADV_SEQUENTIAL 2
#define POSIX_MADV_WILLNEED 3
#define POSIX_MADV_DONTNEED 4

__BEGIN_DECLS
void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset);
int munmap(void *address, size_t length);
int mprotect(void *address, size_t length, int prot);
int msync(void *address, size_t length, int flags);
void *mremap(void *old, size_t old_size, size_t new_size, int flags, ...); /* ENOSYS */
int madvise(void *address, size_t length, int advice);
/* 0, or an error number (not in errno). DONTNEED has no effect here, as POSIX requires: data is kept. */
int posix_madvise(void *address, size_t length, int advice);
int mincore(void *address, size_t length, unsigned char *vec);
/*
 * Brings the pages in. EAGAIN for those of a MAP_LLM mapping: the cap of their pool goes first. The others stay, but for clean ones of
 * files where memory runs short.
 */
int mlock(const void *address, size_t length);
int munlock(const void *address, size_t length);
int mlockall(int flags); /* without effect */
int munlockall(void);
__END_DECLS

#endif
