/*
 * report.h: the last words of the machine. Everything here works in any context, takes no lock and allocates nothing.
 */
#ifndef ARCH_REPORT_H
#define ARCH_REPORT_H

#include "kernel/types.h"

#define REPORT_EXIT_STATUS 134

/*
 * Every report starts with this. A second report on the same hart, or a trap while reporting, ends the machine at once
 * with REPORT_EXIT_STATUS; another hart's second report waits for the end that the first will bring.
 */
void report_begin(void);
/*
 * "#0 0x80212345" lines from the caller on, through traps into the interrupted code; then the end. #0 is where the report
 * comes from, every other line the address that its call returns to.
 */
_Noreturn void report_backtrace_and_exit(void);

/*
 * What the architecture knows of an address: sections of the image, guard pages, stacks, device windows, page 0, RAM.
 * Fills out (always terminated) and returns it; NULL if none of these owns the address.
 */
const char *arch_describe_address(vaddr_t address, char *out, size_t size);

/*
 * Gives a range a name for reports ("guard page below the main stack"). text is kept, not copied. At most 16 ranges;
 * boot or thread context.
 */
void report_name_range(vaddr_t start, vaddr_t end, const char *text);

#endif
