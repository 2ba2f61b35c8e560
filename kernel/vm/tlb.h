/*
 * tlb.h: fences that nobody needs for what they order, now and then.
 *
 * QEMU gives each hart a TLB of 256 entries, and makes it larger (up to millions) only when it is flushed while most of it is in use
 * (accel/tcg/cputlb.c, tlb_mmu_resize_locked). A program whose pages are all there is never fenced for, and would miss at every page
 * for ever. On hardware two fences a second cost nothing that can be measured.
 */
#ifndef KERNEL_VM_TLB_H
#define KERNEL_VM_TLB_H

/* Boot, the harts running; not where counts must repeat. */
void tlb_start_growing(void);

#endif
