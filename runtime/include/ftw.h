/* ftw.h: walks over a tree of files, with glibc's numbers. */
#ifndef _FTW_H
#define _FTW_H
#include <sys/cdefs.h>
#include <sys/stat.h>

enum {
    FTW_F,   /* not a directory */
    FTW_D,   /* a directory, before what is in it */
    FTW_DNR, /* ... that cannot be read */
    FTW_NS,  /* stat failed */
    FTW_SL,  /* a symbolic link (FTW_PHYS) */
    FTW_DP,  /* a directory, after what is in it (FTW_DEPTH) */
    FTW_SLN, /* a symbolic link that leads nowhere */
};

#define FTW_PHYS 1  /* links are not followed */
#define FTW_MOUNT 2 /* stay within one file system */
#define FTW_CHDIR 4 /* the working directory is the one that holds the file */
#define FTW_DEPTH 8 /* what is in a directory comes before it */

struct FTW {
    int base;  /* where the last name begins in the path */
    int level; /* 0: where the walk began */
};

__BEGIN_DECLS
/* The first non-zero answer of fn ends the walk and is the result; -1 and errno if the walk itself failed. */
int ftw(const char *path, int (*fn)(const char *path, const struct stat *st, int type), int ndescriptors);
int nftw(const char *path, int (*fn)(const char *path, const struct stat *st, int type, struct FTW *where), int ndescriptors,
         int flags);
__END_DECLS

#endif
