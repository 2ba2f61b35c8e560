/* catch.h: a program's own answer to accesses that it may not make, where otherwise the machine ends with a report. */
#ifndef ARCH_CATCH_H
#define ARCH_CATCH_H

#include "kernel/types.h"

/*
 * why is an enum fault_result (kernel/pager/pager.h), never FAULT_RESOLVED. Called in the thread that made the access, on its stack (or
 * that of fault_catch_on), as if the instruction had called it; it may block, and need not return. True: the instruction runs again.
 * False: the report.
 */
typedef bool fault_catcher(int why, vaddr_t address);

/*
 * From now on such accesses go there, from every thread; but those that run out of memory, that have interrupts off, or whose stack has
 * no room, and those in the middle of a call that holds something (sched_hold), are reported as before. Thread context.
 */
void fault_catch(fault_catcher *catcher);

/*
 * From now on the running thread's are asked about on this stack of the caller's, unless it is on it already; 0 bytes: on its own. The
 * pages of it stay (vm_stays), and it has room for what the catcher calls: the kernel's share of that is at most STACK_PROBE
 * (kernel/thread/sync.h).
 */
void fault_catch_on(vaddr_t stack, uint64_t size);

/*
 * memcpy where one side is memory of the program's that it may not access, or that fails: no fault_catcher is asked and nothing reported.
 * Returns how many bytes were copied: n, or as far as the pages before the first one that failed, of which some may be, too. Thread
 * context; may block.
 */
size_t copy_checked(void *to, const void *from, size_t n);

#endif
