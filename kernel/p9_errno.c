/*
 * Error numbers of the wire are Linux's (asm-generic/errno-base.h and errno.h); ours are newlib's. They agree
 * up to ERANGE and differ above.
 */
#include "kernel/p9_wire.h"

#define LAST_COMMON 34 /* ERANGE */

static const struct {
    uint16_t wire;
    uint16_t ours;
} table[] = {
    { 35, EDEADLK },
    { 36, ENAMETOOLONG },
    { 37, ENOLCK },
    { 38, ENOSYS },
    { 39, ENOTEMPTY },
    { 40, ELOOP },
    { 61, ENODATA },
    { 62, ETIME },
    { 71, EPROTO },
    { 74, EBADMSG },
    { 75, EOVERFLOW },
    { 84, EILSEQ },
    { 90, EMSGSIZE },
    { 95, EOPNOTSUPP },
    { 103, ECONNABORTED },
    { 104, ECONNRESET },
    { 105, ENOBUFS },
    { 107, ENOTCONN },
    { 110, ETIMEDOUT },
    { 111, ECONNREFUSED },
    { 112, EHOSTDOWN },
    { 113, EHOSTUNREACH },
    { 114, EALREADY },
    { 115, EINPROGRESS },
    { 116, ESTALE },
    { 122, EDQUOT },
    { 125, ECANCELED },
};

int p9_errno(uint32_t linux_errno)
{
    if (linux_errno > 0 && linux_errno <= LAST_COMMON)
        return -(int)linux_errno;
    for (size_t i = 0; i < ARRAY_LEN(table); i++)
        if (table[i].wire == linux_errno)
            return -table[i].ours;
    return -EIO;
}
