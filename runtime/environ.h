/* environ.h: the environment, for the runtime's own use. Any thread context, no lock held. */
#ifndef RUNTIME_ENVIRON_H
#define RUNTIME_ENVIRON_H

/* The value of the variable, which stays good as long as nobody puts another in its place; NULL: it is not set. */
char *environ_get(const char *name);

#endif
