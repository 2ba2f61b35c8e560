/* signal.h: signals that the program raises in itself. Nothing else sends any. */
#ifndef RUNTIME_SIGNAL_H
#define RUNTIME_SIGNAL_H

#include <signal.h>

/* Delivers, or keeps for later if it is blocked. 0 or a negative errno; does not return if the signal ends the program. */
int signal_raise(int signal);
/* As sigprocmask, but returns 0 or an error number. */
int signal_change_mask(int how, const sigset_t *set, sigset_t *old);

#endif
