/*
 * blk.h: disks (virtio-blk; virtio 1.1, 5.2) as backings: many requests in flight, straight into frames.
 *
 * A disk's name is its serial number (QEMU: serial=NAME); the program opens it as /dev/NAME. Its size is what the boot
 * argument disk.NAME=BYTES says (the host file's exact length), at most the capacity, which counts whole sectors. A read of the
 * last, part used page fills the rest of its frame with zeros; a write never runs beyond the capacity.
 */
#ifndef KERNEL_DEVICE_BLK_H
#define KERNEL_DEVICE_BLK_H

#include "kernel/pager/backing.h"
#include "kernel/types.h"

#define BLK_MAX_DISKS 8
#define BLK_NAME_MAX 20 /* virtio 1.1, 5.2.6: VIRTIO_BLK_T_GET_ID answers with 20 bytes */

/* Starts every disk; boot context, interrupts deliverable. A disk that cannot be used is logged and left out. */
void blk_init(void);

unsigned blk_count(void);
/* The i-th disk, without a new reference: disks live as long as the machine. */
struct backing *blk_disk(unsigned i);
/* By name, or NULL. */
struct backing *blk_find(const char *name);
/* The name without "/dev/". */
const char *blk_name(struct backing *disk);

#endif
