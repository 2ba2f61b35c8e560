/* environ.h: the environment, for the runtime's own use. Any thread context, no lock held. */
#ifndef RUNTIME_ENVIRON_H
#define RUNTIME_ENVIRON_H

#include <stdbool.h>

/* The value of the variable, which stays good as long as nobody puts another in its place; NULL: it is not set. */
char *environ_get(const char *name);
/* 0 or a negative errno. */
int environ_set(const char *name, const char *value, bool overwrite);

#endif
