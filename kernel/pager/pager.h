/*
 * pager.h: what the runtime and arch/ ask of the pager. The parts: page.h (states), region.h (one mapping), windows.h (its PTEs), backing.h
 * (where its pages come from), frame.h (the capped pool), fault.c (the story of a fault), batch.h (one request for pages), page_wait.h
 * (waiting for one), turn.h (threads that take each other's pages), harvest.h (which were used), victims.h (clean ones leave), writeback.h
 * (dirty ones on their way out), reclaim.h (pages outside the pool), counters.h and stats.h (what is counted), profile.h (what a policy
 * keeps for the next run), trace.h (for the simulator). Beside it: kernel/vm/ (mmap and its kin, vma.h: the address ranges), kernel/plan/
 * (pages whose order is known, or learnt), kernel/policy/.
 */
#ifndef KERNEL_PAGER_PAGER_H
#define KERNEL_PAGER_PAGER_H

#include "kernel/types.h"

/*
 * Counts must be the same in every run (--icount, and the simulator without a clock): what a device does is seen only where the program's
 * own way leads to a wait, and nothing goes by time. Set at boot.
 */
extern bool pager_repeats;

enum fault_access { FAULT_READ,
                    FAULT_WRITE,
                    FAULT_EXEC };

/* How a fault ended. But for FAULT_RESOLVED the trap handler asks the program's own (arch/catch.h), or reports it and stops the machine. */
enum fault_result {
    FAULT_RESOLVED,   /* run the instruction again */
    FAULT_NO_MAPPING, /* nobody owns this address */
    FAULT_PROTECTION, /* the mapping does not allow this access */
    FAULT_BEYOND_END, /* the file ends before this page (POSIX: SIGBUS) */
    FAULT_IO_ERROR,   /* the device failed; fault_last_failure has the errno */
    FAULT_OUT_OF_MEMORY
};

/*
 * Trap context of the faulting hart, interrupts off, no lock held. A thread that waits for a device gives its hart to others. The
 * address is stval.
 */
enum fault_result handle_one_fault(vaddr_t address, enum fault_access access);

/* Interrupt context, no lock held: this hart has made fences that had been put off (pt.h). Who waited for that, the plan, goes on. */
void pager_has_fenced(void);

/*
 * One line for a report: who owns this address ("region 2 'weight.dat' page 17 of 512, read-only, MAP_LLM, file offset 69632 of 2097152",
 * "guard page below the main stack", "kernel text", "page 0", "nobody"). For the last fault that failed, also the errno. Any context.
 */
void describe_address(vaddr_t address, char *out, size_t size);

#endif
