/*
 * log.h: formatted text to the system console (UART), by polling: any context, any lock state, no allocation.
 * Formats: %d %u %x %lx %ld %lu %llu %s %c %p %% with width, '-', '0'; no floating point.
 */
#ifndef KERNEL_LOG_H
#define KERNEL_LOG_H

#include <stdarg.h>
#include <stddef.h>

void log_printf(const char *format, ...) __attribute__((format(printf, 1, 2)));
void log_vprintf(const char *format, va_list args);
void log_write(const char *bytes, size_t n); /* raw bytes: the program's stderr goes through here */
/* The same formats into a buffer, always terminated; returns the length that was wanted. */
int log_snprintf(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* What an errno of devices and files means, as " (no space left on device)", to stand behind its number; "" for others. Any context. */
const char *log_errno(int error);

#endif
