/* sys/dirent.h: directory entries as <dirent.h> shows them. */
#ifndef _SYS_DIRENT_H
#define _SYS_DIRENT_H
#include <limits.h>
#include <sys/types.h>
#include <sys/_largefile.h>

typedef struct bower_dir DIR;

struct dirent {
    ino_t d_ino;
    off_t d_off; /* what telldir says after this entry */
    unsigned short d_reclen;
    unsigned char d_type; /* DT_* */
    char d_name[256];
};

#define d_fileno d_ino
#define _DIRENT_HAVE_D_TYPE 1
#define _DIRENT_HAVE_D_OFF 1
#define _DIRENT_HAVE_D_RECLEN 1

#define DT_UNKNOWN 0
#define DT_FIFO 1
#define DT_CHR 2
#define DT_DIR 4
#define DT_BLK 6
#define DT_REG 8
#define DT_LNK 10
#define DT_SOCK 12
#define IFTODT(mode) (((mode)&0170000) >> 12)
#define DTTOIF(type) ((type) << 12)

#endif
