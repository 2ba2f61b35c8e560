/*
 * devices.h: starts every driver of kernel/: disks, the share, the console's ports, and what stands on them (kernel/file/file.h).
 */
#ifndef KERNEL_DEVICE_DEVICES_H
#define KERNEL_DEVICE_DEVICES_H

/*
 * Boot context on the boot hart, once: memory, traps, PLIC and boot_args are ready; interrupts may be off
 * (the drivers wait by completion_wait). Devices that are absent or broken are left out with a line in the log.
 */
void devices_init(void);

#endif
