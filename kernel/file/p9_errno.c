/* Error numbers of the wire are Linux's (asm-generic/errno-base.h and errno.h), and so are ours. */
#include "kernel/file/p9_wire.h"

int p9_errno(uint32_t linux_errno)
{
    return linux_errno > 0 && linux_errno <= EHWPOISON ? -(int)linux_errno : -EIO;
}
