/*
 * vm.h: the address ranges of the program: mmap and its kin. Thread context, no lock held. Errors are those of POSIX.1-2017.
 * Numbers of PROT_* (types.h), MAP_*, MS_*, MADV_* are those of runtime/include/sys/mman.h (Linux's), passed through as they are.
 */
#ifndef KERNEL_VM_VM_H
#define KERNEL_VM_VM_H

#include "kernel/pager/backing.h"
#include "kernel/types.h"

#define VM_MAP_SHARED 0x01
#define VM_MAP_PRIVATE 0x02
#define VM_MAP_FIXED 0x10
#define VM_MAP_ANONYMOUS 0x20
#define VM_MAP_POPULATE 0x8000
#define VM_MAP_FIXED_NOREPLACE 0x100000
#define VM_MAP_LLM 0x200000 /* unused by Linux 6.1: pages live in the capped frame pool */

#define VM_MS_ASYNC 1
#define VM_MS_INVALIDATE 2
#define VM_MS_SYNC 4

#define VM_MADV_NORMAL 0
#define VM_MADV_RANDOM 1
#define VM_MADV_SEQUENTIAL 2
#define VM_MADV_WILLNEED 3
#define VM_MADV_DONTNEED 4
#define VM_MADV_NOTHING 8 /* the range is checked, no more */
#define VM_MADV_PAGEOUT 21
#define VM_MADV_POPULATE_READ 22 /* as WILLNEED, but -EINVAL where that access is not allowed */
#define VM_MADV_POPULATE_WRITE 23

/* Creates the pool of the cap and the policies named (before the program runs, every hart known). 0 or -EINVAL with a message logged. */
int vm_init(uint64_t frames, const char *prefetch, const char *evict);

struct prefetch_policy;
struct region;
/* The policy of --policy. */
const struct prefetch_policy *vm_default_prefetch(void);
/* What a mapping starts with, and goes back to: that policy for those in the pool. */
const struct prefetch_policy *vm_usual_prefetch(const struct region *r);

/* backing is NULL for anonymous memory; otherwise the call takes its own reference. Returns the address or -errno. */
int64_t vm_map(vaddr_t hint, uint64_t length, int prot, int flags, struct backing *backing, uint64_t offset);
int vm_unmap(vaddr_t address, uint64_t length);
int vm_protect(vaddr_t address, uint64_t length, int prot);
int vm_sync(vaddr_t address, uint64_t length, int flags);
int vm_advise(vaddr_t address, uint64_t length, int advice);
int vm_mincore(vaddr_t address, uint64_t length, unsigned char *vec);
/* Does no page of this range ever leave by itself? False where any of it is MAP_LLM or of a file: not for stacks, see thread.h. */
bool vm_stays(vaddr_t address, uint64_t length);
/*
 * Gives the MAP_LLM mapping at this address another prefetch policy; what the old one learnt is lost. 0; -EINVAL: no policy of that name;
 * -ENOMEM: no MAP_LLM mapping there, or no memory.
 */
int vm_set_policy(vaddr_t address, const char *prefetch);

/*
 * The plan (plan.h) by addresses: the order in which the program will touch its MAP_LLM mappings. `some`: only parts of this extent will
 * be touched, and the program says later which (vm_plan_choose).
 */
struct vm_extent {
    vaddr_t address;
    uint64_t length;
    bool some;
};
/* width: pages that the program works on at once. 0, or an error of plan_start. */
int vm_plan_start(const struct vm_extent *extents, size_t n, bool cyclic, bool cursor, uint32_t width);
int vm_plan_end(void); /* -ENOENT: there is none */
/* The program comes to this address, and plan_needs_cursor (plan.h) says that it matters. 0; -EINVAL: no MAP_LLM mapping there. */
int vm_plan_at(vaddr_t address);
/* It will soon touch these bytes: they are read ahead, outside the ring. Returns at once, unless counts must repeat. 0 or -EINVAL. */
int vm_plan_choose(vaddr_t address, uint64_t length);

/*
 * Coherence of read and write with shared mappings, as a unified page cache would give it: file.c calls vm_file_flush before
 * it reads or writes [offset, offset+length) of a file, and vm_file_changed after it wrote these bytes there, in memory that stays, or
 * changed its size (NULL).
 */
int vm_file_flush(struct backing *backing, uint64_t offset, uint64_t length);
void vm_file_changed(struct backing *backing, uint64_t offset, uint64_t length, const uint8_t *bytes);

/* At exit: writes back every dirty page of shared mappings, saves profiles, gives all frames back. 0 or -EIO. */
int vm_shutdown(void);

/* Grows or shrinks the program's heap (brk); anonymous, resident at once. Returns the old end or -ENOMEM. One caller at a time. */
int64_t vm_sbrk(int64_t increment);

#endif
