#include "kernel/panic.h"

#include "arch/report.h"
#include "kernel/log.h"

#include <stdarg.h>

_Noreturn void panic(const char *format, ...)
{
    va_list args;

    report_begin();
    log_printf("panic: ");
    va_start(args, format);
    log_vprintf(format, args);
    va_end(args);
    log_printf("\n");
    report_backtrace_and_exit();
}
