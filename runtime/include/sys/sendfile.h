/* sys/sendfile.h: from one descriptor to another. */
#ifndef _SYS_SENDFILE_H
#define _SYS_SENDFILE_H
#include <sys/cdefs.h>
#include <sys/types.h>

__BEGIN_DECLS
/* offset: where to read, which moves on; NULL: at the file's own position. */
ssize_t sendfile(int to, int from, off_t *offset, size_t n);
__END_DECLS

#endif
