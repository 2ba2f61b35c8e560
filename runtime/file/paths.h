/* paths.h: what paths.c does for the calls that take a directory (at.c). Thread context. */
#ifndef RUNTIME_FILE_PATHS_H
#define RUNTIME_FILE_PATHS_H

#include <time.h>

/* times[0]: access, times[1]: modification; NULL: now. 0 or a negative errno. */
int path_set_times(const char *path, const struct timespec *times);

#endif
