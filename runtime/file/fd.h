/*
 * fd.h: the table of file descriptors. Thread context; takes its own spinlock, never while a file is called.
 *
 * Functions return a value or a negative errno.
 */
#ifndef RUNTIME_FILE_FD_H
#define RUNTIME_FILE_FD_H

#include "kernel/file/file.h"

#define FD_MAX 256

/* 0, 1 and 2 become the console. Once, before the program starts. */
void fd_init(void);
/* The open file, with a reference that the caller gives back (file_put); NULL: not open. */
struct file *fd_get(int fd);
/* Lowest free descriptor >= minimum; takes over the caller's reference, also on error. -EINVAL, -EMFILE. */
int fd_install(struct file *file, int minimum, bool cloexec);
int fd_close(int fd);
int fd_dup(int fd, int minimum, bool cloexec);
int fd_dup2(int from, int to, bool cloexec);
/* FD_CLOEXEC is kept and shown, without effect: there is no exec. */
int fd_cloexec(int fd);
int fd_set_cloexec(int fd, bool on);

#endif
