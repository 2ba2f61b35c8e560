/* nosys.h: how a call that nothing here can do says so. Any context that may write to the log. */
#ifndef RUNTIME_NOSYS_H
#define RUNTIME_NOSYS_H

/* Sets errno to ENOSYS, says the name on the console unless *said, and returns -1. */
int nosys_fail(const char *name, int *said);

#define NOSYS(name) ({ static int said; nosys_fail(name, &said); })

#endif
