/*
 * machine.h: the machine that the kernel runs on when it is built for the host: one hart, a flat page table with A and D bits, a
 * device with a latency, a bandwidth and a queue, and a clock. For the simulator and for host tests of the pager.
 *
 * pt.c, hart.c, files.c and device.c implement the headers of arch/ (and the few functions of kernel/ that need real
 * devices); nothing in kernel/ knows. Single-threaded.
 */
#ifndef ARCH_HOST_MACHINE_H
#define ARCH_HOST_MACHINE_H

#include "kernel/pager/backing.h"
#include "kernel/pager/pager.h"

/* Address space to hand out as memory of the machine; pages cost nothing before they are written. Once, before anything else. */
int host_memory(uint64_t bytes);

/* A file or disk of this size. Reads give zeros and writes go nowhere, unless the contents are the caller's. */
struct host_device {
    struct backing backing;
    char name[48];
    uint64_t size;
    uint8_t *contents;  /* NULL: none are kept, and frames are not written */
    uint64_t fail_page; /* requests that touch this page of the device fail with -EIO; UINT64_MAX: none */
    uint64_t requests;  /* so far */
};
void host_device_init(struct host_device *d, const char *name, uint64_t size);

/*
 * How long things take, on a clock that only this moves. All zero: time stands still, and whatever was submitted completes
 * when somebody waits.
 */
#define HOST_DEPTH_MAX 256
struct host_timing {
    uint64_t latency_ns;  /* of a request, before its first byte */
    uint64_t bytes_per_s; /* of the device, all requests together; 0: no limit */
    uint32_t depth;       /* requests whose latencies pass side by side; 0: HOST_DEPTH_MAX */
};
extern struct host_timing host_timing;
extern uint64_t host_now; /* nanoseconds */

/* The program computes for so long. Requests that are due by then complete, if interrupts are on. */
void host_compute(uint64_t ns);

/* What the hardware does with a load or store: false if it would fault; else A (and D) are set. */
bool host_access(vaddr_t va, bool write);
/* The same with handle_one_fault until it succeeds. */
enum fault_result host_touch(vaddr_t va, bool write);

/* Directory of the host that stands for the program's "/" (profiles); NULL: there is no share. */
extern const char *host_share;

/* For hart.c: sleeps until the next request is done and completes all that are by then; when that will be (UINT64_MAX: never). */
void host_device_interrupt(void);
uint64_t host_device_due(void);

#endif
