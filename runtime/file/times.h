/* times.h: when a file was last read and changed. Thread context. */
#ifndef RUNTIME_FILE_TIMES_H
#define RUNTIME_FILE_TIMES_H

#include <time.h>

/* times[0]: access, times[1]: modification; NULL: now. 0 or a negative errno. */
int path_set_times(const char *path, const struct timespec *times);

#endif
