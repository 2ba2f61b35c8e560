/* fault.h: SIGSEGV and SIGBUS for accesses that a thread may not make, on its alternate stack, if it has one (sigaltstack). */
#ifndef RUNTIME_SIGNAL_FAULT_H
#define RUNTIME_SIGNAL_FAULT_H

/* The program has a handler for this signal: if it is one of the two, such accesses are no crash from now on. */
void fault_signal_handled(int signal);

#endif
