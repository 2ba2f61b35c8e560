/* console.h: the UART: firmware's and runtime's log and the program's stderr. Polling, any context, no lock. */
#ifndef ARCH_CONSOLE_H
#define ARCH_CONSOLE_H

#include <stddef.h>

void console_write(const char *bytes, size_t n);

#endif
