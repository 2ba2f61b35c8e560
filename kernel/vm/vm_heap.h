/* vm_heap.h: where the heap lies, for reports. vm_sbrk itself is in vm.h. */
#ifndef KERNEL_VM_VM_HEAP_H
#define KERNEL_VM_VM_HEAP_H

#include "kernel/types.h"

#define HEAP_BASE ((vaddr_t)0x0800000000)  /* 32 GiB */
#define HEAP_LIMIT ((vaddr_t)0x0F00000000) /* 60 GiB: a gap before the mappings */

vaddr_t heap_limit(void); /* end of what is mapped now */

#endif
