/* stdio.h: a stream's lock, for the rest of the runtime. Thread context; recursive, and held across what is printed. */
#ifndef RUNTIME_TEXT_STDIO_H
#define RUNTIME_TEXT_STDIO_H

#include <stdio.h>

void stream_lock(FILE *stream);
void stream_unlock(FILE *stream);

#endif
