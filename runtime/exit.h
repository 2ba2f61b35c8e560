/* exit.h: how a run ends. */
#ifndef RUNTIME_EXIT_H
#define RUNTIME_EXIT_H

/*
 * Ends the run: writes dirty shared mappings back, prints the bower-stats line, stops the machine with status & 0xff. A
 * write-back that fails is reported and turns a status of 0 into 1: a program that ended well must not lose data silently.
 * Thread context; stdio has been flushed, or is meant to be lost.
 */
_Noreturn void runtime_exit(int status);

#endif
