/* fault.h: what fault.c tells other parts of the pager. The fault path itself is pager.h's handle_one_fault. */
#ifndef KERNEL_PAGER_FAULT_H
#define KERNEL_PAGER_FAULT_H

#include "kernel/types.h"

/* This hart's last fault that went to a device: the page's address, and 0 or the negative errno that it ended with. Any context. */
struct fault_report {
    vaddr_t address;
    int error;
};
struct fault_report fault_last_failure(void);

/* Somebody wants to hear of pages that have a frame and were not mapped: trace.h, learn_show.h, plan_shown. */
extern bool fault_tells_soft;

#endif
