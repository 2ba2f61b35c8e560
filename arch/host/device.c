/*
 * device.c: a backing whose requests complete at the next interrupt, which comes when the kernel waits for one, or when the
 * program computes for longer than the request takes.
 *
 * How long that is, machine.h says: `depth` requests pass their latency side by side, their bytes follow each other over one bus.
 * So requests complete in the order in which they were submitted.
 */
#include <stdlib.h>
#include <string.h>

#include "arch/host/machine.h"
#include "arch/pt.h"
#include "kernel/log.h"

struct pending {
    struct io_request *request;
    uint64_t due;
};

/* A ring of `room` entries, a power of two. */
static struct pending *queue;
static size_t head, count, room;

static uint64_t slots[HOST_DEPTH_MAX]; /* when each place of the device's queue is free again */
static uint64_t bus;                   /* when its bus is */

static struct host_device *device_of(struct backing *b)
{
    return CONTAINER_OF(b, struct host_device, backing);
}

static int64_t device_size(struct backing *b)
{
    return (int64_t)device_of(b)->size;
}

/* Nanoseconds for these bytes, rounded up. */
static uint64_t transfer_ns(uint64_t bytes)
{
    uint64_t rate = host_timing.bytes_per_s;
    return rate ? (bytes * 1000000000u + rate - 1) / rate : 0;
}

/* When a request that is submitted now will be done. */
static uint64_t due_time(const struct io_request *r)
{
    uint32_t depth = host_timing.depth ? host_timing.depth : HOST_DEPTH_MAX, first = 0;
    for (uint32_t i = 1; i < depth; i++)
        if (slots[i] < slots[first])
            first = i;
    uint64_t ready = MAX(host_now, slots[first]) + host_timing.latency_ns;
    bus = MAX(ready, bus) + transfer_ns(r->length);
    slots[first] = bus;
    return bus;
}

static void grow(void)
{
    size_t larger = room ? 2 * room : 256;
    struct pending *grown = malloc(larger * sizeof *grown);
    if (!grown)
        abort();
    for (size_t i = 0; i < count; i++)
        grown[i] = queue[(head + i) % room];
    free(queue);
    queue = grown;
    head = 0;
    room = larger;
}

static void device_submit(struct backing *b, struct io_request **requests, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        requests[i]->driver = device_of(b);
        if (count == room)
            grow();
        queue[(head + count++) % room] = (struct pending){ requests[i], due_time(requests[i]) };
    }
}

static int device_sync(struct backing *b)
{
    (void)b;
    return 0;
}

static const char *device_name(struct backing *b)
{
    return device_of(b)->name;
}

static bool device_same(struct backing *a, struct backing *b)
{
    return a == b;
}

static void device_release(struct backing *b)
{
    (void)b;
}

static const struct backing_ops device_ops = {
    .size = device_size,
    .submit = device_submit,
    .sync = device_sync,
    .name = device_name,
    .same = device_same,
    .release = device_release,
};

void host_device_init(struct host_device *d, const char *name, uint64_t size)
{
    *d = (struct host_device){ .backing = { &device_ops, 1, true }, .size = size, .fail_page = UINT64_MAX };
    log_snprintf(d->name, sizeof d->name, "%s", name);
}

/* A read that ends beyond the device fills the rest of the frame with zeros, as the real ones do. */
static void copy(const struct host_device *d, const struct io_request *r)
{
    for (uint32_t i = 0; i < r->npages; i++) {
        uint64_t at = r->offset + i * PAGE_SIZE;
        uint64_t n = at < d->size ? MIN(d->size - at, PAGE_SIZE) : 0;
        uint8_t *frame = pa_to_kva(r->pages[i]);
        if (r->write) {
            memcpy(d->contents + at, frame, n);
            continue;
        }
        memcpy(frame, d->contents + at, n);
        memset(frame + n, 0, PAGE_SIZE - n);
    }
}

static void complete_request(struct io_request *r)
{
    struct host_device *d = r->driver;
    uint64_t page = r->offset >> PAGE_SHIFT;
    d->requests++;
    r->error = d->fail_page - page < r->npages ? -EIO : 0;
    r->transferred = r->error || r->offset >= d->size ? 0 : (uint32_t)MIN(r->length, d->size - r->offset);
    if (d->contents && !r->error)
        copy(d, r);
    r->done(r);
}

uint64_t host_device_due(void)
{
    return count ? queue[head].due : UINT64_MAX;
}

void host_device_interrupt(void)
{
    if (count > 0)
        host_now = MAX(host_now, queue[head].due);
    /* What a completion submits waits for the next interrupt. */
    for (size_t n = count; n > 0 && queue[head].due <= host_now; n--) {
        struct io_request *r = queue[head].request;
        head = (head + 1) % room;
        count--;
        complete_request(r);
    }
}
