/*
 * fake_virtio.h: what drivers of kernel/ stand on, made of host memory: virtio-mmio devices that the test plays, interrupts,
 * locks, pages. Physical addresses are pointers, so the sanitizers see what a device does to memory.
 */
#ifndef TESTS_HOST_FAKE_VIRTIO_H
#define TESTS_HOST_FAKE_VIRTIO_H

#include "arch/virtio_mmio.h"
#include "kernel/types.h"

#include <stdio.h>
#include <stdlib.h>

#define FAKE_MAX_RUNS 128

/* Ends the test where it fails. */
#define EXPECT(cond) \
    do { \
        if (!(cond)) { \
            fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #cond); \
            abort(); \
        } \
    } while (0)

struct fake_run {
    uint8_t *at;
    uint32_t length;
};

/* A request as the device sees it: what it may read, then what it may write. */
struct fake_request {
    struct fake_run out[FAKE_MAX_RUNS], in[FAKE_MAX_RUNS];
    unsigned nout, nin;
    uint32_t id;
};

struct virtio_mmio {
    uint32_t id;
    uint64_t features; /* offered */
    uint64_t negotiated;
    uint8_t config[64];
    uint32_t queue_max;
    /* Answers a request: bytes written. */
    uint32_t (*serve)(struct virtio_mmio *d, uint32_t queue, struct fake_request *r);
    bool needs_reset;
    uint32_t wrong_id; /* not 0: the next answer names this request instead */
    unsigned notified, served, max_held;
    unsigned resets;

    struct fake_queue {
        uint32_t size;
        void *desc, *avail, *used;
        uint16_t seen;
    } queue[16];
    uint32_t status;
    void (*handler)(void *);
    void *arg;
};

/* The device is there from now on; before the driver looks for it. */
void fake_add(struct virtio_mmio *d);
/* Every device takes what it was offered, answers in an order of chance, and interrupts. True if anything was answered. */
bool fake_run(void);
void fake_interrupt(struct virtio_mmio *d);
uint32_t fake_random(uint32_t n); /* 0 .. n - 1 */

size_t fake_gather(const struct fake_run *runs, unsigned n, void *out, size_t size);
size_t fake_scatter(const struct fake_run *runs, unsigned n, const void *in, size_t size);
size_t fake_bytes(const struct fake_run *runs, unsigned n);

/* The value of boot argument `name` from now on. */
void fake_bootarg(const char *name, const char *value);

#endif
