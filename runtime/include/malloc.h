/* malloc.h: newlib's; its mallinfo counts in int, as Linux's does, whatever its own header says. */
#ifndef BOWER_MALLOC_H
#define BOWER_MALLOC_H
#define mallinfo newlib_mallinfo
#include_next <malloc.h>
#undef mallinfo
#include <sys/cdefs.h>

struct mallinfo {
    int arena, ordblks, smblks, hblks, hblkhd, usmblks, fsmblks;
    int uordblks; /* bytes that the program has */
    int fordblks; /* bytes that are free again */
    int keepcost;
};

__BEGIN_DECLS
struct mallinfo mallinfo(void);
__END_DECLS

#endif
