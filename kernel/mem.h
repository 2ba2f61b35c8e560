/*
 * mem.h: physical memory: who owns which page of RAM.
 *
 * Boot gives all RAM outside the image, the firmware and the device tree to mem_add. The rest: any context; takes its own
 * lock, the innermost of all. The frames of the cap were taken from here at boot (frame.h).
 */
#ifndef KERNEL_MEM_H
#define KERNEL_MEM_H

#include "kernel/types.h"

void mem_add(paddr_t start, paddr_t end);
/* n contiguous pages (contents undefined), or 0. */
paddr_t mem_pages(uint64_t n);
void mem_free_pages(paddr_t start, uint64_t n);
uint64_t mem_free_count(void);  /* pages free now */
uint64_t mem_total_count(void); /* pages ever added */

/* Small objects, zeroed; NULL if memory is short. kfree needs no size. */
void *kalloc(size_t size);
void kfree(void *object);

#endif
