/*
 * boot.h: from the device tree to the program. kernel/boot.c reads as the order of boot.
 */
#ifndef KERNEL_BOOT_H
#define KERNEL_BOOT_H

#include "kernel/fdt.h"
#include "kernel/types.h"

/* instret at the first instruction of the boot hart: boot_instret of the counters starts here. */
extern uint64_t boot_instret_start;

/* The device tree: a copy in memory that nobody else uses, for everyone who looks for a device at boot or later. */
extern struct fdt boot_fdt;

struct bootargs;
/* The boot arguments anew, as the launcher wrote them: boot_args' memory is the program's, which may have changed it. Thread context. */
int boot_arguments_as_given(struct bootargs *out);

/* Harts that really run at the same time: all of them, or as many as the machine's host has processors where those are fewer (boot
 * argument `processors`). Whoever waits for another thread should spin only as long as it has a hart among these. Any context. */
uint32_t boot_processors(void);

/* Called by arch on the boot hart: boot stack, traps installed, paging and interrupts off. dtb: where firmware left it. */
_Noreturn void boot_main(paddr_t dtb);

/*
 * The program's side, implemented by runtime/. Runs on the main thread's stack (8 MiB, grown lazily, guard page below)
 * with tp = its TLS block and interrupts on; boot_args are parsed, devices and the share are ready. Ends with machine_exit.
 */
_Noreturn void runtime_start(void);

#endif
