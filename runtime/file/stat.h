/* stat.h: what stat says, in the kernel's words and in the program's. Thread context. */
#ifndef RUNTIME_FILE_STAT_H
#define RUNTIME_FILE_STAT_H

#include <sys/stat.h>

#include "kernel/file/file.h"

/* Permission bits and type in one word, as st_mode has them. */
mode_t stat_mode(const struct file_stat *from);
void stat_translate(const struct file_stat *from, struct stat *to);
/* What stat and its kin return: `from`, unless there is an error, is translated into the program's memory. */
int stat_answer(int error, const struct file_stat *from, struct stat *to);
/* 0 or a negative errno. */
int stat_fd(int fd, struct file_stat *out);
/* May it be given to them? The share decides who owns files; asking for the owner that a file has already is granted. */
int stat_own(const struct file_stat *st, uid_t owner, gid_t group);

#endif
