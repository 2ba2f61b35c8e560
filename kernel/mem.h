/*
 * mem.h: physical memory: who owns which page of RAM.
 *
 * Boot gives all RAM outside the image, the firmware and the device tree to mem_add. Thread context, except mem_pages,
 * which the fault path calls for zero-filled and file-backed mappings outside the capped pool. Takes its own lock.
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
