/*
 * io.h: reading, writing and opening by descriptor, for the rest of the runtime. Thread context.
 *
 * Functions return a count, a descriptor or 0, or a negative errno.
 */
#ifndef RUNTIME_FILE_IO_H
#define RUNTIME_FILE_IO_H

#include <sys/types.h>

#include "kernel/types.h"

int io_open(const char *path, int flags, mode_t mode);
int64_t io_read(int fd, void *buffer, size_t n);
int64_t io_write(int fd, const void *buffer, size_t n);
int64_t io_seek(int fd, int64_t offset, int whence);
/* The umask, in use by everything that creates files. */
mode_t io_umask(void);
/* True if what the program wrote to stderr ends inside a line. */
bool io_stderr_is_mid_line(void);

#endif
