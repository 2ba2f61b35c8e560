/* mman.c: mmap and its kin: POSIX's checks of descriptors and arguments; the rest is kernel/vm/vm.h's. */
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include "arch/pt.h"
#include "kernel/pager/stats.h"
#include "kernel/vm/vm.h"
#include "runtime/api.h"
#include "runtime/file/fd.h"

_Static_assert(MAP_SHARED == VM_MAP_SHARED && MAP_PRIVATE == VM_MAP_PRIVATE && MAP_FIXED == VM_MAP_FIXED &&
                   MAP_ANONYMOUS == VM_MAP_ANONYMOUS && MAP_POPULATE == VM_MAP_POPULATE && MAP_LLM == VM_MAP_LLM &&
                   MAP_FIXED_NOREPLACE == VM_MAP_FIXED_NOREPLACE,
               "programs' numbers are the kernel's");

/* Flags that ask for nothing which a mapping here would not have anyway. */
#define WITHOUT_EFFECT (MAP_NORESERVE | MAP_STACK | MAP_NONBLOCK)
#define KNOWN \
    (MAP_TYPE | MAP_FIXED | MAP_ANONYMOUS | MAP_LOCKED | MAP_POPULATE | MAP_FIXED_NOREPLACE | MAP_LLM | WITHOUT_EFFECT)

/* The backing of an open file for this mapping: EACCES as POSIX has it. */
static int find_backing(int fd, int prot, bool shared, struct backing **out)
{
    struct file *file = fd_get(fd);
    int mode, error;

    if (!file)
        return -EBADF;
    mode = file_flags(file) & O_ACCMODE;
    if (mode == O_WRONLY || (shared && (prot & PROT_WRITE) && mode != O_RDWR))
        error = -EACCES;
    else
        error = file_backing(file, out);
    file_put(file);
    return error;
}

static int64_t map(void *address, size_t length, int prot, int flags, int fd, off_t offset)
{
    struct backing *backing = NULL;
    int type = flags & MAP_TYPE;
    int64_t result;

    if (type == MAP_SHARED_VALIDATE && (flags & ~KNOWN))
        return -EOPNOTSUPP;
    if (type == MAP_SHARED_VALIDATE)
        type = MAP_SHARED;
    if ((type != MAP_SHARED && type != MAP_PRIVATE) || length == 0 || offset < 0 || ((uint64_t)offset & PAGE_MASK))
        return -EINVAL;
    if (flags & MAP_HUGETLB)
        return -ENOMEM;
    if (flags & MAP_LOCKED)
        flags |= MAP_POPULATE;
    flags = (flags & ~(MAP_TYPE | MAP_LOCKED | WITHOUT_EFFECT)) | type;
    if (!(flags & MAP_ANONYMOUS)) {
        int error = find_backing(fd, prot, type == MAP_SHARED, &backing);

        if (error)
            return error;
    }
    result = vm_map((vaddr_t)address, length, prot, flags, backing, backing ? (uint64_t)offset : 0);
    if (backing)
        backing_put(backing);
    return result;
}

API void *mmap(void *address, size_t length, int prot, int flags, int fd, off_t offset)
{
    return (void *)api_result(map(address, length, prot, flags, fd, offset));
}

API int munmap(void *address, size_t length)
{
    return api_status(vm_unmap((vaddr_t)address, length));
}

API int mprotect(void *address, size_t length, int prot)
{
    return api_status(vm_protect((vaddr_t)address, length, prot));
}

API int msync(void *address, size_t length, int flags)
{
    return api_status(vm_sync((vaddr_t)address, length, flags));
}

API int madvise(void *address, size_t length, int advice)
{
    switch (advice) {
    case MADV_FREE:
    case MADV_DONTFORK:
    case MADV_DOFORK:
    case MADV_HUGEPAGE:
    case MADV_NOHUGEPAGE:
    case MADV_DONTDUMP:
    case MADV_DODUMP:
    case MADV_MERGEABLE:
    case MADV_UNMERGEABLE:
    case MADV_WIPEONFORK:
    case MADV_KEEPONFORK:
    case MADV_COLD: advice = VM_MADV_NOTHING;
    }
    return api_status(vm_advise((vaddr_t)address, length, advice));
}

API int posix_madvise(void *address, size_t length, int advice)
{
    if (advice < POSIX_MADV_NORMAL || advice > POSIX_MADV_DONTNEED)
        return EINVAL;
    if (advice == POSIX_MADV_DONTNEED)
        advice = POSIX_MADV_NORMAL; /* Linux's DONTNEED drops data, POSIX's must not */
    return -vm_advise((vaddr_t)address, length, advice);
}

API int mincore(void *address, size_t length, unsigned char *vec)
{
    return api_status(vm_mincore((vaddr_t)address, length, vec));
}

/* Brings in each page of the range and says whether it will stay: see mlock in sys/mman.h. */
static int lock_range(vaddr_t start, vaddr_t end)
{
    struct region_stats stats;
    unsigned char resident;

    for (vaddr_t page = start; page < end; page += PAGE_SIZE) {
        int error;

        if (page < PT_MMAP_BASE || page >= PT_MMAP_END)
            continue; /* the image, the heap and the stack: resident, or grown when used */
        if (pager_region_stats_at(page, &stats))
            return -EAGAIN;
        error = vm_advise(page, PAGE_SIZE, VM_MADV_WILLNEED); /* not a touch: the page may be beyond the end, or PROT_NONE */
        if (!error)
            error = vm_mincore(page, PAGE_SIZE, &resident);
        if (error || !resident)
            return -ENOMEM;
    }
    return 0;
}

API int mlock(const void *address, size_t length)
{
    vaddr_t start = PAGE_ALIGN_DOWN((vaddr_t)address);
    vaddr_t end = PAGE_ALIGN_UP((vaddr_t)address + length);

    return api_status(end < start ? -EINVAL : lock_range(start, end));
}

API int munlock(const void *address, size_t length)
{
    (void)address;
    (void)length;
    return 0;
}

/* What is not there yet comes when it is touched; what may leave memory is not held: see mlock in sys/mman.h. */
API int mlockall(int flags)
{
    return api_status(flags == 0 || (flags & ~(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT)) ? -EINVAL : 0);
}

API int munlockall(void)
{
    return 0;
}

API int getpagesize(void)
{
    return (int)PAGE_SIZE;
}
