/*
 * console.h: the UART: firmware's and runtime's log and the program's stderr; a few bytes come from the host. Polling, any
 * context. Harts take turns, a line each or what comes of one in a call, and wait for no longer than ten seconds; once one of
 * them reports the end (report.h) the others stop here.
 */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include <stddef.h>

void console_write(const char *bytes, size_t n);
/* The next byte that the host has sent, or -1. */
int console_read(void);

#endif
